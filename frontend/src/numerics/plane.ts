/**
 * The cost around a path: a grid of J on the plane of both parameters, for its contours.
 *
 * The frame lies around the minimum, as wide as the start is far away; only where the path
 * leaves it does it grow, twofold at a time, so that it stays still while a rate is dragged.
 */
import type { Plane } from "../wire/record";
import type { Line, Pair } from "./line";
import type { Trace } from "./trace";
import { numberOrNull, type Kept } from "./wired";

const COUNT = 61;
const RUNAWAY = 100;
const LEAST = 3;
const MARGIN = 1.25;
const ALIKE = 0.05;
const DOUBLINGS = 12;
const REMEMBERED = 12;

/** J around the rows of a record that are kept. */
export function planeOf(line: Line, trace: Trace, kept: Kept): Plane {
  const half = frame(line, trace);
  const grid = gridOf(line, half);
  return {
    sentence: "the plane of both parameters",
    x_label: "w",
    y_label: "b",
    ...grid,
    path_x: kept.rows.map((row) => numberOrNull(trace.params[row]![0]!)),
    path_y: kept.rows.map((row) => numberOrNull(trace.params[row]![1]!)),
    minimum: [line.minimum[0], line.minimum[1]],
    whole: true,
    axes: { origin: [0, 0], across: [1, 0], up: [0, 1] },
  };
}

/** Half of the width and of the height about the minimum. */
function frame(line: Line, trace: Trace): Pair {
  const start = trace.params[0]!;
  const reach = (j: 0 | 1): number => Math.abs(start[j]! - line.minimum[j]);
  const far = [0, 0] as [number, number];
  const [first = 0] = trace.loss;
  trace.params.forEach((params, row) => {
    const loss = trace.loss[row]!;
    const tame = row < LEAST || loss <= RUNAWAY * Math.max(Math.abs(first), 1e-300);
    if (!tame || !Number.isFinite(loss) || !params.every(Number.isFinite)) return;
    for (const j of [0, 1] as const) {
      far[j] = Math.max(far[j], Math.abs(params[j]! - line.minimum[j]));
    }
  });
  return [wide(reach(0), line.minimum[0], far[0]), wide(reach(1), line.minimum[1], far[1])];
}

function wide(reach: number, minimum: number, far: number): number {
  const nowhere = reach === 0 && minimum === 0;
  let half = MARGIN * Math.max(reach, ALIKE * Math.abs(minimum), nowhere ? 1 : 0);
  for (let k = 0; k < DOUBLINGS && far > half; k++) half *= 2;
  return half;
}

type Grid = Pick<Plane, "x" | "y" | "loss">;

/** The last grids: the very same object again where nothing changed, since views compare it. */
const grids = new Map<string, Grid>();

function gridOf(line: Line, half: Pair): Grid {
  const key = [line.minimum, half, line.roots, line.axes, line.offset, line.floor].join(" ");
  const known = grids.get(key);
  if (known !== undefined) return known;
  const grid = newGrid(line, half);
  grids.set(key, grid);
  if (grids.size > REMEMBERED) grids.delete(grids.keys().next().value!);
  return grid;
}

function newGrid(line: Line, half: Pair): Grid {
  const x = spread(line.minimum[0], half[0]);
  const y = spread(line.minimum[1], half[1]);
  const [[wOne, bOne], [wTwo, bTwo]] = line.axes;
  const loss = y.map((b) =>
    x.map((w) => {
      const steep = (w * wOne + b * bOne) * line.roots[0] - line.offset[0];
      const flat = (w * wTwo + b * bTwo) * line.roots[1] - line.offset[1];
      return line.floor + 0.5 * (steep * steep + flat * flat);
    }),
  );
  return { x, y, loss };
}

function spread(middle: number, half: number): number[] {
  return Array.from({ length: COUNT }, (_, i) => middle + half * ((2 * i) / (COUNT - 1) - 1));
}
