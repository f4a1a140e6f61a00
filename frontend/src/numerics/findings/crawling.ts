/** The learning rate is far too small. */
import { counted, readable } from "../readable";
import { needs, RATE, RECORD, remedy, type Answer } from "./answer";
import { allInSight, largerRateHelps, stepsNeeded } from "./forecast";
import type { Reading } from "./reading";

const FAR_BELOW = 0.2;
const MUCH = 0.01;

export function crawling(reading: Reading): Answer {
  if (!reading.rated()) return needs(RATE);
  if (reading.fault() !== null) return "clear";
  const speed = reading.speed();
  const recommended = reading.recommended();
  if (speed === null || recommended === null) return needs(RECORD);
  const left = shareLeft(reading);
  if (left !== null && left > 1 && reading.minimumLoss === null) {
    return needs("the least possible loss: the gradient has grown since the start");
  }
  if (left === null) return needs("the least possible loss, or the gradients at the steps");
  const rate = reading.rate();
  const fastest = reading.decayed() ? (speed * reading.highestRate()) / rate : speed;
  const slow = fastest < FAR_BELOW && left > MUCH && reading.rises() === 0;
  if (reading.done() || reading.spent() || !slow || !largerRateHelps(reading)) return "clear";
  const evidence: { [name: string]: number } = {
    learning_rate: rate,
    learning_rate_times_sharpness: speed,
    share_left: left,
    recommended_learning_rate: recommended.rate,
  };
  let sentence = `set the learning rate to ${readable(recommended.rate)} (${recommended.from})`;
  const needed = stepsNeeded(reading, recommended.rate);
  if (needed !== null && !allInSight(reading)) {
    evidence["steps_needed_then_at_least"] = needed;
    sentence += `, and give it at least ${counted(needed, "more step")}`;
  } else if (needed !== null) {
    evidence["steps_needed_then"] = needed;
    sentence += `: ${counted(needed, "more step")} would do`;
  }
  return {
    code: "crawling",
    severity: "warning",
    title: "Crawling: the steps are far too small",
    because:
      `learning rate ${readable((rate * fastest) / speed)} is ` +
      `${readable((fastest / 2) * 100, 2)} % of the largest stable one, and ` +
      `${readable(left * 100, 3)} % of what there is to gain is left after ` +
      counted(reading.lastStep(), "step"),
    evidence,
    remedies: [remedy(sentence, { learning_rate: recommended.rate })],
  };
}

/** Share of the excess loss left; from the gradients where the least loss is unknown. */
function shareLeft(reading: Reading): number | null {
  if (reading.minimumLoss !== null) return reading.left();
  const size = reading.gradientNorm();
  if (size.length < 2 || size[0] === 0) return null;
  return (size[size.length - 1]! / size[0]!) ** 2;
}
