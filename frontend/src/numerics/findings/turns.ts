/** What the gradient turned by along each move; as `steepest.diagnosis.gradients.turns`. */
import type { Moves } from "./moves";
import { between, largest, norm, range } from "./sums";

export const NOISE = 1e-2;
const ROWS = 500;

/** Unit moves and what the gradient turned by along each, per length: n rows of p. */
export interface Turns {
  readonly unit: readonly (readonly number[])[];
  readonly turn: readonly (readonly number[])[];
  /** n: the rounding of a turn. */
  readonly noise: readonly number[];
  readonly largest: number;
}

/** Of rows 1, 4, 16, ... apart, those above rounding; null where fewer than two are. */
export function turnsOf(moves: Moves): Turns | null {
  const rounded = { params: moves.paramsRounding(), gradient: moves.gradientRounding() };
  const sum = (rows: readonly (readonly number[])[], i: number, k: number): number =>
    norm(rows[i]!.map((value, j) => value + rows[k]![j]!));
  const seen = pairsOf(moves.params.length)
    .map(([i, k]) => {
      const step = between(moves.params, i, k);
      return { i, k, step, length: norm(step), blur: sum(rounded.params, i, k) };
    })
    .filter(({ length, blur }) => length > 10 * blur);
  if (seen.length < 2) return null;
  const turns = seen.map(({ i, k, length }) =>
    between(moves.gradient, i, k).map((value) => value / length),
  );
  const sizes = turns.map(norm);
  const most = largest(sizes);
  if (!Number.isFinite(most) || most === 0) return null;
  const noise = seen.map(
    ({ i, k, length, blur }, n) =>
      sum(rounded.gradient, i, k) / length + (sizes[n]! * blur) / length,
  );
  const clear = range(seen.length).filter((n) => noise[n]! < NOISE * most);
  if (clear.length < 2) return null;
  return {
    unit: clear.map((n) => seen[n]!.step.map((value) => value / seen[n]!.length)),
    turn: clear.map((n) => turns[n]!),
    noise: clear.map((n) => noise[n]!),
    largest: most,
  };
}

/** Those of some of the rows. */
export function partOf(turns: Turns, begin: number, end: number): Turns {
  return {
    unit: turns.unit.slice(begin, end),
    turn: turns.turn.slice(begin, end),
    noise: turns.noise.slice(begin, end),
    largest: turns.largest,
  };
}

/** In the order of the path, at most 500 of each distance. */
function pairsOf(rows: number): [number, number][] {
  const pairs: [number, number][] = [];
  for (let lag = 1; lag < rows; lag *= 4) {
    const every = Math.max(1, Math.ceil((rows - lag) / ROWS));
    for (let i = 0; i < rows - lag; i += every) pairs.push([i, i + lag]);
  }
  return pairs.sort((a, b) => a[1] - b[1]);
}
