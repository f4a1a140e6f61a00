import type { Pen, TextStyle } from "../pen/pen";
import type { DescentRecord, Num } from "../wire/record";
import { besideStyle } from "./beside";
import { type Axis, drawFrame, type Frame, frameOf } from "./frame";
import { type Labels, labelsOn, type Place } from "./labels";
import { rowAt } from "../shell/rows";
import type { Scene } from "./scene";
import { cut, drawShadedPath } from "./shaded_path";
import { shadesOf } from "./shades";
import { told } from "./told";
import type { Size, View } from "./view";

const REACH = 24;
const HUGE = 1e300;
/** Of a logarithmic axis: a floor further below the curve than this would only squeeze it. */
const SIGHT = 1;

/** J from step to step. */
export const costView: View = {
  name: "cost",
  title: "The cost J, step by step",
  shape: 0.74,
  suits: (scene) => scene.record.step.length > 0,
  draw: drawCost,
  label: inWords,
  find(scene, size, x, y) {
    const { frame } = sightOf(scene, size);
    const { left, top, right, bottom } = frame;
    if (x < left - REACH || x > right + REACH || y < top || y > bottom) return null;
    const { step } = scene.record;
    const at = frame.x.invert(x);
    const row = rowAt(scene.record, at);
    return row + 1 < step.length && step[row + 1] - at < at - step[row] ? row + 1 : row;
  },
};

interface Sight {
  readonly across: Axis;
  readonly up: Axis;
  readonly frame: Frame;
  /** The least possible J, where it is known and in sight. */
  readonly floor: number | null;
}

function sightOf(scene: Scene, size: Size): Sight {
  const { record, beside, look } = scene;
  const [first, last] = [record.step[0], record.step[record.step.length - 1]];
  const across = { low: first, high: last > first ? last : first + 1, label: "step" };
  const columns = [record.loss, record.validation ?? [], beside?.loss ?? []];
  const floor = floorOf(record, look.log);
  const label = labelOf(record);
  const up = look.log ? logAxis(columns, floor, label) : linearAxis(columns, floor, label);
  return { across, up, floor, frame: frameOf(size, across, up) };
}

function labelOf(record: DescentRecord): string {
  if (record.loss_of === "unknown") return "loss";
  return record.loss_of === "batch" ? "cost J of each batch" : "cost J";
}

function floorOf({ facts, loss }: DescentRecord, log: boolean): number | null {
  const least = facts.minimum_loss;
  if (least === null || !Number.isFinite(least)) return null;
  if (!log) return least;
  if (least <= 0) return null;
  const [low, high] = span([loss], 0);
  const decades = Math.log10(high / low);
  return Math.log10(low / least) <= Math.max(decades, SIGHT) ? least : null;
}

/** The least and the largest number above a limit; (Infinity, -Infinity) where there is none. */
function span(columns: readonly (readonly Num[])[], above: number): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const column of columns) {
    for (const value of column) {
      if (value === null || !(value > above)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [Math.max(low, -HUGE), Math.min(high, HUGE)];
}

function linearAxis(columns: readonly (readonly Num[])[], floor: number | null, label: string): Axis {
  const [low, high] = withFloor(span(columns, -Infinity), floor);
  if (low > high) return { low: 0, high: 1, label };
  const room = high > low ? high - low : Math.abs(high) || 1;
  // below the least J there is room for its name
  return { low: low - (floor === null ? 0.05 : 0.11) * room, high: high + 0.06 * room, label };
}

function logAxis(columns: readonly (readonly Num[])[], floor: number | null, label: string): Axis {
  const [low, high] = withFloor(span(columns, 0), floor);
  if (low > high) return { low: 0.1, high: 1, label, log: true };
  const room = Math.max(Math.log10(high / low), 0.3);
  return { low: low / 10 ** (0.11 * room), high: high * 10 ** (0.06 * room), label, log: true };
}

function withFloor([low, high]: [number, number], floor: number | null): [number, number] {
  return floor === null || low > high ? [low, high] : [Math.min(low, floor), Math.max(high, floor)];
}

function inPixels(record: DescentRecord, column: readonly Num[], frame: Frame, log: boolean): Float64Array {
  const path = new Float64Array(2 * column.length);
  column.forEach((value, i) => {
    path[2 * i] = frame.x(record.step[i]);
    path[2 * i + 1] = value === null || (log && value <= 0) ? NaN : frame.y(value);
  });
  return path;
}

function drawCost(pen: Pen, scene: Scene, size: Size): void {
  const sight = sightOf(scene, size);
  const { frame } = sight;
  const { record, palette, look } = scene;
  const { left, top, right, bottom } = frame;
  drawFrame(pen, frame, sight.across, sight.up, palette);
  const labels = labelsOn(pen, { left: left + 3, top: top + 1, right: right - 1, bottom: bottom - 1 });
  const path = inPixels(record, record.loss, frame, look.log);
  drawBroken(pen, labels, scene, frame);
  const drawn = thinned(path, 0, record.step.length - 1);
  labels.avoid(drawn);
  pen.within(left, top - 6, right - left + 6, bottom - top + 6, () => {
    drawFloor(pen, scene, sight);
    drawOthers(pen, scene, frame);
    drawPathThin(pen, scene, path);
  });
  nameFloor(labels, scene, sight);
  drawShown(pen, labels, scene, frame, path);
  nameOthers(labels, scene, frame);
}

/** Of each pixel's rows the first, lowest, highest and last: the curve of the whole record. */
function thinned(path: Float64Array, from: number, to: number): number[] {
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

function drawPathThin(pen: Pen, { record, palette, row }: Scene, path: Float64Array): void {
  const shades = shadesOf(record, palette.shades);
  const last = record.step.length - 1;
  const rows = [...keptRows(path, 0, row), ...(row < last ? keptRows(path, row + 1, last) : [])];
  const points = Float64Array.from(rows.flatMap((i) => [path[2 * i], path[2 * i + 1]]));
  const style = { shades: rows.map((i) => shades[i]), row: rows.indexOf(row), width: 2 };
  drawShadedPath(pen, points, style);
  const apart = (path[2 * last] - path[0]) / Math.max(last, 1);
  if (apart < 7) return;
  for (let i = 0; i <= last; i++) {
    if (!Number.isFinite(path[2 * i + 1])) continue;
    pen.circle(path[2 * i], path[2 * i + 1], 2.25, { fill: shades[i], opacity: i > row ? 0.35 : 1 });
  }
}

function drawFloor(pen: Pen, { palette }: Scene, { floor, frame }: Sight): void {
  if (floor === null) return;
  const y = frame.y(floor);
  pen.line([frame.left, y, frame.right, y], { stroke: palette.muted, width: 1, dash: [5, 3] });
}

function nameFloor(labels: Labels, { palette }: Scene, { floor, frame }: Sight): void {
  if (floor === null) return;
  const style: TextStyle = { fill: palette.muted, size: 11, halo: palette.raised, figures: true };
  const y = frame.y(floor);
  const places: Place[] = [
    { x: frame.right - 2, y: y + 9, align: "right" },
    { x: frame.left + 6, y: y + 9, align: "left" },
    { x: frame.right - 2, y: y - 10, align: "right" },
  ];
  labels.put(`least possible J = ${told(floor)}`, places, style);
}

function drawOthers(pen: Pen, { record, beside, palette, look }: Scene, frame: Frame): void {
  const whole = (path: Float64Array): number[] => {
    const points = Float64Array.from(thinned(path, 0, path.length / 2 - 1));
    return cut(points, 0, points.length / 2 - 1);
  };
  if (beside !== null) pen.line(whole(inPixels(beside, beside.loss, frame, look.log)), besideStyle(palette));
  if (record.validation === null) return;
  const path = inPixels(record, record.validation, frame, look.log);
  pen.line(whole(path), { stroke: palette.accent, width: 1.75, dash: [5, 4] });
}

function nameOthers(labels: Labels, { record, look, palette }: Scene, frame: Frame): void {
  if (record.validation === null) return;
  const path = inPixels(record, record.validation, frame, look.log);
  const points = thinned(path, 0, record.step.length - 1);
  labels.avoid(points);
  const style: TextStyle = { fill: palette.accent, size: 11, halo: palette.raised };
  const at = lastFinite(record.validation);
  if (at < 0) return;
  const [x, y] = [path[2 * at], path[2 * at + 1]];
  const places: Place[] = [-11, 11, -24, 24].map((down) => ({ x: x - 2, y: y + down, align: "right" }));
  labels.put("rows held out", places, style);
}

function lastFinite(column: readonly Num[]): number {
  let at = column.length - 1;
  while (at >= 0 && column[at] === null) at -= 1;
  return at;
}

/** Where J stopped being a finite number. */
function drawBroken(pen: Pen, labels: Labels, { record, palette }: Scene, frame: Frame): void {
  const row = record.loss.findIndex((value) => value === null);
  if (row < 0) return;
  const x = frame.x(record.step[row]);
  pen.line([x, frame.top, x, frame.bottom], { stroke: palette.error, width: 1, dash: [2, 3] });
  const style: TextStyle = { fill: palette.error, size: 11, halo: palette.raised };
  const y = frame.top + 11;
  const words = `not finite from step ${told(record.step[row])}`;
  const places: Place[] = [
    { x: x - 6, y, align: "right" },
    { x: x + 6, y, align: "left" },
    { x: x + 6, y: frame.bottom - 12, align: "left" },
  ];
  const inOrder = x > (frame.left + frame.right) / 2 ? places : [places[1], places[0], places[2]];
  labels.put(words, inOrder, style, true);
}

function drawShown(pen: Pen, labels: Labels, scene: Scene, frame: Frame, path: Float64Array): void {
  const { record, palette, row } = scene;
  const shade = shadesOf(record, palette.shades)[row];
  const [x, y] = [path[2 * row], path[2 * row + 1]];
  if (scene.hover === row) pen.line([x, frame.top, x, frame.bottom], { stroke: palette.rule, width: 1, opacity: 0.7 });
  if (Number.isNaN(y)) return;
  pen.circle(x, y, 5, { fill: shade, stroke: palette.raised, width: 1.5 });
  const style: TextStyle = { fill: shade, size: 12, weight: 600, halo: palette.raised, figures: true };
  const step = scene.hover === row ? `step ${told(record.step[row])}: ` : "";
  const places: Place[] = [
    { x: x + 9, y: y - 13, align: "left" },
    { x: x - 9, y: y - 13, align: "right" },
    { x: x + 10, y: y + 13, align: "left" },
    { x: x - 10, y: y + 13, align: "right" },
    { x, y: y - 26, align: "center" },
  ];
  labels.put(`${step}J = ${told(record.loss[row])}`, places, style, true);
}

function inWords({ record, row, look }: Scene): string {
  const shown = record.step[row];
  const last = record.step.length - 1;
  const least = record.facts.minimum_loss;
  const broken = record.loss.findIndex((value) => value === null);
  const words = [
    `${labelOf(record)} from step ${told(record.step[0])} to ${told(record.step[last])}` +
      `${look.log ? " on a logarithmic axis" : ""}: ${told(record.loss[0])} at first, ` +
      `${told(record.loss[row])} at step ${told(shown)}`,
  ];
  if (row !== last) words.push(`${told(record.loss[last])} at last`);
  if (least !== null) words.push(`the least possible is ${told(least)}`);
  if (broken >= 0) words.push(`not finite from step ${told(record.step[broken])}`);
  if (record.validation !== null) words.push(`on rows held out ${told(record.validation[row])}`);
  return `${words.join("; ")}.`;
}
