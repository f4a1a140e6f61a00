/** The rows of a table and the line over them, as the record's views want them. */
import type { Fit } from "../wire/record";
import type { TableData } from "../wire/setup";
import { descended, type Coordinates, type Rows } from "./coordinates";

const MOST = 1_000;
const POINTS = 121;

/** At most 1,000 rows, evenly spread. */
export function fitOf(table: TableData, rows: Rows, coordinates: Coordinates): Fit {
  const every = Math.ceil(rows.x.length / MOST);
  const shown = rows.x.map((_, row) => row).filter((row) => row % every === 0);
  const x = shown.map((row) => rows.x[row]!);
  const curve = across(rows.x);
  return {
    link: "identity",
    target: table.y_name,
    feature: table.x_name,
    inputs: [table.x_name],
    rows: x.map((value) => [value]),
    terms: [table.x_name],
    design: descended(coordinates, x).map((value) => [value]),
    intercept: true,
    truth: shown.map((row) => rows.y[row]!),
    held: shown.map((row) => rows.held[row]!),
    classes: table.classes,
    curve_x: curve,
    curve_design: descended(coordinates, curve).map((value) => [value]),
    total: table.total,
    delta: null,
    held_total: rows.held.filter((held) => held).length,
  };
}

/** From the least to the largest value, evenly. */
function across(x: readonly number[]): number[] {
  const low = x.reduce((least, value) => Math.min(least, value), Infinity);
  const high = x.reduce((most, value) => Math.max(most, value), -Infinity);
  return Array.from({ length: POINTS }, (_, i) => low + ((high - low) * i) / (POINTS - 1));
}
