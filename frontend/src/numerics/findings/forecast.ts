/** What would happen at another rate, or with more steps, on a bowl that is known. */
import type { Reading } from "./reading";
import { dot, norm } from "./sums";

const FAR = 1e15;
const CURVED = 1e-15;
const TOLERANCE = 1e-8;

/** The bowl at one row: its curvatures, and the distances along its axes. */
interface Modes {
  readonly curvatures: readonly number[];
  readonly axes: readonly (readonly number[])[];
  readonly left: readonly number[];
  readonly minimum: readonly number[];
}

function modesAt(reading: Reading, row: number): Modes | null {
  const { hessian, minimum } = reading.trace.facts;
  if (hessian === undefined || minimum === undefined || row < 0) return null;
  const away = reading.trace.params[row]!.map((value, j) => value - minimum[j]!);
  return {
    curvatures: hessian.curvatures.map((value) => Math.max(value, 0)),
    axes: hessian.axes,
    left: hessian.axes.map((axis) => dot(axis, away)),
    minimum,
  };
}

/** Whether the same steps at the recommended rate would have left less than half. */
export function largerRateHelps(reading: Reading): boolean {
  const excess = reading.excess();
  const rate = reading.recommended()?.rate ?? null;
  const modes = modesAt(reading, 0);
  if (excess === null || rate === null || modes === null) return true;
  const steps = reading.lastStep();
  const then = modes.curvatures.reduce((sum, curvature, k) => {
    const after = Math.abs(1 - rate * curvature) ** steps * modes.left[k]!;
    return sum + 0.5 * curvature * after ** 2;
  }, 0);
  return then < 0.5 * excess[excess.length - 1]!;
}

/** Whether the bowl is known in every direction. */
export function allInSight(reading: Reading): boolean {
  return modesAt(reading, reading.finite() - 1) !== null;
}

/** Steps still needed from the last row at that rate; null where it cannot be known. */
export function stepsNeeded(reading: Reading, rate: number): number | null {
  const modes = modesAt(reading, reading.finite() - 1);
  if (modes !== null) return stepsOnBowl(modes, rate) || null;
  const factor = reading.factor();
  const left = reading.left();
  if (factor === null || left === null || rate !== reading.rate() || left <= 0) return null;
  if (factor >= 1) return null;
  return Math.max(0, Math.ceil(Math.log(TOLERANCE ** 2 / left) / Math.log(factor)));
}

/** Until the distance is within the tolerance, and every parameter within a hundred times it. */
function stepsOnBowl(modes: Modes, rate: number): number | null {
  const most = Math.max(...modes.curvatures);
  const curved = modes.curvatures.flatMap((value, k) => (value > CURVED * most ? [k] : []));
  const shrink = curved.map((k) => Math.abs(1 - rate * modes.curvatures[k]!));
  if (shrink.some((value) => value >= 1)) return null;
  const left = curved.map((k) => Math.abs(modes.left[k]!));
  const size = norm(modes.minimum) || norm(left);
  const there = (step: number): boolean => {
    const now = left.map((value, i) => shrink[i]! ** step * value);
    if (!(norm(now) <= TOLERANCE * size)) return false;
    return modes.minimum.every((value, j) => {
      if (!(Math.abs(value) > 1e-9 * size)) return true;
      const each = curved.reduce((sum, k, i) => sum + Math.abs(modes.axes[k]![j]!) * now[i]!, 0);
      return each <= 100 * TOLERANCE * Math.abs(value);
    });
  };
  let low = 0;
  let high = 1;
  while (!there(high)) {
    low = high;
    high *= 2;
    if (high > FAR) return null;
  }
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (there(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
