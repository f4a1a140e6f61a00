import { isPlain, isThinned } from "../views/moved";
import type { Scene } from "../views/scene";
import type { Num } from "../wire/record";
import { apart, begun, symbol, told } from "../views/told";
import { converges, isBowl, tied } from "./converging";

/** A question before a step, with the answer that the record gives. */
export interface Question {
  readonly words: string;
  readonly choices: readonly string[];
  /** The place of the right choice. */
  readonly answer: number;
  /** Why, with the numbers of this step. */
  readonly reason: string;
}

type Kind = (scene: Scene) => Question | null;

/**
 * What to ask before the shown row's step; null where nothing can be asked: at the last row,
 * where numbers are not finite, and where it is a tie. The kinds take turns by the step, the
 * same for everyone; one that has no answer gives its turn to the next.
 */
export function questionFor(scene: Scene): Question | null {
  const { record, row } = scene;
  if (row < 0 || row + 1 >= record.step.length) return null;
  const kinds: readonly Kind[] = [whichWay, riseOrFall, stepSize];
  const turn = record.step[row];
  if (turn % 8 === 3) {
    const question = willConverge(scene);
    if (question !== null) return question;
  }
  for (let i = 0; i < kinds.length; i += 1) {
    const question = kinds[(turn + i) % kinds.length](scene);
    if (question !== null) return question;
  }
  return null;
}

function whichWay(scene: Scene): Question | null {
  const { record, row } = scene;
  const place = Math.floor(record.step[row] / 3) % record.names.length;
  const from = record.params?.[row]?.[place] ?? null;
  const to = record.params?.[row + 1]?.[place] ?? null;
  if (from === null || to === null || tied(from, to)) return null;
  const name = symbol(record.names[place]);
  return {
    words: `Which way will ${name} go${until(scene)}, up or down?`,
    choices: ["up", "down"],
    answer: to > from ? 0 : 1,
    reason: wayReason(scene, place, from, to),
  };
}

function wayReason(scene: Scene, place: number, from: number, to: number): string {
  const { record, row } = scene;
  const name = symbol(record.names[place]);
  const way = to > from ? "up" : "down";
  const path = `from ${apart(from, to).join(" to ")}`;
  const slope = record.gradient?.[row]?.[place];
  if (typeof slope !== "number") return `${begun(name)} goes ${way}: ${path}.`;
  const sign = slope > 0 ? "positive" : slope < 0 ? "negative" : "zero";
  const fault = scene.setting.bug === "none" ? "" : " that the loop uses";
  const is = `The slope${fault} is ${told(slope)}, ${sign}`;
  const against = slope * (to - from) < 0;
  if (isPlain(record, row, place) && against) {
    return `${is}, and the minus sign sends ${name} ${way}: ${path}.`;
  }
  if (against) return `${is}, so it pushes ${name} ${way}: ${path}.`;
  if (slope === 0) return `${is}, yet ${name} goes ${way}: ${path}.`;
  const carried = "what is carried over from the steps before is stronger";
  const why = isThinned(record, row) ? "it turned on the way" : carried;
  return `${is}, but ${why}: ${name} goes ${path}.`;
}

function riseOrFall(scene: Scene): Question | null {
  const { record, row } = scene;
  if (record.loss_of !== "full") return null;
  const [before, after] = [record.loss[row], record.loss[row + 1]];
  if (before === null || after === null) return null;
  if (Math.abs(after - before) <= 1e-9 * Math.abs(before)) return null;
  const rises = after > before;
  const change = `J goes from ${apart(before, after, 6).join(" to ")}`;
  return {
    words: `Will the loss rise or fall${until(scene)}?`,
    choices: ["rise", "fall"],
    answer: rises ? 0 : 1,
    reason: `${change}${rateReason(scene, rises)}.`,
  };
}

/** What the learning rate against 2/λ_max has to do with it, where it does decide. */
function rateReason(scene: Scene, rises: boolean): string {
  const { setting, record } = scene;
  const [rate, largest] = [record.rate[scene.row], record.facts.largest_stable_rate];
  if (setting.bug === "sign" && rises) return ", because the loop climbs";
  if (record.rule !== "gradient_descent" || setting.batch !== null) return "";
  if (setting.bug !== "none") return "";
  if (rate === null || largest === null || !isBowl(scene)) return "";
  const stable = `the largest stable learning rate, ${told(largest)}`;
  const is = `: α = ${told(rate)} is`;
  if (rises && rate > largest) return `${is} above ${stable}, so the step goes too far`;
  if (!rises && rate < largest) return `${is} below ${stable}, so no step goes too far`;
  return "";
}

function stepSize(scene: Scene): Question | null {
  const { record, row } = scene;
  if (row < 1 || isThinned(record, row - 1) || isThinned(record, row)) return null;
  const [last, next] = [lengthOf(scene, row - 1), lengthOf(scene, row)];
  if (last === null || next === null || tied(last, next)) return null;
  const larger = next > last;
  return {
    words: "Will this step be larger or smaller than the last one?",
    choices: ["larger", "smaller"],
    answer: larger ? 0 : 1,
    reason: sizeReason(scene, last, next),
  };
}

function sizeReason(scene: Scene, last: number, next: number): string {
  const { record, row } = scene;
  const [before, after] = apart(last, next);
  const lengths = `${begun("the last one")} was ${before} long, this one is ${after}`;
  const [earlier, now] = [steepness(scene, row - 1), steepness(scene, row)];
  const plain = record.names.every((_, j) => isPlain(record, row, j));
  const steady = plain && record.rate[row] === record.rate[row - 1];
  if (earlier === null || now === null || !steady) return `${lengths}.`;
  if (now > earlier !== next > last) return `${lengths}.`;
  const way = now < earlier ? "flatter" : "steeper";
  const slopes = apart(earlier, now).reverse().join(" after ");
  return `${lengths}: α is the same, and the slope is ${way}, ${slopes}.`;
}

function willConverge(scene: Scene): Question | null {
  const answer = converges(scene);
  if (answer === null) return null;
  const [yes, reason] = answer;
  return {
    words: "Given enough steps, will it converge?",
    choices: ["yes", "no"],
    answer: yes ? 0 : 1,
    reason,
  };
}

function lengthOf(scene: Scene, row: number): number | null {
  const { params } = scene.record;
  const [from, to] = [params?.[row], params?.[row + 1]];
  if (!from || !to) return null;
  return norm(to.map((number, j) => difference(number, from[j])));
}

function difference(to: Num, from: Num): Num {
  return to === null || from === null ? null : to - from;
}

function steepness(scene: Scene, row: number): number | null {
  const slopes = scene.record.gradient?.[row];
  return slopes ? norm(slopes) : null;
}

function norm(numbers: readonly Num[]): number | null {
  let sum = 0;
  for (const number of numbers) {
    if (number === null) return null;
    sum = Math.hypot(sum, number);
  }
  return Number.isFinite(sum) ? sum : null;
}

/** Of a thinned record the next row is more than one step away. */
function until({ record, row }: Scene): string {
  return isThinned(record, row) ? ` until step ${told(record.step[row + 1])}` : "";
}
