import { contours } from "d3-contour";
import type { Plane } from "../wire/record";
import type { Frame } from "./frame";

const RINGS = 12;
/** The part of a grid around a ring is made finer up to so many lines each way. */
const FINE = 90;

/** The rings of a plane, the lowest first: each closed around all that is lower, in pixels. */
export type Rings = readonly Float64Array[];

interface Known {
  readonly key: string;
  readonly rings: Rings;
}

const known = new WeakMap<Plane["loss"], Known>();

/**
 * Lines of equal cost, where what is above the lowest is halved from one to the next. Worked
 * out once for a plane in a frame, and remembered by the identity of its numbers.
 */
export function ringsOf(plane: Plane, frame: Frame): Rings {
  const key = [frame.x, frame.y].flatMap((scale) => [...scale.range(), ...scale.domain()]).join();
  const before = known.get(plane.loss);
  if (before?.key === key) return before.rings;
  const rings = newRings(plane, frame);
  known.set(plane.loss, { key, rings });
  return rings;
}

/** The least and the largest finite J of a plane; null where there are not two. */
export function heights(plane: Plane): [number, number] | null {
  let [low, high] = [Infinity, -Infinity];
  for (const line of plane.loss) {
    for (const value of line) {
      if (value === null || !Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return high > low ? [low, high] : null;
}

function newRings(plane: Plane, frame: Frame): Rings {
  const ends = heights(plane);
  if (ends === null) return [];
  const [low, high] = ends;
  // the root of what is left is nearly a cone, on which a coarse grid makes round rings
  const depth = (value: number): number => -Math.sqrt(Math.max(value / 2 - low / 2, 0));
  const lines = plane.loss.map((line) => line.map((value) => value ?? NaN));
  const cone = lines.map((line) => line.map(depth));
  return Array.from({ length: RINGS }, (_, i) => {
    const level = depth(high) * Math.SQRT1_2 ** (RINGS - i);
    const patch = patchOf(cone, level);
    let grid = part(lines, patch);
    let times = 1;
    while (times < 4 && 2 * Math.max(grid.length, grid[0].length) < FINE) {
      grid = flipped(flipped(grid.map(halved)).map(halved));
      times *= 2;
    }
    const values = times > 1 ? grid.map((line) => line.map(depth)) : part(cone, patch);
    const made = contours().size([grid[0].length, grid.length]).smooth(true);
    const { coordinates } = made.contour(values.flat(), level);
    return projected(coordinates, plane, frame, { ...patch, times });
  });
}

/** The part of a grid that a ring lies in: from, and up to but without. */
interface Patch {
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

function part(grid: readonly (readonly number[])[], { rows, columns }: Patch): number[][] {
  return grid.slice(...rows).map((line) => line.slice(...columns));
}

/** Rows and columns with anything at a level or deeper, and two more around. */
function patchOf(cone: readonly (readonly number[])[], level: number): Patch {
  let [top, bottom, left, right] = [Infinity, -1, Infinity, -1];
  cone.forEach((line, i) => {
    line.forEach((value, j) => {
      if (!(value >= level)) return;
      top = Math.min(top, i);
      bottom = i;
      left = Math.min(left, j);
      right = Math.max(right, j);
    });
  });
  return {
    rows: [Math.max(top - 2, 0), Math.min(bottom + 3, cone.length)],
    columns: [Math.max(left - 2, 0), Math.min(right + 3, cone[0].length)],
  };
}

/**
 * Numbers with one more between each two, by the cubic of Catmull and Rom: a parabola stays the
 * parabola that it is, so that a valley narrower than the grid keeps its bottom.
 */
function halved(line: readonly number[]): number[] {
  const last = line.length - 1;
  if (last < 2) return last < 1 ? [...line] : [line[0], (line[0] + line[1]) / 2, line[1]];
  const before = 3 * line[0] - 3 * line[1] + line[2];
  const after = 3 * line[last] - 3 * line[last - 1] + line[last - 2];
  const fine: number[] = [];
  for (let i = 0; i < last; i++) {
    const outer = (line[i - 1] ?? before) + (line[i + 2] ?? after);
    const middle = (9 * (line[i] + line[i + 1]) - outer) / 16;
    fine.push(line[i], Number.isNaN(middle) ? (line[i] + line[i + 1]) / 2 : middle);
  }
  fine.push(line[last]);
  return fine;
}

function flipped(lines: readonly (readonly number[])[]): number[][] {
  return lines[0].map((_, j) => lines.map((line) => line[j]));
}

/** Lines of d3's, on a patch so many times as fine as the plane's grid, in pixels. */
function projected(
  polygons: readonly number[][][][],
  plane: Plane,
  frame: Frame,
  { rows, columns, times }: Patch & { readonly times: number },
): Float64Array {
  const points: number[] = [];
  for (const polygon of polygons) {
    for (const ring of polygon) {
      for (const [across, up] of ring) {
        // d3 has a grid point in the middle of its cell
        const x = between(plane.x, columns[0] + (across - 0.5) / times);
        const y = between(plane.y, rows[0] + (up - 0.5) / times);
        points.push(frame.x(x), frame.y(y));
      }
      points.push(NaN, NaN);
    }
  }
  return Float64Array.from(points);
}

/** The number at a place between those of a grid; beyond its ends the last stretch goes on. */
function between(grid: readonly number[], place: number): number {
  const last = grid.length - 1;
  if (last < 1) return grid[0];
  const low = Math.min(Math.max(Math.floor(place), 0), last - 1);
  return grid[low] + (place - low) * (grid[low + 1] - grid[low]);
}
