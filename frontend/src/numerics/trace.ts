/** The record of one descent with all its rows, as `steepest.trace.Trace` is: k rows. */
export interface Trace {
  readonly names: readonly string[];
  /** k step numbers, rising; row k holds what was before the update of its step. */
  readonly step: readonly number[];
  /** J, the true one. */
  readonly loss: readonly number[];
  readonly rate: readonly number[];
  /** k rows of p values. */
  readonly params: readonly (readonly number[])[];
  /** As the loop used it: k rows of p values. */
  readonly gradient: readonly (readonly number[])[];
  /** k: J of the rows held back, NaN where it was not worked out; undefined where none are. */
  readonly heldLoss?: readonly number[];
  readonly stop: Stop;
  readonly facts: TraceFacts;
}

export interface Stop {
  readonly reason: "converged" | "budget" | "non_finite";
  readonly because: string;
  /** A bound on the relative distance to the minimum, where it can be known. */
  readonly bound: number | null;
}

/** What is known of the cost where the path went; undefined is unknown. */
export interface TraceFacts {
  readonly sharpness?: number;
  readonly smallestEigenvalue?: number;
  readonly conditionNumber?: number;
  readonly largestStableRate?: number;
  readonly minimum?: readonly number[];
  readonly minimumLoss?: number;
  /** The second derivatives, with their eigenvalues, rising, and eigenvectors. */
  readonly hessian?: Spectrum;
  /** A bound on the relative error of any parameter at the end. */
  readonly worstParameter?: number;
  /** Of the descended column, where the cost is that of a table; its gradient is then right. */
  readonly column?: Column;
}

export interface Spectrum {
  readonly curvatures: readonly number[];
  /** One unit vector for each curvature. */
  readonly axes: readonly (readonly number[])[];
}

export interface Column {
  readonly mean: number;
  readonly spread: number;
  /** Of the Hessian with the column standardised; undefined where the column is constant. */
  readonly conditionStandardised?: number;
}
