import type { Fit, Num } from "../wire/record";
import { predictionOf, scoreOf } from "./example";
import { type Axis, limits } from "./frame";
import type { Scene } from "./scene";

/**
 * What the rows are drawn against: one feature with a curve over it ("curve"), one of several
 * inputs ("input"), the score of two classes ("score"), or the truth itself ("truth").
 */
export interface DataPicture {
  readonly kind: "curve" | "input" | "score" | "truth";
  readonly across: Axis;
  readonly up: Axis;
  /** n: where each row is drawn across, in the axis's units; NaN where it has no place. */
  readonly x: readonly number[];
  /** n: where each row is drawn up. */
  readonly y: readonly number[];
  /** n: where the model puts it up. */
  readonly predicted: readonly number[];
  /** The axis shows the input's own units divided by this. */
  readonly unit: number;
}

/** So many rows are drawn smaller. */
export const MANY = 300;
const JITTER = 0.06;
const GOLDEN = 0.6180339887498949;
const WIDEST = 20;
const NARROWEST = 3;
/** Of two classes the axis of the probability reaches further, so that their names have room. */
const CLASSES = [-0.2, 1.2] as const;

/** The picture of a scene's rows at the shown step; null where there are none. */
export function dataPicture(scene: Scene): DataPicture | null {
  const { fit, params } = scene.record;
  if (fit === null || fit.truth.length === 0) return null;
  const scores = fit.design.map((terms) => scoreOf(fit, params?.[scene.row] ?? [], terms));
  const predicted = scores.map((score) => predictionOf(fit.link, score));
  if (fit.feature !== null) return overInput(scene, fit, fit.feature, predicted, "curve");
  const shown = fit.inputs.indexOf(scene.look.shown);
  if (shown >= 0 && isNumeric(fit, shown)) {
    return overInput(scene, fit, fit.inputs[shown], predicted, "input");
  }
  if (fit.classes.length === 2) return overScore(scene, fit, scores, predicted);
  return overTruth(fit, predicted);
}

function overInput(
  scene: Scene,
  fit: Fit,
  name: string,
  predicted: readonly number[],
  kind: "curve" | "input",
): DataPicture {
  const { table } = scene;
  const place = Math.max(fit.inputs.indexOf(name), 0);
  const scaled = scene.setting.scale === "unit" && table !== null && table.x_name === name;
  const unit = scaled ? table.unit : 1;
  const x = fit.rows.map((row) => (typeof row[place] === "number" ? row[place] / unit : NaN));
  const y = heightsOf(fit);
  const whole = kind === "curve" && table !== null && table.x_name === name;
  const label = scaled ? table.unit_label : name;
  if (!whole) {
    const [low, high] = limits(x);
    return {
      kind,
      across: { low, high, label },
      up: upAxis(fit, fit.truth),
      x,
      y,
      predicted,
      unit,
    };
  }
  // of the rows as they were before any was dragged, so that the axes stay still under a drag
  const [low, high] = limits(table.x.map((value) => value / unit));
  const { moved } = scene.setting;
  const across = reaching(
    { low, high, label },
    moved.map((each) => each[1] / unit),
  );
  const up = reaching(
    upAxis(fit, table.y),
    moved.map((each) => each[2]),
  );
  return { kind, across, up, x, y, predicted, unit };
}

function reaching(axis: Axis, numbers: readonly number[]): Axis {
  return { ...axis, low: Math.min(axis.low, ...numbers), high: Math.max(axis.high, ...numbers) };
}

function upAxis(fit: Fit, truth: readonly number[]): Axis {
  const two = fit.classes.length === 2;
  const [low, high] = two ? CLASSES : limits(truth, 0.1);
  return { low, high, label: two ? `probability of ${fit.classes[1]}` : fit.target };
}

/** The truth; of two classes spread a little, and the same every time, so that none hides. */
function heightsOf(fit: Fit): readonly number[] {
  if (fit.classes.length !== 2) return fit.truth;
  return fit.truth.map((truth, i) => truth + JITTER * (2 * ((i * GOLDEN) % 1) - 1));
}

function isNumeric(fit: Fit, place: number): boolean {
  const kinds = new Set(fit.rows.map((row) => typeof row[place]));
  return kinds.has("number") && !kinds.has("string");
}

function overScore(
  scene: Scene,
  fit: Fit,
  scores: readonly number[],
  predicted: readonly number[],
): DataPicture {
  const reach = reachOf(scene, fit);
  const across = { low: -reach, high: reach, label: "score z" };
  const x = scores.map((score) => Math.max(Math.min(score, reach), -reach));
  const up = upAxis(fit, fit.truth);
  return { kind: "score", across, up, x, y: heightsOf(fit), predicted, unit: 1 };
}

const reaches = new WeakMap<readonly (readonly Num[])[], number>();

/** How far the scores reach at the last step, so that the axis stays still from step to step. */
function reachOf(scene: Scene, fit: Fit): number {
  const { params } = scene.record;
  if (params === null) return NARROWEST;
  const known = reaches.get(params);
  if (known !== undefined) return known;
  let reach = NARROWEST;
  for (const share of [0, 0.5, 1]) {
    const theta = params[Math.round(share * (params.length - 1))];
    for (const terms of fit.design) {
      reach = Math.max(reach, Math.abs(scoreOf(fit, theta, terms)) || 0);
    }
  }
  reach = Math.min(1.05 * reach, WIDEST);
  reaches.set(params, reach);
  return reach;
}

function overTruth(fit: Fit, predicted: readonly number[]): DataPicture {
  const [low, high] = limits(fit.truth, 0.1);
  const across = { low, high, label: `true ${fit.target}` };
  const up = { low, high, label: `predicted ${fit.target}` };
  return { kind: "truth", across, up, x: fit.truth, y: predicted, predicted, unit: 1 };
}

/** Row of the table that row i of the fit is: a fit of very many rows keeps every so-manieth. */
export function tableRow(scene: Scene, i: number): number {
  const { table, record } = scene;
  const count = record.fit?.truth.length ?? 0;
  return table === null || count === 0 ? i : i * Math.ceil(table.x.length / count);
}
