/**
 * What a loss would do if its two parameters were updated one after the other; as
 * `steepest.diagnosis.gradients.sequence`: the trapezoid misses it by -½ Δ'·L·(Δ + Δ⁺).
 */
import type { Field } from "./field";
import type { Moves } from "./moves";
import type { Slopes } from "./slopes";
import { dot } from "./sums";

const ROUNDS = 12;

/** Which parameter is updated later, and the columns of differences that this would leave. */
export interface Sequence {
  readonly later: number;
  readonly columns: readonly (readonly number[])[];
}

/** Both orders, with the Hessian of the secants; none where the gradients are not linear. */
export function foretoldSequences(slopes: Slopes, moves: Moves, field: Field | null): Sequence[] {
  if (field === null || !field.linear || moves.plain() !== true) return [];
  return orders(moves).map((later) => {
    const hessian = hessianUnder(field, moves.rate(), later);
    const steep = hessian[later]![1 - later]!;
    const both = bothMoves(slopes, moves, 1 - later);
    const column = slopes.steps.map((step, n) => -0.5 * step[later]! * (both[n]! * steep));
    return { later, columns: [column] };
  });
}

/** Both orders, with an unknown Hessian. */
export function freeSequences(slopes: Slopes, moves: Moves): Sequence[] {
  if (moves.plain() !== true) return [];
  return orders(moves).map((later) => {
    const both = bothMoves(slopes, moves, 1 - later);
    return { later, columns: [slopes.steps.map((step, n) => -0.5 * step[later]! * both[n]!)] };
  });
}

/** The second later, and the first later. */
function orders(moves: Moves): number[] {
  return moves.params[0]!.length === 2 ? [1, 0] : [];
}

/** Of the earlier parameter: each move and the one after it together. */
function bothMoves(slopes: Slopes, moves: Moves, early: number): number[] {
  const steps = moves.steps();
  return slopes.steps.map((step, n) => {
    const following = Math.min(slopes.first[n]! + 1, steps.length - 1);
    return step[early]! + steps[following]![early]!;
  });
}

/** The Hessian under that order: repeated from what the field shows until it settles. */
function hessianUnder(field: Field, rate: number, later: number): number[][] {
  const p = field.axes[0]!.length;
  const table = (entry: (i: number, j: number) => number): number[][] =>
    Array.from({ length: p }, (_, i) => Array.from({ length: p }, (_, j) => entry(i, j)));
  const shown = table((i, j) =>
    field.axes.reduce((sum, axis, k) => sum + field.images[k]![i]! * axis[j]!, 0),
  );
  const columns = table((j, i) => shown[i]![j]!);
  const unseen = table((i, j) =>
    field.axes.reduce((rest, axis) => rest - axis[i]! * dot(axis, columns[j]!), shown[i]![j]!),
  );
  const start = table((i, j) => shown[i]![j]! + unseen[j]![i]!);
  let hessian = start;
  for (let round = 0; round < ROUNDS; round++) {
    const late = rate * hessian[later]![1 - later]!;
    const corrected = table(
      (i, j) => start[i]![j]! + (i === later ? late * start[1 - later]![j]! : 0),
    );
    hessian = table((i, j) => 0.5 * (corrected[i]![j]! + corrected[j]![i]!));
    if (!hessian.flat().every(Number.isFinite)) return start;
  }
  return hessian;
}
