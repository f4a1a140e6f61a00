/** Which steps are kept of a long record, as `steepest.descent.recorder.Schedule`. */
const DENSE = 10_000;

/** Whether the step is kept: all up to 10,000, then every 2nd, from 20,000 on every 4th, ... */
export function isKept(step: number): boolean {
  if (step <= DENSE) return true;
  const bits = Math.floor(Math.log2(Math.floor((step - 1) / DENSE))) + 1;
  return step % 2 ** bits === 0;
}

/** All kept steps from 0 to `last`, `last` itself, and `also`. */
export function keptSteps(last: number, also: readonly number[] = []): number[] {
  const kept: number[] = [];
  const always = new Set([last, ...also]);
  for (let step = 0; step <= last; step++) {
    if (isKept(step) || always.has(step)) kept.push(step);
  }
  return kept;
}
