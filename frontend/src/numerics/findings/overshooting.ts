/** Converging, but by jumping from wall to wall. */
import { readable } from "../readable";
import { needs, RATE, RECORD, remedy, type Answer } from "./answer";
import type { Reading } from "./reading";
import { median } from "./sums";

const JUMPING = -0.5;

export function overshooting(reading: Reading): Answer {
  if (reading.fault() !== null) return "clear";
  if (reading.trace.stop.reason === "converged") return "clear";
  if (!reading.rated()) return needs(RATE);
  const turning = reading.turning()?.filter(Number.isFinite) ?? null;
  const sharpness = reading.sharpness();
  if (turning === null || sharpness === null || turning.length < 3) return needs(RECORD);
  const flat = Math.max(flattest(reading, sharpness), 0);
  const best = sharpness > 0 ? 2 / (flat + sharpness) : Infinity;
  const jumps = median(turning.slice(-10));
  const rate = reading.rate();
  const above = sharpness > 0 && best * (1 + 1e-9) < rate && rate < 2 / sharpness;
  if (!above || reading.atTheLimit() || !(jumps < JUMPING)) return "clear";
  const speed = rate * sharpness;
  return {
    code: "overshooting",
    severity: reading.done() ? "info" : "warning",
    title: "Overshooting: it jumps from wall to wall",
    because:
      `learning rate ${readable(rate)} is above the best fixed one (${readable(best)}) and below ` +
      `the limit (${readable(2 / sharpness)}): each step crosses the valley and keeps ` +
      `${readable(Math.abs(1 - speed))} of the distance, with its sign turned`,
    evidence: {
      learning_rate: rate,
      best_fixed_learning_rate: best,
      largest_stable_learning_rate: 2 / sharpness,
      learning_rate_times_sharpness: speed,
      cosine_of_successive_gradients: jumps,
    },
    remedies: [
      remedy(
        `set the learning rate to ${readable(1 / sharpness)} (1 / sharpness), which does not jump`,
        { learning_rate: 1 / sharpness },
      ),
    ],
  };
}

function flattest(reading: Reading, sharpness: number): number {
  const known = reading.trace.facts.smallestEigenvalue;
  if (known !== undefined) return known;
  if (reading.conditionNumber !== null) return sharpness / reading.conditionNumber;
  return reading.trace.names.length === 1 ? sharpness : 0;
}
