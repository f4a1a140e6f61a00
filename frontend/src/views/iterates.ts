import type { Pen } from "../pen/pen";
import type { DescentRecord } from "../wire/record";
import type { Frame } from "./frame";
import type { Scene } from "./scene";
import { shadesOf } from "./shades";

/** Dots nearer to the last one than this, in pixels, would only blot. */
const APART = 3;

/**
 * The iterates of one parameter on the curve of J, one shade each, joined in their order: the
 * classic picture of a ball that jumps from side to side. What is still to come is faint.
 */
export function drawIterates(pen: Pen, scene: Scene, frame: Frame): void {
  const { record, beside, palette, row } = scene;
  if (beside !== null && beside.names.length === 1) {
    const dashed = { stroke: palette.muted, width: 1, dash: [4, 3], opacity: 0.8 };
    pen.line(pixels(beside, frame), dashed);
  }
  const path = pixels(record, frame);
  const shades = shadesOf(record, palette.shades);
  for (const [from, to] of bands(shades)) drawBand(pen, path, [from, to], shades[from], row);
  let [lastX, lastY] = [NaN, NaN];
  for (let i = 0; i < shades.length; i++) {
    const [x, y] = [path[2 * i], path[2 * i + 1]];
    if (Number.isNaN(x + y) || Math.hypot(x - lastX, y - lastY) < APART) continue;
    [lastX, lastY] = [x, y];
    if (i === 0) pen.circle(x, y, 5, { fill: palette.raised, stroke: shades[0], width: 1.75 });
    else pen.circle(x, y, 3, { fill: shades[i], opacity: i > row ? 0.3 : 1 });
  }
}

/** x0, y0, x1, y1, ...; NaN where there is no number, cut where it is far out of the picture. */
function pixels(record: DescentRecord, frame: Frame): number[] {
  const far = 1e5;
  const near = (pixel: number): number => Math.max(Math.min(pixel, far), -far);
  return (record.params ?? []).flatMap((params, i) => [
    near(frame.x(params[0] ?? NaN)),
    near(frame.y(record.loss[i] ?? NaN)),
  ]);
}

/** Stretches of rows of one shade, each with the first row of the next. */
function bands(shades: readonly string[]): [number, number][] {
  const found: [number, number][] = [];
  let from = 0;
  for (let i = 1; i <= shades.length; i++) {
    if (i < shades.length && shades[i] === shades[from]) continue;
    found.push([from, Math.min(i, shades.length - 1)]);
    from = i;
  }
  return found;
}

function drawBand(
  pen: Pen,
  path: readonly number[],
  [from, to]: [number, number],
  shade: string,
  row: number,
): void {
  const middle = Math.min(Math.max(row, from), to);
  const piece = (low: number, high: number, opacity: number): void => {
    const points = path.slice(2 * low, 2 * high + 2);
    if (high > low) pen.line(points, { stroke: shade, width: 1.25, opacity });
  };
  piece(from, middle, 0.75);
  piece(middle, to, 0.22);
}
