/** JSON has no NaN and no infinity: both are null on the wire. */
export type Num = number | null;

/**
 * The record of one descent, as the page needs it: the `Trace` of the browser. Whoever
 * computed it, Python or the page itself, every view reads this and nothing else.
 *
 * k rows, one a kept step; p parameters in the descended coordinates.
 */
export interface DescentRecord {
  /** p names; "w" and "b" for the line. */
  readonly names: readonly string[];
  /** k step numbers, rising; row k holds the parameters before the update of that step. */
  readonly step: readonly number[];
  readonly loss: readonly Num[];
  /** Of what `loss` is: all training rows, the batch, or a log that does not say. */
  readonly loss_of: "full" | "batch" | "unknown";
  /** J of the rows kept for validation, or null. */
  readonly validation: readonly Num[] | null;
  readonly rate: readonly Num[];
  /** k rows of p values, or null where none were recorded. */
  readonly params: readonly (readonly Num[])[] | null;
  /** As the loop used it, also where it is wrong: k rows of p values, or null. */
  readonly gradient: readonly (readonly Num[])[] | null;
  readonly rule: string;
  readonly facts: Facts;
  readonly stop: { readonly reason: string; readonly because: string };
  readonly diagnosis: Diagnosis;
  /** J on a plane; null with one parameter. */
  readonly plane: Plane | null;
  /** The rows and the model over them; null for a curve. */
  readonly fit: Fit | null;
  /** How many steps were taken; more than rows where the record is thinned. */
  readonly steps: number;
  /** What has to be said beside the pictures: thinned, sampled, rows not found, ...; or "". */
  readonly note: string;
  /** Of a saved run: whether it is still growing. */
  readonly growing: boolean;
  /** k: a line through losses that jump from batch to batch, or null. */
  readonly trend: readonly Num[] | null;
  /** Of a network that was watched, or null. */
  readonly layers: Layers | null;
  /** Whether J can be worked out at other parameters. */
  readonly known: boolean;
}

/** The layers of a network that was watched, over the steps. */
export interface Layers {
  /** L, in the order of the model. */
  readonly names: readonly string[];
  /** c, rising: where each column begins. */
  readonly step: readonly number[];
  /** L rows of c: how far a step moves the layer as a share of its size. */
  readonly ratio: readonly (readonly Num[])[];
  /** L rows of c: the norm of its gradient. */
  readonly gradient: readonly (readonly Num[])[];
}

/** What is known of the cost; null where it is not. */
export interface Facts {
  /** λ_max. */
  readonly sharpness: Num;
  /** κ = λ_max / λ_min. */
  readonly condition_number: Num;
  /** 2/λ_max for plain descent; other rules have their own. */
  readonly largest_stable_rate: Num;
  /** The least possible J. */
  readonly minimum_loss: Num;
  /** p values. */
  readonly minimum: readonly Num[] | null;
}

/** J on a plane through the path. */
export interface Plane {
  /** Says which plane it is. */
  readonly sentence: string;
  readonly x_label: string;
  readonly y_label: string;
  /** n and m grid positions, rising. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** m rows of n values: J at (x[j], y[i]). */
  readonly loss: readonly (readonly Num[])[];
  /** k: where each row of the record lies in the plane. */
  readonly path_x: readonly Num[];
  readonly path_y: readonly Num[];
  readonly minimum: readonly [number, number] | null;
  /** Whether the plane is that of exactly both parameters, so that a start can be dragged in it. */
  readonly whole: boolean;
  /** Where the plane lies among the parameters of the record, to put another path into it;
   * null where the record does not hold them all. */
  readonly axes: Axes | null;
}

/** A point of a plane and its two directions of length 1, p values each. */
export interface Axes {
  readonly origin: readonly number[];
  readonly across: readonly number[];
  readonly up: readonly number[];
}

/**
 * Rows (a sample) with all that a model does to them: inputs -> representation (`design`) ->
 * score (design · θ + b) -> decision, so that every row can be predicted at every step.
 */
export interface Fit {
  readonly link: "identity" | "logistic" | "exp";
  readonly target: string;
  /** The one numeric feature on the horizontal axis, or null where there are several. */
  readonly feature: string | null;
  /** Names of the raw inputs, and n rows of them. */
  readonly inputs: readonly string[];
  readonly rows: readonly (readonly (number | string | null)[])[];
  /** Names of the columns of the representation: those of the parameters without the intercept. */
  readonly terms: readonly string[];
  /** n rows, as many columns as `terms`. */
  readonly design: readonly (readonly number[])[];
  /** Whether the last parameter is an intercept. */
  readonly intercept: boolean;
  /** n: the truth; 0 and 1 for two classes. */
  readonly truth: readonly number[];
  /** n: kept for validation. */
  readonly held: readonly boolean[];
  /** Two names, the second the positive one, or none. */
  readonly classes: readonly string[];
  /** Where the model is drawn as a curve over `feature`; empty where there is none. */
  readonly curve_x: readonly number[];
  readonly curve_design: readonly (readonly number[])[];
  /** How many rows there are in all. */
  readonly total: number;
  /** Where Huber's loss turns from square to straight; null for other losses. */
  readonly delta: number | null;
  /** How many of the rows learned from or held out are held out, in all. */
  readonly held_total: number;
}

/** J along one line through the parameters at a step. */
export interface Profile {
  readonly step: number;
  /** Name of the parameter that moves, or "the gradient". */
  readonly along: string;
  /** Positions: the parameter's own value, or the distance along the gradient, downhill > 0. */
  readonly t: readonly number[];
  readonly loss: readonly Num[];
  /** Where the step leaves from and J there. */
  readonly here: number;
  readonly height: Num;
  /** dJ/dt at `here`, of the cost itself. */
  readonly slope: Num;
  /** Where the step ends, on the same axis. */
  readonly next: Num;
}

export interface Diagnosis {
  /** Code of the first finding, or "cannot_tell". */
  readonly verdict: string;
  readonly findings: readonly Finding[];
  readonly clear: readonly string[];
  readonly cannot_tell: { readonly [code: string]: string };
}

export interface Finding {
  readonly code: string;
  readonly severity: "info" | "warning" | "error";
  readonly title: string;
  readonly because: string;
  readonly evidence: { readonly [name: string]: number };
  readonly remedies: readonly Remedy[];
  /** The layers that it is about, where it is about some. */
  readonly layers?: readonly string[];
}

export interface Remedy {
  readonly sentence: string;
  /** Arguments of `fit` and `descend` -> what to set them to. */
  readonly set: { readonly [argument: string]: number | string };
}
