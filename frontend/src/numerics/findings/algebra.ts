/** Linear algebra of tall tables with few columns. */
import { dot, norm } from "./sums";

/** A = left · diag(sizes) · rightᵀ: each list holds columns, the largest size first. */
export interface Decomposition {
  readonly left: readonly (readonly number[])[];
  readonly sizes: readonly number[];
  readonly right: readonly (readonly number[])[];
}

const SWEEPS = 30;
const ALIKE = 1e-16;

/**
 * The singular values of columns (q lists of n), by turning them until they are orthogonal:
 * Jacobi's one-sided method (Golub and Van Loan 2013, section 8.6.3), exact for few columns.
 */
export function decompose(columns: readonly (readonly number[])[]): Decomposition {
  const work = columns.map((column) => [...column]);
  const turned = columns.map((_, j) => columns.map((_, i): number => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let still = true;
    for (let i = 0; i < work.length; i++) {
      for (let j = i + 1; j < work.length; j++) {
        if (turnPair(work, turned, i, j)) still = false;
      }
    }
    if (still) break;
  }
  const sizes = work.map(norm);
  const order = sizes.map((_, j) => j).sort((a, b) => sizes[b]! - sizes[a]!);
  return {
    left: order.map((j) => work[j]!.map((value) => (sizes[j]! > 0 ? value / sizes[j]! : 0))),
    sizes: order.map((j) => sizes[j]!),
    right: order.map((j) => turned[j]!),
  };
}

/** Makes two columns orthogonal; whether they were not. */
function turnPair(work: number[][], turned: number[][], i: number, j: number): boolean {
  const first = work[i]!;
  const second = work[j]!;
  const [a, b, c] = [dot(first, first), dot(second, second), dot(first, second)];
  if (!(Math.abs(c) > ALIKE * Math.sqrt(a * b))) return false;
  const slant = (b - a) / (2 * c);
  const tangent = (slant >= 0 ? 1 : -1) / (Math.abs(slant) + Math.hypot(1, slant));
  const cosine = 1 / Math.hypot(1, tangent);
  for (const [u, v] of [
    [first, second],
    [turned[i]!, turned[j]!],
  ] as const) {
    for (let k = 0; k < u.length; k++) {
      const [x, y] = [u[k]!, v[k]!];
      u[k] = cosine * (x - tangent * y);
      v[k] = cosine * (tangent * x + y);
    }
  }
  return true;
}

/** The numbers that combine the columns (q lists of n) nearest to a goal (n), and the rank. */
export function leastSquares(
  columns: readonly (readonly number[])[],
  goal: readonly number[],
  least: number,
): { numbers: number[]; rank: number } {
  const { left, sizes, right } = decompose(columns);
  const numbers = columns.map(() => 0);
  let rank = 0;
  sizes.forEach((size, k) => {
    if (!(size > least * sizes[0]!)) return;
    rank += 1;
    const along = dot(left[k]!, goal) / size;
    right[k]!.forEach((value, j) => (numbers[j] = numbers[j]! + along * value));
  });
  return { numbers, rank };
}
