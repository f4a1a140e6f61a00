import { contours } from "d3-contour";
import type { Plane } from "../wire/record";
import type { Frame } from "./frame";

const RINGS = 12;

/** The rings of a plane, the lowest first: closed lines in pixels, NaN between two of one level. */
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
  const key = [frame.left, frame.top, frame.right, frame.bottom, ...frame.x.domain(), ...frame.y.domain()].join();
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
  const cone = plane.loss.flatMap((line) =>
    line.map((value) => (value === null ? NaN : Math.sqrt(Math.max(value / 2 - low / 2, 0)))),
  );
  const made = contours().size([plane.x.length, plane.y.length]).smooth(true);
  const peak = Math.sqrt(high / 2 - low / 2);
  return Array.from({ length: RINGS }, (_, i) => {
    const level = peak * Math.SQRT1_2 ** (RINGS - i);
    return projected(made.contour(cone, level).coordinates, plane, frame);
  });
}

function projected(polygons: readonly number[][][][], plane: Plane, frame: Frame): Float64Array {
  const points: number[] = [];
  for (const polygon of polygons) {
    for (const ring of polygon) {
      for (const [across, up] of ring) {
        points.push(frame.x(between(plane.x, across)), frame.y(between(plane.y, up)));
      }
      points.push(NaN, NaN);
    }
  }
  return Float64Array.from(points);
}

/** From d3's places, where a grid point lies in the middle of its cell, to the grid's numbers. */
function between(grid: readonly number[], place: number): number {
  const last = grid.length - 1;
  if (last < 1) return grid[0];
  const low = Math.min(Math.max(Math.floor(place - 0.5), 0), last - 1);
  return grid[low] + (place - 0.5 - low) * (grid[low + 1] - grid[low]);
}
