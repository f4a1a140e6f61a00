import type { Plane } from "../wire/record";
import { type Axis, type Frame, frameOf } from "./frame";
import type { Scene } from "./scene";
import type { Size } from "./view";

/** The plane with its frame, and the path in pixels. */
export interface PlaneSight {
  readonly plane: Plane;
  readonly across: Axis;
  readonly up: Axis;
  readonly frame: Frame;
  readonly path: Float64Array;
}

/** Of the words that say which plane it is: their letters and lines, in pixels. */
export const SENTENCE = { top: 23, size: 11, line: 14, lines: 2 } as const;

/** What there is to see of the plane at a size; null where there is none. */
export function planeSight({ record }: Scene, size: Size): PlaneSight | null {
  const { plane } = record;
  if (plane === null) return null;
  const across = { ...ends(plane.x), label: plane.x_label };
  const up = { ...ends(plane.y), label: plane.y_label };
  const above = plane.whole ? 0 : SENTENCE.lines * SENTENCE.line;
  const frame = frameOf(size, across, up, above);
  return { plane, across, up, frame, path: pathInPixels(plane, frame) };
}

/** The limits of a grid, always apart. */
export function ends(grid: readonly number[]): { low: number; high: number } {
  const [low, high] = [grid[0] ?? 0, grid[grid.length - 1] ?? 1];
  return high > low ? { low, high } : { low: low - 0.5, high: low + 0.5 };
}

/** Where each row of a record lies, in pixels: x0, y0, x1, y1, ... */
export function pathInPixels({ path_x, path_y }: Plane, frame: Frame): Float64Array {
  const path = new Float64Array(2 * path_x.length);
  path_x.forEach((x, i) => {
    path[2 * i] = frame.x(x ?? NaN);
    path[2 * i + 1] = frame.y(path_y[i] ?? NaN);
  });
  return path;
}
