import type { Pen } from "../pen/pen";

/** How a path is drawn: one shade a row; rows after `row` are still to come, and faint. */
export interface PathStyle {
  readonly shades: readonly string[];
  readonly row: number;
  readonly width: number;
}

const FAR = 1e4;
const FAINT = 0.28;

/** Join rows (x0, y0, x1, y1, ... in pixels) in their order, each stretch in its shade. */
export function drawShadedPath(pen: Pen, path: ArrayLike<number>, style: PathStyle): void {
  const { shades, row, width } = style;
  const last = path.length / 2 - 1;
  let from = 0;
  for (let i = 1; i <= last; i++) {
    const ends = i === last || i === row || shades[i] !== shades[from];
    if (!ends) continue;
    pen.line(cut(path, from, i), { stroke: shades[from], width, opacity: from < row ? 1 : FAINT });
    from = i;
  }
}

/**
 * Rows from..to of a path, without points that fall on the same pixel, and with what lies far
 * outside cut off: a canvas draws nothing where numbers are huge. NaN ends a piece.
 */
export function cut(path: ArrayLike<number>, from: number, to: number): number[] {
  const points: number[] = [];
  let [lastX, lastY] = [NaN, NaN];
  for (let i = from; i <= to; i++) {
    const [x, y] = [path[2 * i], path[2 * i + 1]];
    if (i > from && i < to && Math.abs(x - lastX) + Math.abs(y - lastY) < 0.4) continue;
    if (isNear(x, y) && (i === from || isNear(lastX, lastY))) points.push(x, y);
    else if (i > from) points.push(...nearPart(lastX, lastY, x, y));
    [lastX, lastY] = [x, y];
  }
  return points;
}

function isNear(x: number, y: number): boolean {
  return Math.abs(x) < FAR && Math.abs(y) < FAR;
}

/** The part of a stretch that is within reach, between two cuts (Liang and Barsky 1984). */
function nearPart(x0: number, y0: number, x1: number, y1: number): number[] {
  let [enter, leave] = [0, 1];
  const [dx, dy] = [x1 - x0, y1 - y0];
  if (!Number.isFinite(dx) || !Number.isFinite(dy)) return [NaN, NaN];
  for (const [along, room] of [
    [-dx, x0 + FAR],
    [dx, FAR - x0],
    [-dy, y0 + FAR],
    [dy, FAR - y0],
  ]) {
    if (along < 0) enter = Math.max(enter, room / along);
    else if (along > 0) leave = Math.min(leave, room / along);
    else if (room < 0) return [NaN, NaN];
  }
  if (enter > leave) return [NaN, NaN];
  return [NaN, NaN, x0 + enter * dx, y0 + enter * dy, x0 + leave * dx, y0 + leave * dy];
}

/** The row nearest to a point within reach, in pixels; of equally near ones the last. */
export function nearestRow(
  path: ArrayLike<number>,
  x: number,
  y: number,
  reach: number,
): number | null {
  let best: number | null = null;
  let least = reach;
  for (let i = 0; 2 * i + 1 < path.length; i++) {
    const away = Math.hypot(path[2 * i] - x, path[2 * i + 1] - y);
    if (away <= least) [best, least] = [i, away];
  }
  return best;
}

/** Rows far enough apart, in pixels, that their dots do not blot. */
export function rowsApart(path: ArrayLike<number>, pixels: number): number[] {
  const rows: number[] = [];
  let [lastX, lastY] = [NaN, NaN];
  for (let i = 0; 2 * i + 1 < path.length; i++) {
    const [x, y] = [path[2 * i], path[2 * i + 1]];
    if (Number.isNaN(x + y) || Math.hypot(x - lastX, y - lastY) < pixels) continue;
    rows.push(i);
    [lastX, lastY] = [x, y];
  }
  return rows;
}
