/**
 * What is descended on, and how: everything that decides a record, and nothing that only
 * decides how it is looked at. Python reads the same fields in `steepest.live.setting`.
 */
export interface Setting {
  readonly what: "table" | "curve" | "run";
  /** The id of the saved run that is shown; "" for anything else. */
  readonly run: string;
  /** Columns to learn from; one for the line. */
  readonly features: readonly string[];
  /** How inputs enter: as they are, divided by a power of ten, or standardised. */
  readonly scale: "raw" | "unit" | "standard";
  readonly degree: number;
  readonly loss: "squared" | "logistic" | "huber" | "poisson";
  /** "gradient_descent", "momentum", "nesterov", "adam", ... as `steepest.descend` spells them. */
  readonly rule: string;
  /** null: all rows at every step. */
  readonly batch: number | null;
  readonly seed: number;
  /** A fault put into the gradient, for the diagnosis to find. */
  readonly bug: Bug;
  /** The share of rows kept for the validation curve: 0 or 0.3. */
  readonly holdout: number;
  /** The learning rate; null: one over the sharpness, or what Python takes by itself. */
  readonly rate: number | null;
  readonly steps: number;
  /** Where to begin: for a line (w, b) in the input's own units, for a curve (w); null: the
   * page's own beginning. */
  readonly start: readonly number[] | null;
  /** The curve, as text: "w**2". */
  readonly expression: string;
  /** Data points that were dragged: row, x, y in the input's own units. */
  readonly moved: readonly (readonly [number, number, number])[];
  /** Which plane of more than two parameters is shown. */
  readonly plane: "steepest" | "path" | "chosen";
  /** Of "chosen": the places of the two parameters. */
  readonly chosen: readonly [number, number];
}

/** none; sign flipped; the factor 1/m missing; the bias gradient missing; one after the other. */
export type Bug = "none" | "sign" | "factor" | "bias" | "order";
