import type { Setting } from "../wire/setting";

/** How the record is looked at; none of it changes a number of the descent. */
export interface Look {
  /** The step that is shown. */
  readonly at: number;
  /** The curve of J on a logarithmic axis. */
  readonly log: boolean;
  /** The parameter that the slope is drawn along: its place, or -1 for the gradient. */
  readonly along: number;
  /** The second point of the secant: its distance from the first in shares of the picture's
   * width, 0 for the tangent. */
  readonly secant: number;
  /** Of several features: the one on the horizontal axis, or "" for prediction against truth. */
  readonly shown: string;
  /** The example that flows through the model: its row among `fit.rows`. */
  readonly example: number;
  /** Probability from which on the positive class is decided. */
  readonly threshold: number;
  /** What a false alarm and a miss cost. */
  readonly costs: readonly [number, number];
  /** The bowl: degrees about the vertical axis, and from above. */
  readonly turn: number;
  readonly tilt: number;
  /** Of a watched network: what the colour of a layer says. */
  readonly layers: "ratio" | "gradient";
  /** Whether the page asks before a step. */
  readonly ask: boolean;
}

/** From which step another run leaves the path, and at which learning rate. */
export interface Branch {
  readonly at: number;
  readonly rate: number;
}

/** Everything that a link has to hold to show the same thing. */
export interface State {
  readonly setting: Setting;
  /** A run laid under this one, to compare. */
  readonly beside: Setting | null;
  readonly branch: Branch | null;
  readonly look: Look;
}

/** What a control or a dragged point changes; all that is left out stays. */
export interface Change {
  readonly setting?: Partial<Setting>;
  readonly look?: Partial<Look>;
  readonly beside?: Setting | null;
  readonly branch?: Branch | null;
}
