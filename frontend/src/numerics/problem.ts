/** What is descended on: a cost, the gradient that the loop uses, and what is known of it. */
export interface Problem {
  /** p names of the parameters. */
  readonly names: readonly string[];
  /** J at params (p). */
  value(params: readonly number[]): number;
  /** The slope of J at params (p), without any fault. */
  gradient(params: readonly number[]): number[];
  /** The second derivatives at params, p rows of p. */
  hessian(params: readonly number[]): number[][];
  /** What holds everywhere; empty where nothing does. */
  readonly known: Known;
}

/** Facts of a cost as a whole. */
export interface Known {
  /** p values. */
  readonly minimum?: readonly number[];
  /** The least possible J. */
  readonly minimumLoss?: number;
}
