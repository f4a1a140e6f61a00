import type { DescentRecord, Num } from "../wire/record";
import { type Eye, project } from "./eye";
import { hidden } from "./mesh";
import { heightAt, type Relief, share } from "./relief";

/** A place on the surface: its pixels, and whether the surface stands before it. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly hidden: boolean;
}

/** The way from one row of a record to the next, laid on the surface. */
export interface Leg {
  /** The row that it leaves. */
  readonly row: number;
  readonly spots: readonly Spot[];
}

/** Long ways bend with the surface: a point at least every so much of its half-width. */
const STRIDE = 0.06;
/** Shorter ways than this, in pixels, are joined to the next. */
const SHORT = 0.7;

/** The spot of a point of the plane; null outside, above the rim, or where it is no number. */
export function spotOf(relief: Relief, eye: Eye, x: Num, y: Num): Spot | null {
  if (x === null || y === null) return null;
  return spotAt(relief, eye, share(relief.across, x), share(relief.up, y));
}

function spotAt(relief: Relief, eye: Eye, a: number, b: number): Spot | null {
  const height = heightAt(relief, a, b);
  if (!(height <= 1)) return null;
  const [x, y] = project(eye, a, b, height);
  return { x, y, hidden: hidden(relief, eye, a, b, height) };
}

/** The path of a record over the surface; what lies beyond it or above the rim is left out. */
export function legsOf(relief: Relief, eye: Eye, record: DescentRecord): Leg[] {
  const own = record.plane;
  const legs: Leg[] = [];
  if (own === null) return legs;
  const places = own.path_x.map((x, i): [number, number] => [
    share(relief.across, x ?? NaN),
    share(relief.up, own.path_y[i] ?? NaN),
  ]);
  let from = 0;
  for (let to = 1; to < places.length; to++) {
    const [[a, b], [c, d]] = [places[from], places[to]];
    const long = Math.hypot(c - a, d - b);
    if (long * eye.scale < SHORT && to < places.length - 1) continue;
    const count = Math.min(Math.max(Math.ceil(long / STRIDE), 1), 60);
    let spots: Spot[] = [];
    for (let k = 0; k <= count; k++) {
      const spot = spotAt(relief, eye, a + ((c - a) * k) / count, b + ((d - b) * k) / count);
      if (spot !== null) spots.push(spot);
      else if (spots.length > 0) {
        legs.push({ row: from, spots });
        spots = [];
      }
    }
    if (spots.length > 1) legs.push({ row: from, spots });
    from = to;
  }
  return legs;
}
