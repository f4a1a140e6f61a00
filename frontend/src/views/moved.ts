import type { DescentRecord } from "../wire/record";
import { isBatched } from "./batch";
import type { Scene } from "./scene";
import { layerUpdates } from "./layer_words";
import { apart, product, symbol, told } from "./told";

/** Whether a parameter at a row moves to just where θ_j - α ∂J/∂θ_j says, up to rounding. */
export function isPlain(record: DescentRecord, row: number, place: number): boolean {
  const [from, to] = [record.params?.[row]?.[place], record.params?.[row + 1]?.[place]];
  const [slope, rate] = [record.gradient?.[row]?.[place], record.rate[row]];
  if (slope === null || slope === undefined || rate === null) return false;
  if (record.rule === "gradient_descent" && isThinned(record, row)) return true;
  if (record.rule === "gradient_descent" && (to === null || from === null)) return true;
  if (typeof from !== "number" || typeof to !== "number") return false;
  // a log may hold numbers of seven digits
  const rounding = 1e-6 * (Math.abs(from) + Math.abs(rate * slope)) + Number.MIN_VALUE;
  return Math.abs(from - rate * slope - to) <= rounding;
}

/** Whether steps are left out between a row and the next. */
export function isThinned(record: DescentRecord, row: number): boolean {
  return record.step[row + 1] > record.step[row] + 1;
}

/** The update of the shown row with its numbers, one line a parameter, and how they go together. */
export function updateLines(scene: Scene, places: readonly number[]): string[] {
  const { record, row } = scene;
  if (record.params === null)
    return [layerUpdates(scene) ?? "The record holds no parameters: how they moved is unknown."];
  const plain = places.every((j) => isPlain(record, row, j));
  const rate = record.rate[row];
  const lines = places.map((j) => (plain ? filledIn(record, row, j) : moved(record, row, j)));
  const more = record.names.length - places.length;
  if (more > 0) lines.push(`and ${more} more`);
  const whose = isBatched(scene) ? " (of the batch)" : "";
  const rule = plain ? [`each θ := θ - α ∂J/∂θ${whose}, with α = ${told(rate)}`] : [];
  return [...rule, ...lines, ...together(scene, plain)];
}

function filledIn(record: DescentRecord, row: number, place: number): string {
  const from = record.params?.[row]?.[place] ?? null;
  const slope = record.gradient?.[row]?.[place] ?? null;
  const rate = record.rate[row];
  const worked = from === null || rate === null || slope === null ? null : from - rate * slope;
  const to = isThinned(record, row) ? worked : (record.params?.[row + 1]?.[place] ?? null);
  const [before, after] = apart(from, to);
  return `${symbol(record.names[place])} := ${before} - ${product(rate, slope)} = ${after}`;
}

function moved(record: DescentRecord, row: number, place: number): string {
  const from = record.params?.[row]?.[place] ?? null;
  const to = record.params?.[row + 1]?.[place] ?? null;
  const name = symbol(record.names[place]);
  if (from === null || to === null) return `${name} is no longer a finite number`;
  if (from === to) return `${name} stays at ${told(from)}`;
  const by = to - from;
  const words = `${name} moves by ${told(by)}, from ${apart(from, to).join(" to ")}`;
  const [slope, rate] = [record.gradient?.[row]?.[place], record.rate[row]];
  if (isThinned(record, row) || typeof slope !== "number" || rate === null) return words;
  const own = -rate * slope;
  if (!carries(record)) return `${words}; -α ∂J/∂${name} would be ${told(own)}`;
  return `${words}: ${told(own)} from the slope, ${told(by - own)} carried over`;
}

/** Rules that keep a share of the last step. */
function carries(record: DescentRecord): boolean {
  return /^(momentum|nesterov|fista)/.test(record.rule);
}

const WAYS: { readonly [rule: string]: string } = {
  momentum: "Momentum carries a share of the steps before on into this one.",
  nesterov: "Nesterov's momentum carries a share of the steps before on into this one.",
  fista: "FISTA carries a growing share of the last step on into this one.",
  adam: "Adam divides each averaged slope by its usual size, so that all move alike.",
  rmsprop: "RMSProp divides each slope by its usual size, so that all move alike.",
  adagrad: "AdaGrad divides each slope by the size of all slopes before.",
  barzilai_borwein: "Barzilai and Borwein's rule works out its own rate from the last step.",
  lbfgs: "L-BFGS bends the direction by the curvature that it has felt so far.",
  conjugate_gradients: "Conjugate gradients takes a direction that undoes no step before.",
};

function together(scene: Scene, plain: boolean): string[] {
  const { record, row, setting } = scene;
  const words: string[] = [];
  const p = record.names.length;
  const rule = record.rule.split(":")[0];
  if (!plain && WAYS[rule]) words.push(WAYS[rule]);
  if (plain && p > 1 && setting.bug === "order" && rule === "gradient_descent") {
    words.push("One after the other: each slope already feels the moves before it.");
  } else if (plain && p > 1) {
    words.push(`${p === 2 ? "Both" : "All"} at once, from the same gradient.`);
  }
  if (isThinned(record, row)) {
    const next = told(record.step[row + 1]);
    words.push(`The record is thinned: the next step it keeps is ${next}.`);
  }
  return words;
}
