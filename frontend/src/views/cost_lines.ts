import type { Pen } from "../pen/pen";
import type { DescentRecord, Num } from "../wire/record";
import { besideStyle } from "./beside";
import type { Frame } from "./frame";
import type { Labels, Place } from "./labels";
import type { Scene } from "./scene";
import { cut, drawShadedPath } from "./shaded_path";
import { shadesOf } from "./shades";

/** A column over the steps of its record, in pixels; NaN where there is no number to draw. */
export function columnInPixels(
  record: DescentRecord,
  column: readonly Num[],
  frame: Frame,
  log: boolean,
): Float64Array {
  const path = new Float64Array(2 * column.length);
  column.forEach((value, i) => {
    path[2 * i] = frame.x(record.step[i]);
    path[2 * i + 1] = value === null || (log && value <= 0) ? NaN : frame.y(value);
  });
  return path;
}

/** Of each pixel's rows the first, lowest, highest and last: the curve of the whole record. */
export function thinned(path: Float64Array, from: number, to: number): number[] {
  return keptRows(path, from, to).flatMap((i) => [path[2 * i], path[2 * i + 1]]);
}

function keptRows(path: Float64Array, from: number, to: number): number[] {
  const rows: number[] = [];
  let begin = from;
  while (begin <= to) {
    const pixel = Math.floor(path[2 * begin]);
    let end = begin;
    let [low, high] = [begin, begin];
    while (end + 1 <= to && Math.floor(path[2 * (end + 1)]) === pixel) {
      end += 1;
      if (path[2 * end + 1] < path[2 * low + 1]) low = end;
      if (path[2 * end + 1] > path[2 * high + 1]) high = end;
    }
    const picked = low < high ? [begin, low, high, end] : [begin, high, low, end];
    for (const i of picked) if (rows.length === 0 || i > rows[rows.length - 1]) rows.push(i);
    begin = end + 1;
  }
  return rows;
}

/** The curve in the shades of its steps; of few steps each is marked. */
export function drawCurve(pen: Pen, { record, palette, row }: Scene, path: Float64Array): void {
  const shades = shadesOf(record, palette.shades);
  const last = record.step.length - 1;
  const rows = [...keptRows(path, 0, row), ...keptRows(path, row + 1, last)];
  const points = pointsOf(path, rows);
  const style = { shades: rows.map((i) => shades[i]), row: rows.indexOf(row), width: 2 };
  drawShadedPath(pen, points, style);
  if (record.trend !== null) return;
  const apart = (path[2 * last] - path[0]) / Math.max(last, 1);
  if (apart < 7) return;
  for (let i = 0; i <= last; i++) {
    if (!Number.isFinite(path[2 * i + 1])) continue;
    const dot = { fill: shades[i], opacity: i > row ? 0.35 : 1 };
    pen.circle(path[2 * i], path[2 * i + 1], 2.25, dot);
  }
}

function pointsOf(path: Float64Array, rows: readonly number[]): Float64Array {
  return Float64Array.from(rows.flatMap((i) => [path[2 * i], path[2 * i + 1]]));
}

/** Losses that jump from batch to batch, thin, and the line through them in the shades. */
export function drawJumps(pen: Pen, scene: Scene, path: Float64Array, trend: Float64Array): void {
  const raw = pointsOf(path, keptRows(path, 0, path.length / 2 - 1));
  const whole = cut(raw, 0, raw.length / 2 - 1);
  pen.line(whole, { stroke: scene.palette.rule, width: 1, opacity: 0.6 });
  drawCurve(pen, scene, trend);
}

/** The run beside, dashed, and J of the rows held out. */
export function drawOthers(pen: Pen, { record, beside, palette, look }: Scene, frame: Frame): void {
  const whole = (path: Float64Array): number[] => {
    const points = Float64Array.from(thinned(path, 0, path.length / 2 - 1));
    return cut(points, 0, points.length / 2 - 1);
  };
  if (beside !== null) {
    const path = columnInPixels(beside, beside.loss, frame, look.log);
    pen.line(whole(path), besideStyle(palette));
  }
  if (record.validation === null) return;
  const path = columnInPixels(record, record.validation, frame, look.log);
  pen.line(whole(path), { stroke: palette.accent, width: 1.75, dash: [5, 4] });
}

/** Their names, at their ends. */
export function nameOthers(labels: Labels, scene: Scene, frame: Frame): void {
  const { record, beside, look, palette } = scene;
  type Named = [from: DescentRecord, column: readonly Num[], words: string, fill: string];
  const named = (...[from, column, words, fill]: Named): void => {
    const path = columnInPixels(from, column, frame, look.log);
    labels.avoid(thinned(path, 0, from.step.length - 1));
    const at = lastFinite(column);
    if (at < 0) return;
    const [x, y] = [path[2 * at], path[2 * at + 1]];
    const place = (down: number): Place => ({ x: x - 2, y: y + down, align: "right" });
    const places = [-11, 11, -24, 24].map(place);
    labels.put(words, places, { fill, size: 11, halo: palette.raised });
  };
  if (record.validation !== null) {
    named(record, record.validation, "rows held out", palette.accent);
  }
  if (beside === null || beside.step.length === 0) return;
  const words = beside.step[0] > record.step[0] ? "branch" : "the other run";
  named(beside, beside.loss, words, palette.muted);
}

function lastFinite(column: readonly Num[]): number {
  let at = column.length - 1;
  while (at >= 0 && column[at] === null) at -= 1;
  return at;
}
