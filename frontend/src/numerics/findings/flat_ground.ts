/** Ground that is level and yet no minimum: plateau and saddle; as in `steepest.diagnosis`. */
import { readable, whole } from "../readable";
import { ELSEWHERE, MORE, needs, type Answer } from "./answer";
import type { Reading } from "./reading";
import { between, dot, median, norm, range } from "./sums";

const FLAT = 0.01;
const ROUNDING = 1e-6;
const SOON = 0.5;
const FEW = 8;
const GONE = 0.1;
const LEAST = 5;
const GREW = 3;

/** The end of a record where the loss hardly moves and the cost curves downward. */
interface FlatGround {
  readonly curvature: number;
  readonly fell: number;
  /** Whether as many steps again would lead out. */
  readonly opens: boolean;
}

/** Flat, and so little curved that no step leads out soon. */
export function plateau(reading: Reading): Answer {
  const { trace } = reading;
  const rows = reading.finite();
  if (rows < FEW) return needs(`parameters and gradients of ${FEW} steps or more`);
  const curved = range(rows - 1).map((i) =>
    dot(between(trace.params, i, i + 1), between(trace.gradient, i, i + 1)),
  );
  const size = reading.gradientNorm();
  const loss = reading.losses();
  const least = Math.min(...curved);
  const gone = (loss[0]! - loss[rows - 1]!) / Math.max(Math.abs(loss[0]!), 1e-300);
  const down = least < 0 && curved.every((value) => value < 1e-6 * least);
  const rose = range(rows - 1).some((i) => loss[i + 1]! > loss[i]!);
  if (reading.done() || !(0 < gone && gone < GONE) || rose) return "clear";
  if (!(down && size[rows - 1]! > size[0]!)) return nearlyFlat(reading, gone);
  return {
    code: "plateau",
    severity: "warning",
    title: "Plateau: flat, and no minimum",
    because:
      `the gradient, of norm ${readable(size[rows - 1]!)}, grows as the descent goes, so the ` +
      `cost curves downward, and only ${readable(100 * gone, 2)} % of the loss is gone`,
    evidence: { gradient_norm: size[rows - 1]!, share_gone: gone, loss: loss[rows - 1]! },
    remedies: [ELSEWHERE],
  };
}

function nearlyFlat(reading: Reading, gone: number): Answer {
  const ground = reading.bounded ? null : downwardAtTheEnd(reading);
  if (ground === null || ground.opens) return "clear";
  return {
    code: "plateau",
    severity: "warning",
    title: "Plateau: flat, and no minimum",
    because:
      `the cost curves downward, by so little (${readable(ground.curvature)}) that as many steps ` +
      `again would not lead out, and only ${readable(100 * gone, 2)} % of the loss is gone`,
    evidence: { smallest_curvature: ground.curvature, share_gone: gone },
    remedies: [ELSEWHERE],
  };
}

/** Flat, but it curves downward: a saddle or a hilltop, not a minimum. */
export function saddle(reading: Reading): Answer {
  if (reading.bounded) return "clear";
  if (reading.losses().length < 3) return needs(MORE);
  if (reading.fault() !== null) return "clear";
  if (reading.done() && reading.trace.stop.reason !== "converged") return "clear";
  const passed = stretchPassed(reading);
  if (passed !== null) return passed;
  const ground = downwardAtTheEnd(reading);
  if (ground === null || !ground.opens) {
    const unknown = ground === null && smallestCurvature(reading) === null;
    const words = "parameters and gradients, or the smallest eigenvalue of the Hessian";
    return unknown ? needs(words) : "clear";
  }
  return {
    code: "saddle",
    severity: "warning",
    title: "Saddle: flat, but not a minimum",
    because:
      `the loss fell by ${readable(100 * ground.fell, 2)} % over the later half, and the cost ` +
      `curves downward along a direction (curvature ${readable(ground.curvature)}): a lower ` +
      "point is near",
    evidence: {
      smallest_curvature: ground.curvature,
      fall_over_later_half: ground.fell,
      loss: reading.lastLoss(),
    },
    remedies: [ELSEWHERE],
  };
}

/** A stretch of the path on which the gradient grew because the cost curved downward. */
function stretchPassed(reading: Reading): Answer | null {
  const shown = reading.evidence();
  if (shown === null || reading.trace.stop.reason === "converged") return null;
  const downward = [...shown.moves.curvature().map((value) => value < 0), false];
  const norms = shown.moves.gradient.map(norm);
  let begin: number | null = null;
  for (let row = 0; row < downward.length; row++) {
    if (downward[row] && begin === null) begin = row;
    if (downward[row] || begin === null) continue;
    const long = row - begin >= Math.max(LEAST, Math.floor(downward.length / 5));
    if (long && norms[row]! > GREW * norms[begin]! && norms[begin]! > 0) {
      return passedOne(reading, begin, row, norms[row]! / norms[begin]!);
    }
    begin = null;
  }
  return null;
}

function passedOne(reading: Reading, begin: number, end: number, grew: number): Answer {
  const first = reading.trace.step[begin]!;
  const last = reading.trace.step[end]!;
  return {
    code: "saddle",
    severity: "warning",
    title: "Saddle: it was flat for long, and no minimum",
    because:
      `from step ${whole(first)} to ${whole(last)} the cost curved downward along the path, and ` +
      `the gradient grew by a factor of ${readable(grew)}: the descent was leaving a saddle, or ` +
      "a hilltop",
    evidence: { first_step: first, last_step: last, growth_of_gradient: grew },
    remedies: [ELSEWHERE],
  };
}

function downwardAtTheEnd(reading: Reading): FlatGround | null {
  const losses = reading.losses();
  const half = losses[Math.floor(losses.length / 2)]!;
  const fell = (half - reading.lastLoss()) / Math.max(Math.abs(half), 1e-300);
  const level = (0 <= fell && fell < FLAT) || reading.trace.stop.reason === "converged";
  const curvature = smallestCurvature(reading);
  if (curvature === null || curvature >= 0 || !level) return null;
  const steps = reading.lastStep() - reading.steps()[0]!;
  const opens = !reading.rated() || reading.rate() * Math.abs(curvature) * steps >= SOON;
  return { curvature, fell, opens };
}

/** Zero where it is within rounding; null where it is not known. */
function smallestCurvature(reading: Reading): number | null {
  const known = reading.trace.facts.smallestEigenvalue;
  const steepest = reading.sharpness();
  if (known !== undefined && steepest !== null) {
    return Math.abs(known) > ROUNDING * Math.abs(steepest) ? known : 0;
  }
  const curvature = reading.evidence()?.moves.curvature();
  if (curvature === undefined) return null;
  const late = curvature.slice(-Math.max(3, Math.floor(curvature.length / 10)));
  const seen = late.filter(Number.isFinite);
  return seen.length >= 3 ? median(seen) : null;
}
