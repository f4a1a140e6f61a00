/** How a record ends: converged, or still going down. */
import type { Remedy } from "../../wire/record";
import { counted, general, readable } from "../readable";
import { needs, remedy, type Answer } from "./answer";
import { allInSight, stepsNeeded } from "./forecast";
import { DONE_DISTANCE, ROUNDING } from "./progress";
import type { Reading } from "./reading";

const NOTHING = 1e-10;
const SOME = 0.1;
const MOST = 1e12;
const MUCH = 0.01;

/** Done: a bound on what is left. */
export function converged(reading: Reading): Answer {
  const { stop, step } = reading.trace;
  if (reading.finite() === 0) return needs("one finite step or more");
  const left = reading.left();
  if (!reading.done()) {
    if (stop.reason !== "converged" && left === null) {
      return needs("the least possible loss, or a stop that says it converged");
    }
    return "clear";
  }
  const steps = step[step.length - 1]!;
  const evidence: { [name: string]: number } = { steps, loss: reading.lastLoss() };
  if (left !== null) evidence["share_left"] = left;
  if (stop.bound !== null) evidence["relative_distance_bound"] = stop.bound;
  return {
    code: "converged",
    severity: "info",
    title: "Converged",
    because: whyDone(reading, left, steps),
    evidence,
    remedies: [],
  };
}

function whyDone(reading: Reading, left: number | null, steps: number): string {
  const { stop } = reading.trace;
  if (stop.reason === "converged") return stop.because;
  if (stop.bound !== null) {
    return `within ${general(stop.bound, 2)} of the minimum, relative to its size`;
  }
  if (left === null || left > DONE_DISTANCE ** 2) {
    return `the gradient has vanished by step ${readable(steps)}`;
  }
  const share = left * 100;
  const words = share > NOTHING ? `${readable(share, 2)} %` : "nothing but rounding";
  return `${words} of what there was to gain is left after ${counted(steps, "step")}`;
}

/** Still going down: how many steps more. */
export function unfinished(reading: Reading): Answer {
  const losses = reading.losses();
  if (losses.length < 2) return needs("the loss of all rows at two steps or more");
  if (reading.done() || !reading.whole()) return "clear";
  if (reading.spent()) return ranOut(reading);
  const middle = losses[Math.floor((losses.length - 1) / 2)]!;
  if (!(reading.lastLoss() < middle) || !(reading.rising(ROUNDING) < SOME)) return "clear";
  const done = reading.lastStep();
  const evidence: { [name: string]: number } = { steps: done, loss: reading.lastLoss() };
  let because = `the loss still falls after ${counted(done, "step")}`;
  const factor = reading.factor();
  if (factor !== null) {
    evidence["factor_per_step"] = factor;
    because += `, and what is left shrinks by ${readable((1 - factor) * 100, 3)} % a step`;
  }
  return {
    code: "unfinished",
    severity: "info",
    title: "Unfinished: still going down",
    because,
    evidence,
    remedies: [moreSteps(reading, done, evidence)],
  };
}

/** Also notes in the evidence how many. */
function moreSteps(reading: Reading, done: number, evidence: { [name: string]: number }): Remedy {
  const needed = reading.rated() ? stepsNeeded(reading, reading.rate()) : null;
  if (needed === null) return remedy("give it more steps");
  if (done + needed > MOST) return remedy(`no number of steps up to ${readable(MOST)} is enough`);
  const more = counted(needed, "more step");
  if (!allInSight(reading)) {
    evidence["steps_needed_at_least"] = needed;
    return remedy(`give it at least ${more}`);
  }
  evidence["steps_needed"] = needed;
  return remedy(`${more} to reach the minimum within 1e-8 of its size`, { steps: done + needed });
}

function ranOut(reading: Reading): Answer {
  const { rate } = reading.trace;
  const first = rate[0]!;
  const last = rate[rate.length - 1]!;
  const left = reading.left();
  return {
    code: "unfinished",
    severity: left !== null && left > MUCH ? "warning" : "info",
    title: "Unfinished: the learning rate ran out",
    because:
      `it fell from ${readable(first)} to ${readable(last)}, at which steps no longer move ` +
      `anything, and the loss is still ${readable(reading.lastLoss())}`,
    evidence: { first_learning_rate: first, last_learning_rate: last },
    remedies: [
      remedy("keep the learning rate up (--learning-rate auto)", { learning_rate: "auto" }),
      remedy("or let it fall more slowly: more steps, or a factor nearer to 1"),
    ],
  };
}
