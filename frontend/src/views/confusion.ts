import { predictionOf, scoreOf } from "./example";
import type { Scene } from "./scene";

/** What a threshold decides for the rows that are shown, and what that costs. */
export interface Confusion {
  readonly threshold: number;
  /** Names: the second class is the one decided from the threshold on. */
  readonly classes: readonly [string, string];
  /** Whether only rows held out are counted: all are where none is held out. */
  readonly held: boolean;
  readonly rows: number;
  /** Of the second class: decided rightly, and missed. */
  readonly found: number;
  readonly missed: number;
  /** Of the first class: decided wrongly, and rightly let be. */
  readonly falseAlarms: number;
  readonly letBe: number;
  readonly cost: number;
  /** A threshold of least cost for these rows, in [0, 1], and that cost. */
  readonly cheapest: number;
  readonly leastCost: number;
  /** What costs least where the probabilities can be believed: c_alarm / (c_alarm + c_miss). */
  readonly believed: number;
  /** n probabilities of the second class, and whether the row is of it. */
  readonly probability: readonly number[];
  readonly positive: readonly boolean[];
}

/** The decisions at `look.threshold` for the shown step; null where there are not two classes. */
export function confusion(scene: Scene): Confusion | null {
  const { fit, params } = scene.record;
  if (fit === null || params === null || fit.link !== "logistic") return null;
  const theta = params[scene.row] ?? [];
  const held = fit.held.some((row) => row);
  const places = fit.truth.map((_, i) => i).filter((i) => !held || fit.held[i]);
  const scores = places.map((i) => scoreOf(fit, theta, fit.design[i]));
  const probability = scores.map((score) => predictionOf("logistic", score));
  const positive = places.map((i) => fit.truth[i] === 1);
  if (places.length === 0 || probability.some(Number.isNaN)) return null;
  const { threshold, costs } = scene.look;
  const counts = countsAt(probability, positive, threshold);
  const { at, cost } = cheapestThreshold(probability, positive, costs);
  return {
    threshold,
    classes: [fit.classes[0] ?? "0", fit.classes[1] ?? "1"],
    held,
    rows: places.length,
    ...counts,
    cost: costOf(counts, costs),
    cheapest: at,
    leastCost: cost,
    believed: costs[0] + costs[1] > 0 ? costs[0] / (costs[0] + costs[1]) : 0.5,
    probability,
    positive,
  };
}

interface Counts {
  readonly found: number;
  readonly missed: number;
  readonly falseAlarms: number;
  readonly letBe: number;
}

function countsAt(
  probability: readonly number[],
  positive: readonly boolean[],
  threshold: number,
): Counts {
  const counts = { found: 0, missed: 0, falseAlarms: 0, letBe: 0 };
  probability.forEach((p, i) => {
    const decided = p >= threshold;
    if (positive[i]) counts[decided ? "found" : "missed"] += 1;
    else counts[decided ? "falseAlarms" : "letBe"] += 1;
  });
  return counts;
}

function costOf(counts: Counts, [alarm, miss]: readonly [number, number]): number {
  return counts.falseAlarms * alarm + counts.missed * miss;
}

/** The cost of every threshold, as steps: above `from` (or at 0) up to `to` it is `cost`. */
export function costSteps(
  probability: readonly number[],
  positive: readonly boolean[],
  [alarm, miss]: readonly [number, number],
): { from: number; to: number; cost: number }[] {
  const order = probability.map((_, i) => i).sort((i, j) => probability[i] - probability[j]);
  let cost = alarm * positive.filter((is) => !is).length;
  let from = 0;
  const steps: { from: number; to: number; cost: number }[] = [];
  for (let k = 0; k < order.length;) {
    const p = probability[order[k]];
    if (p > from || p === 0) steps.push({ from, to: p, cost });
    for (; k < order.length && probability[order[k]] === p; k += 1) {
      cost += positive[order[k]] ? miss : -alarm;
    }
    from = p;
  }
  if (from < 1) steps.push({ from, to: 1, cost });
  return steps;
}

/** In the middle of the widest stretch of thresholds that cost least. */
function cheapestThreshold(
  probability: readonly number[],
  positive: readonly boolean[],
  costs: readonly [number, number],
): { at: number; cost: number } {
  const steps = costSteps(probability, positive, costs);
  const cost = Math.min(...steps.map((step) => step.cost));
  let widest = { from: 0, to: 0 };
  for (let i = 0; i < steps.length; i += 1) {
    if (steps[i].cost !== cost) continue;
    let last = i;
    while (last + 1 < steps.length && steps[last + 1].cost === cost) last += 1;
    const stretch = { from: steps[i].from, to: steps[last].to };
    if (stretch.to - stretch.from >= widest.to - widest.from) widest = stretch;
    i = last;
  }
  return { at: (widest.from + widest.to) / 2, cost };
}
