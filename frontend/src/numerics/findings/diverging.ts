/** The steps are too large for the curvature, and the loss rises. */
import type { Remedy } from "../../wire/record";
import { readable } from "../readable";
import { MORE, needs, RATE, remedy, type Answer } from "./answer";
import type { Reading } from "./reading";
import { largest, median } from "./sums";

const LIMIT = 2;
const CLOSE = 1e-3;
const STAYED = 0.9;
const FAR = 1e10;

export function diverging(reading: Reading): Answer {
  if (reading.fault() !== null) return "clear";
  const losses = reading.losses();
  if (losses.length < 3) return needs(MORE);
  if (brokeAtOnce(reading)) return "clear";
  if (reading.runaway()) return found(reading);
  if (!reading.whole() && reading.lastLoss() <= losses[0]!) return "clear";
  if (reading.done()) return "clear";
  const speed = reading.speed();
  if (reading.steady() && speed !== null) {
    const certain = reading.bounded && speed > LIMIT && !reading.atTheLimit();
    return certain || (risen(reading) && speed > 1) ? found(reading) : "clear";
  }
  if (reading.lastLoss() <= losses[0]!) return "clear";
  if (!reading.rated()) return needs(RATE);
  return needs("parameters and gradients of consecutive steps, or the update rule");
}

/** Whether the loss broke where parameters and gradient are finite: a logarithm of zero, say. */
function brokeAtOnce(reading: Reading): boolean {
  const row = reading.finite();
  const { trace } = reading;
  if (reading.whole()) return false;
  const sound =
    trace.params[row]!.every(Number.isFinite) && trace.gradient[row]!.every(Number.isFinite);
  const losses = reading.losses();
  const most = largest(losses.map(Math.abs));
  return sound && !(most > FAR * Math.max(Math.abs(losses[0]!), 1));
}

/** Whether the loss rises in the later half, and is not falling for all that. */
function risen(reading: Reading): boolean {
  if (reading.rises() === 0) return false;
  const losses = reading.losses();
  const tenth = Math.max(1, Math.floor(losses.length / 10));
  const half = Math.floor(losses.length / 2);
  const middle = median(losses.slice(half, half + tenth));
  const end = median(losses.slice(-tenth));
  const lowest = reading.lowestLoss();
  const floor = reading.minimumLoss ?? 0;
  return end - floor > STAYED * (middle - floor) || end - floor > 2 * (lowest - floor);
}

function found(reading: Reading): Answer {
  const speed = reading.speed();
  const growth = reading.growth();
  const sharpness = reading.sharpness();
  const rate = reading.rate();
  const evidence: { [name: string]: number } = {
    lowest_loss: reading.lowestLoss(),
    last_loss: reading.lastLoss(),
  };
  if (reading.rated()) evidence["learning_rate"] = rate;
  let because = whatHappened(reading);
  if (growth !== null) {
    evidence["growth_per_step"] = growth;
    because += `, by a factor of ${readable(growth, growth < 1 + CLOSE ? 8 : 4)} a step`;
  }
  if (speed !== null && speed > 0 && sharpness !== null) {
    evidence["sharpness"] = sharpness;
    evidence["learning_rate_times_sharpness"] = speed;
    evidence["largest_stable_learning_rate"] = LIMIT / sharpness;
    const over = speed > LIMIT ? ", above the limit of 2" : "";
    const digits = Math.abs(speed - LIMIT) < CLOSE ? 8 : 4;
    because =
      `learning rate ${readable(rate, digits)} times sharpness ` +
      `${readable(sharpness, digits)} is ${readable(speed, digits)}${over}: ${because}`;
  }
  return {
    code: "diverging",
    severity: "error",
    title: "Diverging: the steps are too large",
    because,
    evidence,
    remedies: [lower(reading)],
  };
}

function whatHappened(reading: Reading): string {
  const losses = reading.losses();
  const lowest = readable(reading.lowestLoss());
  if (reading.rises() === 0 && !reading.runaway()) {
    return "the loss will rise as soon as the steepest direction dominates it";
  }
  if (reading.lastLoss() <= losses[0]! && reading.growth() === null) {
    const highest = largest(losses.slice(Math.floor(losses.length / 2)));
    return `the loss bounces, between ${lowest} and ${readable(highest)}`;
  }
  return `the loss rose from ${lowest} to ${readable(reading.lastLoss())}`;
}

function lower(reading: Reading): Remedy {
  if (!reading.rated()) return remedy("lower the learning rate");
  const recommended = reading.recommended();
  if (recommended === null || (!reading.bounded && recommended.rate >= reading.rate())) {
    const tenth = reading.rate() / 10;
    const rate = recommended === null ? tenth : Math.min(tenth, recommended.rate);
    return remedy(`lower the learning rate; try ${readable(rate)}`, { learning_rate: rate });
  }
  const { rate, from } = recommended;
  const sentence = reading.bounded
    ? `set the learning rate to ${readable(rate)} (${from}); anything below ` +
      `${readable(2 * rate)} is stable`
    : `lower the learning rate to ${readable(rate)} (${from}), and further if it still rises`;
  return remedy(sentence, { learning_rate: rate });
}
