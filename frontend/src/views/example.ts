import type { Fit, Num } from "../wire/record";
import type { Scene } from "./scene";
import { told } from "./told";

/** One row of the data on its way through the model, with the parameters of the shown step. */
export interface Example {
  /** Its place among `fit.rows`, from 0. */
  readonly place: number;
  readonly held: boolean;
  readonly inputs: readonly { readonly name: string; readonly words: string }[];
  /** Every column of the representation, its weight and their product. */
  readonly terms: readonly Term[];
  /** NaN where the model has none. */
  readonly intercept: number;
  readonly score: number;
  /** The score through the link: a value, a probability or a rate. */
  readonly prediction: number;
  readonly truth: number;
  /** What this row alone adds to m·J. */
  readonly loss: number;
}

/** A column of the representation at one row. */
export interface Term {
  readonly name: string;
  readonly value: number;
  readonly weight: number;
  readonly product: number;
}

/** The row `look.example` at the shown step, or null where there is no model to follow. */
export function exampleOf(scene: Scene): Example | null {
  const { fit, params } = scene.record;
  if (fit === null || params === null || fit.rows.length === 0) return null;
  const place = Math.min(Math.max(Math.round(scene.look.example), 0), fit.rows.length - 1);
  const theta = (params[scene.row] ?? []).map(plain);
  const design = fit.design[place];
  const terms = fit.terms.map((name, j) => ({
    name,
    value: design[j],
    weight: theta[j],
    product: theta[j] * design[j],
  }));
  const score = scoreOf(fit, theta, design);
  return {
    place,
    held: fit.held[place] ?? false,
    inputs: fit.inputs.map((name, j) => ({ name, words: inputWords(fit.rows[place][j]) })),
    terms,
    intercept: fit.intercept ? theta[theta.length - 1] : NaN,
    score,
    prediction: predictionOf(fit.link, score),
    truth: fit.truth[place],
    loss: lossOf(fit.link, huberDelta(scene), score, fit.truth[place]),
  };
}

/** design · θ, plus the intercept where there is one; NaN where a parameter is not finite. */
export function scoreOf(fit: Fit, theta: readonly Num[], design: readonly number[]): number {
  let score = fit.intercept ? plain(theta[theta.length - 1]) : 0;
  for (let j = 0; j < design.length; j += 1) score += plain(theta[j]) * design[j];
  return score;
}

/** What the loss is called. */
export function lossWord(scene: Scene, fit: Fit): string {
  if (fit.link === "logistic") return "log loss";
  if (fit.link === "exp") return "Poisson loss";
  return huberDelta(scene) === null ? "squared loss" : "Huber loss";
}

/** The score through the link. */
export function predictionOf(link: Fit["link"], score: number): number {
  if (link === "identity") return score;
  if (link === "exp") return Math.exp(score);
  // exp of a negative number only, so that a score of -800 does not overflow
  const small = Math.exp(-Math.abs(score));
  return (score >= 0 ? 1 : small) / (1 + small);
}

/** Where Huber's loss turns straight, in the target's units; null for other losses. */
export function huberDelta({ record, setting }: Scene): number | null {
  const { fit } = record;
  if (fit === null || fit.link !== "identity") return null;
  return fit.delta ?? (setting.what === "table" && setting.loss === "huber" ? 1 : null);
}

/** The loss of one row with score z and truth y, as `steepest.objective.losses` has it. */
function lossOf(link: Fit["link"], delta: number | null, score: number, truth: number): number {
  if (link === "logistic") {
    return Math.max(score, 0) - truth * score + Math.log1p(Math.exp(-Math.abs(score)));
  }
  if (link === "exp") return Math.exp(score) - truth * score;
  const error = score - truth;
  const held = delta === null ? error : Math.min(Math.max(error, -delta), delta);
  return held * (error - 0.5 * held);
}

/** The name of the class of a two-class row. */
export function className(fit: Fit, truth: number): string {
  return fit.classes[truth] ?? String(truth);
}

/** How many rows J is over: all that are not held out. */
export function rowsTrained(scene: Scene): number {
  const { fit } = scene.record;
  if (fit === null || fit.rows.length === 0) return 0;
  const used = rowsUsed(scene, fit);
  const held = heldOut(fit);
  if (held !== null && fit.total === used) return used - held;
  return Math.round(used * (1 - fit.held.filter((row) => row).length / fit.rows.length));
}

/** Of a large table only so many rows are learned from or held out. */
const MOST_ROWS = 5_000;

function rowsUsed({ setting, table }: Scene, fit: Fit): number {
  if (setting.what !== "table") return fit.total;
  return table === null ? Math.min(fit.total, MOST_ROWS) : table.x.length;
}

/** How many rows are held out in all; null where only those shown are known. */
export function heldOut(fit: Fit): number | null {
  const held: number | undefined = fit.held_total;
  return held ?? (fit.held.includes(true) ? null : 0);
}

function plain(number: Num | undefined): number {
  return number ?? NaN;
}

function inputWords(value: number | string | null): string {
  if (value === null) return "missing";
  return typeof value === "string" ? value : told(value);
}
