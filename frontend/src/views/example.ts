import type { Fit, Num } from "../wire/record";
import type { Setting } from "../wire/setting";
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
    loss: lossOf(scene.setting.loss, fit.link, score, fit.truth[place]),
  };
}

/** design · θ, plus the intercept where there is one; NaN where a parameter is not finite. */
export function scoreOf(fit: Fit, theta: readonly Num[], design: readonly number[]): number {
  let score = fit.intercept ? plain(theta[theta.length - 1]) : 0;
  for (let j = 0; j < design.length; j += 1) score += plain(theta[j]) * design[j];
  return score;
}

/** The score through the link. */
export function predictionOf(link: Fit["link"], score: number): number {
  if (link === "identity") return score;
  if (link === "exp") return Math.exp(score);
  // exp of a negative number only, so that a score of -800 does not overflow
  const small = Math.exp(-Math.abs(score));
  return (score >= 0 ? 1 : small) / (1 + small);
}

/** The loss of one row with score z and truth y, as `steepest.objective.losses` has it. */
export function lossOf(
  loss: Setting["loss"],
  link: Fit["link"],
  score: number,
  truth: number,
): number {
  if (link === "logistic") {
    return Math.max(score, 0) - truth * score + Math.log1p(Math.exp(-Math.abs(score)));
  }
  if (link === "exp") return Math.exp(score) - truth * score;
  const error = score - truth;
  if (loss === "huber" && Math.abs(error) > 1) return Math.abs(error) - 0.5;
  return 0.5 * error * error;
}

/** The name of the class of a two-class row. */
export function className(fit: Fit, truth: number): string {
  return fit.classes[truth] ?? String(truth);
}

/** How many rows J is over: all that are not held out. */
export function rowsTrained(scene: Scene): number {
  const { fit } = scene.record;
  if (fit === null || fit.rows.length === 0) return 0;
  const held = (rows: readonly boolean[]): number => rows.filter((row) => row).length;
  const { table, setting } = scene;
  if (fit.rows.length < fit.total && table !== null && table.x.length === fit.total) {
    return setting.holdout > 0 ? fit.total - held(table.held) : fit.total;
  }
  return Math.round(fit.total * (1 - held(fit.held) / fit.rows.length));
}

function plain(number: Num | undefined): number {
  return number ?? NaN;
}

function inputWords(value: number | string | null): string {
  if (value === null) return "missing";
  return typeof value === "string" ? value : told(value);
}
