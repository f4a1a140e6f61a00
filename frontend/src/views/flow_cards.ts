import { counted } from "../numerics/readable";
import type { Fit } from "../wire/record";
import type { Card, CardLine } from "./card";
import { type Example, type Term, className, huberDelta, lossWord, rowsTrained } from "./example";
import type { Scene } from "./scene";
import { begun, bracketed, told } from "./told";

/**
 * What the five boxes of the dataflow hold: the example with the numbers of the shown step. At
 * most `listed` inputs and terms are written out.
 */
export function flowCards(scene: Scene, example: Example, fit: Fit, listed: number): Card[] {
  const terms = listedTerms(example.terms, listed);
  return [
    { head: "Inputs", share: 1.05, lines: inputLines(example, terms, listed) },
    { head: "Representation", share: 1.1, lines: termLines(example, terms) },
    { head: "Score", share: 1.15, lines: scoreLines(example, fit, terms) },
    decisionCard(scene, example, fit),
    lossCard(scene, example, fit),
  ];
}

/** All of a few terms; of many the ones that weigh most in this row, in their own order. */
function listedTerms(terms: readonly Term[], listed: number): Term[] {
  if (terms.length <= listed) return [...terms];
  const heaviest = [...terms].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  const kept = heaviest.slice(0, listed);
  return terms.filter((term) => kept.includes(term));
}

/** The inputs that the listed terms come from first. */
function inputLines(example: Example, terms: readonly Term[], listed: number): CardLine[] {
  const used = (name: string): number => (terms.some((term) => term.name.includes(name)) ? 0 : 1);
  const inputs = [...example.inputs].sort((a, b) => used(a.name) - used(b.name)).slice(0, listed);
  const lines = example.inputs
    .filter((input) => inputs.includes(input))
    .map(({ name, words }): CardLine => ({ name, value: words }));
  return [...lines, ...more(example.inputs.length - lines.length)];
}

function termLines(example: Example, terms: readonly Term[]): CardLine[] {
  const lines = terms.map((term): CardLine => {
    return { name: termName(example, term), value: told(term.value) };
  });
  return [...lines, ...more(example.terms.length - terms.length)];
}

/** A line's only column is named after its weight, w; the reader knows it by its input. */
function termName(example: Example, term: Term): string {
  const alone = example.terms.length === 1 && example.inputs.length === 1;
  return alone && term.name === "w" ? (example.inputs[0]?.name ?? "x") : term.name;
}

function more(left: number, value = ""): CardLine[] {
  return left > 0 ? [{ name: `+ ${left} more`, value, tone: "muted" }] : [];
}

function scoreLines(example: Example, fit: Fit, terms: readonly Term[]): CardLine[] {
  const digits = example.terms.length > 1 ? 3 : 4;
  const lines = terms.map((term): CardLine => ({
    name: `${told(term.weight, digits)} · ${bracketed(term.value, digits)}`,
    value: told(term.product),
  }));
  const unlisted = example.terms.filter((term) => !terms.includes(term));
  const rest = unlisted.reduce((sum, term) => sum + term.product, 0);
  return [
    ...lines,
    ...more(example.terms.length - terms.length, told(rest)),
    ...(fit.intercept ? [{ name: "b", value: told(example.intercept) }] : []),
    { name: "score z", value: told(example.score), result: true },
  ];
}

function decisionCard(scene: Scene, example: Example, fit: Fit): Card {
  return fit.link === "logistic"
    ? { head: "Decision", share: 1.1, lines: classLines(scene, example, fit) }
    : { head: "Prediction", share: 1, lines: valueLines(example, fit) };
}

function classLines(scene: Scene, example: Example, fit: Fit): CardLine[] {
  const { threshold } = scene.look;
  const known = Number.isFinite(example.prediction);
  const decided = example.prediction >= threshold ? 1 : 0;
  const right = decided === example.truth;
  const truth = className(fit, example.truth);
  return [
    { name: `P(${className(fit, 1)})`, value: told(example.prediction, 3) },
    { name: "threshold", value: told(threshold, 3) },
    { name: "decided", value: known ? className(fit, decided) : "nothing", result: true },
    {
      name: "truth",
      value: known ? `${truth}, ${right ? "right" : "wrong"}` : truth,
      ...(known ? { tone: right ? ("good" as const) : ("error" as const) } : {}),
    },
  ];
}

function valueLines(example: Example, fit: Fit): CardLine[] {
  const error = example.prediction - example.truth;
  const way = error > 0 ? "too high by" : error < 0 ? "too low by" : "error";
  const predicted = fit.link === "exp" ? "e^z" : "predicted";
  return [
    { name: predicted, value: told(example.prediction), result: true },
    { name: fit.target, value: told(example.truth) },
    { name: way, value: told(Math.abs(error)) },
  ];
}

function lossCard(scene: Scene, example: Example, fit: Fit): Card {
  const name = lossName(scene, example, fit);
  const own: CardLine = { name, value: told(example.loss), result: true };
  const rows = `J of ${counted(rowsTrained(scene), "row")}`;
  const J: CardLine = { name: rows, value: told(scene.record.loss[scene.row]), tone: "muted" };
  return {
    head: begun(lossWord(scene, fit)),
    share: 1,
    lines: scene.record.loss_of === "full" ? [own, J] : [own],
  };
}

/** How the loss of the row comes about. */
function lossName(scene: Scene, example: Example, fit: Fit): string {
  if (fit.link === "logistic") {
    const given = example.truth === 1 ? example.prediction : 1 - example.prediction;
    return `-ln ${told(given, 3)}`;
  }
  if (fit.link === "exp") return `e^z - ${told(example.truth)} · z`;
  const error = Math.abs(example.prediction - example.truth);
  const delta = huberDelta(scene);
  if (delta === null || error <= delta) return `½ · ${told(error)}²`;
  return `${told(delta)} · (${told(error)} - ${told(delta / 2)})`;
}
