/** Colours by what they are for, as #rrggbb; the same names as in `steepest.views.style`. */
export interface Palette {
  readonly paper: string;
  readonly raised: string;
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly rule: string;
  readonly accent: string;
  readonly good: string;
  readonly notice: string;
  readonly warning: string;
  readonly error: string;
  /** One an iteration, from the first to the last. */
  readonly shades: readonly string[];
}
