/** Sums over lists of numbers, as numpy's functions of the same names give them. */

/** √ Σ v². */
export function norm(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

/** Σ u v. */
export function dot(u: readonly number[], v: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += u[i]! * v[i]!;
  return sum;
}

/** The middle one, or the mean of the two in the middle; NaN where one is NaN or none is there. */
export function median(values: readonly number[]): number {
  if (values.length === 0 || values.some(Number.isNaN)) return NaN;
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : 0.5 * (sorted[half - 1]! + sorted[half]!);
}

export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** -Infinity of none; NaN where one is. */
export function largest(values: readonly number[]): number {
  const above = (value: number, most: number): boolean => value > most || Number.isNaN(value);
  return values.reduce((most, value) => (above(value, most) ? value : most), -Infinity);
}

/** Infinity of none; NaN where one is. */
export function smallest(values: readonly number[]): number {
  const below = (value: number, least: number): boolean => value < least || Number.isNaN(value);
  return values.reduce((least, value) => (below(value, least) ? value : least), Infinity);
}

/** Row by row, then - first. */
export function between(
  rows: readonly (readonly number[])[],
  first: number,
  then: number,
): number[] {
  const from = rows[first]!;
  return rows[then]!.map((value, j) => value - from[j]!);
}

/** How many hold. */
export function count<T>(values: readonly T[], holds: (value: T) => boolean): number {
  let found = 0;
  for (const value of values) if (holds(value)) found += 1;
  return found;
}

/** 0, 1, ..., length - 1. */
export function range(length: number): number[] {
  return Array.from({ length: Math.max(length, 0) }, (_, i) => i);
}

/** The values of a function, each worked out when it is first asked for. */
export function once<T>(work: () => T): () => T {
  let done = false;
  let value: T;
  return () => {
    if (!done) {
      value = work();
      done = true;
    }
    return value;
  };
}

/** Between known places x, rising, on straight lines; held at both ends. */
export function interpolated(at: number, x: readonly number[], y: readonly number[]): number {
  const last = x.length - 1;
  if (at <= x[0]!) return y[0]!;
  if (at >= x[last]!) return y[last]!;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle]! <= at) low = middle;
    else high = middle;
  }
  const slope = (y[high]! - y[low]!) / (x[high]! - x[low]!);
  return slope * (at - x[low]!) + y[low]!;
}
