import type { Num, Plane } from "../wire/record";

/** J over a plane as a relief: positions in -1..1, heights of which 1 is the rim. */
export interface Relief {
  /** The grid's own positions, rising. */
  readonly across: readonly number[];
  readonly up: readonly number[];
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** y.length rows of x.length heights, NaN where there is no J; above 1 it is cut off. */
  readonly height: Float64Array;
  /** J at height 0 and at the rim. */
  readonly least: number;
  readonly rim: number;
  /** Whether heights are roots, so that a low path beside a high wall is still seen. */
  readonly rooted: boolean;
  /** Whether the surface goes on above the rim. */
  readonly cut: boolean;
}

/** Of the surface at least so much is shown, and so much more than the path needs. */
const SHOWN = 0.6;
const ABOVE_PATH = 1.15;
/** A rim so near to the top, in shares of the height, is not worth the cut. */
const NEAR_TOP = 0.8;
/** A path lower than this, in shares of the height, calls for roots. */
const LOW = 0.15;

const ordered = new WeakMap<Plane["loss"], Float64Array>();
const kept = new WeakMap<Plane["loss"], Map<string, Relief>>();

/**
 * The relief of a plane, in at most so many faces to a side. A path changes nothing in it but
 * how high the rim is, so that the same relief comes back while a learning rate is dragged.
 */
export function reliefOf(plane: Plane, cells: number): Relief {
  const sorted = orderOf(plane);
  const least = sorted[0] ?? 0;
  const most = sorted[sorted.length - 1] ?? 1;
  const path = highestOfPath(plane) ?? least + LOW * (most - least);
  const enough = sorted[Math.floor(SHOWN * sorted.length)] ?? 1;
  const wanted = Math.max(least + ABOVE_PATH * (path - least), enough);
  const rim = wanted > least + NEAR_TOP * (most - least) ? most : wanted;
  const rooted = path - least < LOW * (rim - least);
  const key = [cells, rim, rooted].join();
  let known = kept.get(plane.loss);
  if (known === undefined) kept.set(plane.loss, (known = new Map()));
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = raised(plane, cells, { least, rim, rooted, cut: rim < most });
  known.clear();
  known.set(key, made);
  return made;
}

/** All values of J on the plane that are numbers, rising. */
function orderOf({ loss }: Plane): Float64Array {
  const found = ordered.get(loss);
  if (found !== undefined) return found;
  const finite = loss.flat().filter((j): j is number => j !== null && Number.isFinite(j));
  const made = Float64Array.from(finite).sort();
  ordered.set(loss, made);
  return made;
}

type Limits = Pick<Relief, "least" | "rim" | "rooted" | "cut">;

function raised(plane: Plane, cells: number, limits: Limits): Relief {
  const { least, rim, rooted } = limits;
  const [columns, rows] = [thinned(plane.x.length, cells), thinned(plane.y.length, cells)];
  const span = rim > least ? rim - least : 1;
  const heightOf = (loss: Num): number => {
    const share = Math.max(((loss ?? NaN) - least) / span, 0);
    return rooted ? Math.sqrt(share) : share;
  };
  return {
    ...limits,
    across: plane.x,
    up: plane.y,
    x: Float64Array.from(columns, (j) => share(plane.x, plane.x[j])),
    y: Float64Array.from(rows, (i) => share(plane.y, plane.y[i])),
    height: Float64Array.from(rows.flatMap((i) => columns.map((j) => heightOf(plane.loss[i][j])))),
  };
}

function thinned(count: number, most: number): number[] {
  const cells = Math.min(count - 1, most);
  return Array.from({ length: cells + 1 }, (_, i) => Math.round((i * (count - 1)) / cells));
}

/** A position as -1..1 of the plane's own range. */
export function share(axis: readonly number[], value: number): number {
  const [low, high] = [axis[0], axis[axis.length - 1]];
  return (2 * (value - low)) / (high - low) - 1;
}

/** The highest J of the path on the plane; null where none of it lies there. */
function highestOfPath(plane: Plane): number | null {
  let highest: number | null = null;
  plane.path_x.forEach((x, i) => {
    const j = cellOf(plane.x, x ?? NaN);
    const k = cellOf(plane.y, plane.path_y[i] ?? NaN);
    if (j < 0 || k < 0) return;
    const u = ((x ?? NaN) - plane.x[j]) / (plane.x[j + 1] - plane.x[j]);
    const v = ((plane.path_y[i] ?? NaN) - plane.y[k]) / (plane.y[k + 1] - plane.y[k]);
    const at = (row: number, column: number): number => plane.loss[row][column] ?? NaN;
    const low = (1 - u) * at(k, j) + u * at(k, j + 1);
    const loss = (1 - v) * low + v * ((1 - u) * at(k + 1, j) + u * at(k + 1, j + 1));
    if (highest === null ? !Number.isNaN(loss) : loss > highest) highest = loss;
  });
  return highest;
}

/** Whether the surface is drawn at a point of the plane. */
export function isShown(relief: Relief, x: number, y: number): boolean {
  return heightAt(relief, share(relief.across, x), share(relief.up, y)) <= 1;
}

/** Height of the thinned relief, as it is drawn, at a position in -1..1; NaN outside. */
export function heightAt(relief: Relief, x: number, y: number): number {
  const j = cellOf(relief.x, x);
  const i = cellOf(relief.y, y);
  if (j < 0 || i < 0) return NaN;
  const { height } = relief;
  const wide = relief.x.length;
  const u = (x - relief.x[j]) / (relief.x[j + 1] - relief.x[j]);
  const v = (y - relief.y[i]) / (relief.y[i + 1] - relief.y[i]);
  const near = i * wide + j;
  const low = (1 - u) * height[near] + u * height[near + 1];
  const high = (1 - u) * height[near + wide] + u * height[near + wide + 1];
  return (1 - v) * low + v * high;
}

/** The cell that holds a value, or -1: by a guess, exact on an even axis, and steps from there. */
function cellOf(axis: ArrayLike<number>, value: number): number {
  const last = axis.length - 1;
  if (!(value >= axis[0] && value <= axis[last])) return -1;
  let cell = Math.min(Math.floor(((value - axis[0]) / (axis[last] - axis[0])) * last), last - 1);
  while (cell > 0 && axis[cell] > value) cell -= 1;
  while (cell < last - 1 && axis[cell + 1] <= value) cell += 1;
  return cell;
}
