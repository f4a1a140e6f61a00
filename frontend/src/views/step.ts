import { counted } from "../numerics/readable";
import { type Example, className, exampleOf, huberDelta, lossWord, rowsTrained } from "./example";
import { updateLines } from "./moved";
import type { Scene } from "./scene";
import { gradientWords, writtenOut } from "./slopes";
import { apart, begun, bracketed, closed, percent, product, told } from "./told";

/** One part of the loop at the shown step: its name, and sentences with today's numbers. */
export interface StepLine {
  readonly part: "predict" | "loss" | "gradients" | "update" | "re-evaluate";
  /** "1 predict". */
  readonly head: string;
  readonly text: readonly string[];
}

/** The shown step, one line for each part of the loop; a part that has no words is left out. */
export function stepLines(scene: Scene): readonly StepLine[] {
  const parts: [StepLine["part"], string[]][] = [
    ["predict", predictWords(scene)],
    ["loss", lossWords(scene)],
    ["gradients", gradientWords(scene)],
    ["update", updateWords(scene)],
    ["re-evaluate", afterWords(scene)],
  ];
  return parts
    .map(([part, text], i) => ({ part, head: `${i + 1} ${part}`, text }))
    .filter((line) => line.text.length > 0);
}

function predictWords(scene: Scene): string[] {
  const { setting, record, row } = scene;
  if (setting.what === "curve" && record.params) {
    const at = record.names.map((name, j) => `${name} = ${told(record.params?.[row]?.[j], 6)}`);
    return [`J(${record.names.join(", ")}) = ${setting.expression}, at ${at.join(", ")}.`];
  }
  const example = exampleOf(scene);
  return example === null ? [] : [`${entered(example)} ${predicted(scene, example)}`];
}

function entered(example: Example): string {
  const [input, term] = [example.inputs[0], example.terms[0]];
  const row = `Row ${told(example.place + 1)}${example.held ? ", held out" : ""}`;
  const alone = example.inputs.length === 1 && example.terms.length === 1 && input !== undefined;
  if (!alone) return `${row}:`;
  const enters = told(term.value);
  const as = input.words === enters ? "" : `, which enters as ${enters}`;
  return `${row}, ${input.name} ${input.words}${as}:`;
}

function predicted(scene: Scene, example: Example): string {
  const { fit } = scene.record;
  if (fit === null) return "";
  const sum = summed(example, fit.intercept);
  if (fit.link === "identity") {
    return `${sum}, and its ${fit.target} is ${told(example.truth)}.`;
  }
  if (fit.link === "exp") {
    const rate = `e^${bracketed(example.score)} = ${told(example.prediction)}`;
    return `${sum}, so ${rate}, and its ${fit.target} is ${told(example.truth)}.`;
  }
  return (
    `${sum}, the score, which is a probability of ${told(example.prediction, 3)} for ` +
    `${className(fit, 1)}; it is ${className(fit, example.truth)}.`
  );
}

function summed(example: Example, intercept: boolean): string {
  const { terms } = example;
  if (terms.length > 3) {
    return `${terms.length} terms${intercept ? " and b" : ""} add up to ${told(example.score)}`;
  }
  const summands = terms.map((term, i) => {
    const words = product(term.weight, term.value);
    return i > 0 && term.weight < 0 ? `(${words})` : words;
  });
  if (intercept) summands.push(bracketed(example.intercept));
  return `${summands.join(" + ")} = ${told(example.score)}`;
}

/** What J is; of a saved run it may hold a penalty besides, so nothing is claimed. */
function meaning(scene: Scene): string {
  const { fit } = scene.record;
  if (scene.setting.what !== "table" || fit === null) return "";
  const delta = huberDelta(scene);
  if (delta !== null) {
    const turn = `half the square up to an error of ${told(delta)}, a straight line beyond`;
    return `, the mean Huber loss (${turn})`;
  }
  if (fit.link === "identity") return ", half the mean of the squared errors";
  return `, the mean ${lossWord(scene, fit)}`;
}

function lossWords(scene: Scene): string[] {
  const { setting, record, row } = scene;
  const J = record.loss[row];
  if (J === null) return ["J is no longer a finite number."];
  const trend = record.trend?.[row] ?? null;
  if (trend !== null)
    return [`J = ${told(J, 6)} of this batch, ${told(trend)} on average around it.`];
  if (record.loss_of === "unknown") return [`The log says ${told(J, 6)}, but not of which rows.`];
  if (record.fit === null) return [`J = ${told(J, 6)}.`];
  const over =
    record.loss_of === "batch"
      ? `over ${setting.batch ? `this batch of ${counted(setting.batch, "row")}` : "this batch"}`
      : `over ${counted(rowsTrained(scene), "row")}`;
  const words = [`J = ${told(J, 6)} ${over}${meaning(scene)}.`];
  const validation = record.validation?.[row];
  if (validation !== undefined) words.push(`On the rows held out it is ${told(validation, 6)}.`);
  return words;
}

function updateWords(scene: Scene): string[] {
  const { record, row } = scene;
  if (row >= record.step.length - 1) {
    const at = told(record.step[row]);
    if (record.growing) return [`The run is going on: what follows step ${at} has not come yet.`];
    const why = record.stop.because === "" ? "" : ` ${closed(begun(record.stop.because))}`;
    return [`No update: the record ends at step ${at}.${why}`];
  }
  return updateLines(scene, writtenOut(record, row));
}

function afterWords(scene: Scene): string[] {
  const { record, row } = scene;
  const last = row >= record.step.length - 1;
  const before = record.loss[row];
  if (last) return least(scene);
  const after = record.loss[row + 1];
  const next = record.step[row + 1];
  const thinned = next > record.step[row] + 1;
  const when = thinned ? ` by step ${told(next)}, the next one kept` : "";
  if (before === null) return [`J is ${told(after, 6)}${when}.`];
  if (after === null) {
    return [`J was ${told(before, 6)} and is no longer a finite number${when}.`];
  }
  if (after === before) {
    return [`J stays at ${told(before, 6)}${when}${thinned ? "" : ": the step gained nothing"}.`];
  }
  const way = after < before ? "fell" : "rose";
  const gone = Math.abs(after - before);
  const share = after > 0 ? shareWords(before, gone) : "";
  const path = apart(before, after, 6).join(" to ");
  const words = `J ${way} by ${told(gone)}${share}${when}, from ${path}`;
  if (record.loss_of === "batch" || record.trend !== null)
    return [`${words}; but this is another batch, of other rows.`];
  return [`${words}. Then all five again, from there.`];
}

/** How much of J that is: a percentage where it says something, and of a leap how many times. */
function shareWords(before: number, gone: number): string {
  if (!(before > 0) || gone < 1e-4 * before) return "";
  if (gone < 3 * before) return ` (${percent(gone / before)})`;
  return ` (to ${told(gone / before + 1, 3)} times what it was)`;
}

function least(scene: Scene): string[] {
  const { record, row } = scene;
  const [J, minimum] = [record.loss[row], record.facts.minimum_loss];
  if (record.growing || J === null || minimum === null) return [];
  const [ends, bottom] = apart(J, minimum, 6);
  if (ends === bottom) return [`J ends at ${ends}, which is the least possible.`];
  return [`J ends at ${ends}; the least possible is ${bottom}.`];
}
