import type { Palette } from "./palette";
import type { DescentRecord } from "./record";
import type { Setting } from "./setting";
import type { Workers } from "./workers";

/** What a page begins with; Python writes it (`steepest.live.setup`). */
export interface Setup {
  readonly version: string;
  /** What is shown: "houses", "w**2", "houses-1". */
  readonly title: string;
  /** One sentence on what it is. */
  readonly words: string;
  readonly palette: { readonly light: Palette; readonly dark: Palette };
  /** Where the page begins, and what "start over" goes back to. */
  readonly setting: Setting;
  /** The rows of a table; null for a curve and for a run. */
  readonly table: TableData | null;
  readonly choices: Choices;
  /** A record made by Python: of a run, or of a setting that the page cannot compute. */
  readonly played: DescentRecord | null;
  /** Another run by its name, laid under the one that is shown; or null. */
  readonly beside: { readonly title: string; readonly record: DescentRecord } | null;
  /** Of a run: whether it is not at its end yet, and perhaps not at its first step. */
  readonly growing: boolean;
  /** Of a run whose rows come piece by piece; or null. */
  readonly workers: Workers | null;
  /** How Python is reached: "http" from a served page, "widget" in a notebook, "none" alone. */
  readonly link: "http" | "widget" | "none";
}

/** The rows of the table with one feature against the target, in the input's own units. */
export interface TableData {
  readonly x_name: string;
  readonly y_name: string;
  /** (m,) each; y is 0 or 1 for two classes. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** (m,) which rows are kept for validation when some are. */
  readonly held: readonly boolean[];
  /** Of the scale "unit": what x is divided by, and what the axis then says. */
  readonly unit: number;
  readonly unit_label: string;
  /** Where the line begins: (w, b) in the input's own units. */
  readonly start: readonly [number, number];
  readonly classes: readonly string[];
  /** How many rows the table has; more than m where they are a sample. */
  readonly total: number;
}

/** What can be chosen; one that is left out of a list is not on offer. */
export interface Choices {
  readonly losses: readonly Setting["loss"][];
  readonly rules: readonly { readonly name: string; readonly label: string }[];
  readonly degree: number;
  /** Whether remedies can be applied, and whether a branch can leave the path. */
  readonly apply: boolean;
  readonly branch: boolean;
  /** Most steps. */
  readonly steps: number;
}
