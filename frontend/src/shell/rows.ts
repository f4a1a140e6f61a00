import type { DescentRecord } from "../wire/record";

/** The last row of a record that is not after a step. */
export function rowAt(record: DescentRecord, step: number): number {
  let low = 0;
  let high = record.step.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (record.step[middle] <= step) low = middle;
    else high = middle - 1;
  }
  return low;
}
