/** A two-cycle: back and forth for ever, the loss frozen. */
import type { Remedy } from "../../wire/record";
import { readable } from "../readable";
import { MORE, needs, RATE, remedy, type Answer } from "./answer";
import type { Reading } from "./reading";
import { resolutionOfRows } from "./resolution";
import { between, largest, norm } from "./sums";

const ROWS = 5;
const SAME = 1e-6;
const EXACT = 1e-3;
const BACK = -0.99;
const BLURS = 10;
const STILL = 1e-12;

export function oscillating(reading: Reading): Answer {
  if (reading.fault() !== null) return "clear";
  if (!reading.rated()) return needs(RATE);
  if (reading.finite() < 3) return needs(MORE);
  if (!cycles(reading) && !bouncesAtTheLimit(reading)) return "clear";
  const jump = stepLength(reading, reading.finite() - 1);
  const speed = reading.speed();
  return {
    code: "oscillating",
    severity: "error",
    title: "Oscillating: back and forth for ever",
    because:
      `each step of length ${readable(jump)} is undone by the next, and the loss ` +
      `${stays(reading)}: ${why(reading)}`,
    evidence: {
      learning_rate: reading.rate(),
      loss: reading.lastLoss(),
      jump,
      ...(speed === null ? {} : { learning_rate_times_sharpness: speed }),
    },
    remedies: [halve(reading)],
  };
}

function stays(reading: Reading): string {
  const [a, b] = reading.losses().slice(-2) as [number, number];
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  if (high - low <= SAME * Math.abs(high)) return `stays at ${readable(high)}`;
  return `goes between ${readable(low)} and ${readable(high)}`;
}

function atTheLimit(reading: Reading): boolean {
  const speed = reading.speed();
  return speed !== null && Math.abs(speed - 2) <= EXACT;
}

/** The steepest direction is a two-cycle already, while others still settle. */
function bouncesAtTheLimit(reading: Reading): boolean {
  const shown = reading.evidence();
  if (shown === null || !reading.atTheLimit()) return false;
  return shown.moves
    .turning()
    .slice(-ROWS)
    .every((cosine) => cosine < BACK);
}

function why(reading: Reading): string {
  const rate = readable(reading.rate());
  if (atTheLimit(reading)) return `learning rate ${rate} times sharpness is exactly 2`;
  return (
    `at learning rate ${rate} the path has found a cycle of its own, over ` +
    "a kink or where the curvature changes"
  );
}

function halve(reading: Reading): Remedy {
  const half = reading.rate() / 2;
  const safe = reading.recommended()?.rate ?? null;
  if (reading.bounded && safe !== null && safe < half) {
    return remedy(
      `set the learning rate to ${readable(safe)}, one over the steepest that this cost ` +
        "gets anywhere",
      { learning_rate: safe },
    );
  }
  const more = atTheLimit(reading)
    ? ""
    : "; over a kink that halves the jump, and a rate that decays ends it";
  return remedy(`halve the learning rate, to ${readable(half)}${more}`, { learning_rate: half });
}

function stepLength(reading: Reading, row: number): number {
  const rate = reading.trace.rate[row]!;
  return norm(reading.trace.gradient[row]!.map((slope) => rate * slope));
}

/** Over the last rows, an even number of steps apart, whether all is the same again. */
function cycles(reading: Reading): boolean {
  const { params, step } = reading.trace;
  const end = reading.finite();
  const tail = reading.losses().slice(-ROWS);
  const high = largest(tail.map(Math.abs));
  if (tail.some((loss, i) => i >= 2 && Math.abs(loss - tail[i - 2]!) > SAME * high)) return false;
  const shown = params.slice(0, end);
  const blur = resolutionOfRows(shown);
  const reach = largest(shown.map((row) => largest(row.map(Math.abs))));
  let found = 0;
  for (let row = Math.max(0, end - ROWS); row < end - 1; row++) {
    const odd = (step[row + 1]! - step[row]!) % 2 !== 0;
    const ahead = odd && row + 2 < end ? row + 2 : row + 1;
    if ((step[ahead]! - step[row]!) % 2 !== 0) continue;
    const jump = stepLength(reading, row);
    const back = norm(between(params, row, ahead));
    const still = between(params, row, row + 1).every((value) => value === 0);
    if (ahead === row + 2 && still) return false;
    const least = BLURS * norm(blur[row]!) + STILL * reach;
    if (jump <= least || back > SAME * jump) return false;
    found += 1;
  }
  return found > 0;
}
