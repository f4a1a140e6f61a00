/** From a trace to what goes over the wire: fewer rows, and null for what is not finite. */
import type { Num } from "../wire/record";
import { whole } from "./readable";

const SHOWN = 2_000;
const FIRST = 1_000;

/** Which rows of a trace a record keeps. */
export interface Kept {
  readonly rows: readonly number[];
}

/** At most 2,000 of so many rows: the first 1,000, then evenly to the last. */
export function keptRows(count: number): Kept {
  const first = Array.from({ length: Math.min(count, SHOWN) }, (_, row) => row);
  if (count <= SHOWN) return { rows: first };
  const spread = SHOWN - FIRST;
  const later = first
    .slice(1, spread + 1)
    .map((i) => FIRST - 1 + Math.floor((i * (count - FIRST)) / spread));
  return { rows: [...first.slice(0, FIRST), ...later] };
}

/** What of a record is not shown, or "". */
export function leftOut(kept: Kept, step: readonly number[]): string {
  const steps = step[step.length - 1]! - step[0]! + 1;
  if (kept.rows.length >= steps) return "";
  return `${whole(kept.rows.length)} of ${whole(steps)} steps are shown, the early ones closest.`;
}

/** The number, or null where it is not finite. */
export function numberOrNull(value: number | undefined): Num {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** The rows that are kept of a column. */
export function column(values: readonly number[], kept: Kept): Num[] {
  return kept.rows.map((row) => numberOrNull(values[row]));
}

/** The rows that are kept of a table. */
export function tableOf(values: readonly (readonly number[])[], kept: Kept): Num[][] {
  return kept.rows.map((row) => values[row]!.map(numberOrNull));
}
