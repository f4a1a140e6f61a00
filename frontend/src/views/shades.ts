import type { DescentRecord } from "../wire/record";

const EVEN_UP_TO = 50;

/**
 * The colour of each row of a record, the same in every view and as in `steepest.views.style`:
 * up to 50 steps share the shades evenly; of longer paths the logarithm of the step counts.
 */
export function shadesOf(record: DescentRecord, shades: readonly string[]): string[] {
  const first = record.step[0];
  const span = Math.max(record.step[record.step.length - 1] - first, 1);
  return record.step.map((step) => {
    const gone = Math.max(step - first, 0);
    const share = span <= EVEN_UP_TO ? gone / span : Math.log1p(gone) / Math.log1p(span);
    return shades[Math.min(Math.floor(share * shades.length), shades.length - 1)];
  });
}
