/** From a table's own units to the coordinates that are descended in, and back. */
import type { Setting } from "../wire/setting";
import type { TableData } from "../wire/setup";
import { mean } from "./statistics";

/** The descended x is (x - centre) / spread. */
export interface Coordinates {
  readonly centre: number;
  readonly spread: number;
}

/** The rows as they stand after points were dragged, and which of them are kept back. */
export interface Rows {
  /** (m,) in the input's own units. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** (m,) true where a row does not train. */
  readonly held: readonly boolean[];
}

/** The rows of a table under a setting. */
export function rowsOf(setting: Setting, table: TableData): Rows {
  const held = setting.holdout > 0 ? table.held : table.held.map(() => false);
  if (setting.moved.length === 0) return { x: table.x, y: table.y, held };
  const x = [...table.x];
  const y = [...table.y];
  for (const [row, across, up] of setting.moved) {
    if (row < 0 || row >= x.length) continue;
    x[row] = across;
    y[row] = up;
  }
  return { x, y, held };
}

/** How x enters; the mean and the standard deviation are those of the training rows. */
export function coordinatesOf(
  scale: Setting["scale"],
  unit: number,
  training: readonly number[],
): Coordinates {
  if (scale === "raw") return { centre: 0, spread: 1 };
  if (scale === "unit") return { centre: 0, spread: unit };
  const constant = training.every((value) => value === training[0]);
  if (constant) return { centre: training[0] ?? 0, spread: 1 };
  const centre = mean(training);
  let squares = 0;
  for (const value of training) squares += (value - centre) ** 2;
  return { centre, spread: Math.sqrt(squares / training.length) || 1 };
}

/** The descended values of x. */
export function descended(coordinates: Coordinates, x: readonly number[]): number[] {
  return x.map((value) => (value - coordinates.centre) / coordinates.spread);
}

/** (w, b) of the input's own units in descended coordinates. */
export function toDescended(
  { centre, spread }: Coordinates,
  [w, b]: readonly [number, number],
): [number, number] {
  return [w * spread, b + w * centre];
}

/** (w, b) of descended coordinates in the input's own units. */
export function toOwnUnits(
  { centre, spread }: Coordinates,
  [w, b]: readonly [number, number],
): [number, number] {
  return [w / spread, b - (w * centre) / spread];
}

/** The values whose row is held back, or whose row is not. */
export function parted(
  values: readonly number[],
  held: readonly boolean[],
  kept: boolean,
): number[] {
  return values.filter((_, row) => held[row] === kept);
}
