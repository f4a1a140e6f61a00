/** Rows reduced to the sums that least squares needs: of one feature x and a target y. */
export interface Statistics {
  readonly rows: number;
  readonly meanX: number;
  readonly meanY: number;
  /** √(Σ (x - meanX)² / rows), in the units of x. */
  readonly spreadX: number;
  /** Σ (x - meanX)(y - meanY) / Σ (x - meanX)²; 0 where x is constant. */
  readonly slope: number;
  /** √(Σ rest² / rows), of what the best line leaves. */
  readonly misfit: number;
  /** √(Σ (y - meanY)² / rows). */
  readonly spreadY: number;
}

/**
 * Sums about the means and in two passes, so that raw square feet keep their digits (Chan,
 * Golub and LeVeque 1983, "Algorithms for computing the sample variance").
 */
export function statisticsOf(x: readonly number[], y: readonly number[]): Statistics {
  const rows = x.length;
  const meanX = mean(x);
  const meanY = mean(y);
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let i = 0; i < rows; i++) {
    const across = x[i]! - meanX;
    const up = y[i]! - meanY;
    xx += across * across;
    xy += across * up;
    yy += up * up;
  }
  const slope = xx > 0 ? xy / xx : 0;
  let rest = 0;
  for (let i = 0; i < rows; i++) rest += (y[i]! - meanY - slope * (x[i]! - meanX)) ** 2;
  const root = (sum: number): number => Math.sqrt(sum / rows);
  return { rows, meanX, meanY, spreadX: root(xx), slope, misfit: root(rest), spreadY: root(yy) };
}

/** The mean, with what its first rounding took given back. */
export function mean(values: readonly number[]): number {
  let first = 0;
  for (const value of values) first += value;
  first /= values.length;
  let rest = 0;
  for (const value of values) rest += value - first;
  return first + rest / values.length;
}
