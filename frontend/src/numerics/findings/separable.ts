/** A minimum at infinity: loss and gradient fall together, for ever. */
import { readable } from "../readable";
import { remedy, type Answer } from "./answer";
import type { Reading } from "./reading";
import { dot, mean, median, norm, range } from "./sums";

const RIDGE = 0.001;
const ROWS = 10;
const SMALL = 0.1;
const FALLEN = 0.2;
const LEAST = 0.9;
const MOST = 1.5;
const LAW = 0.99;
const GROWN = 1.02;

export function separable(reading: Reading): Answer {
  const shown = reading.evidence();
  if (shown === null || reading.bounded) return "clear";
  const { loss, moves } = shown;
  const rows = loss.length;
  const half = Math.floor(rows / 2);
  const norms = moves.gradient.map(norm);
  const size = moves.params.map(norm);
  const later = range(rows).slice(half);
  const positive = later.every((row) => norms[row]! > 0 && loss[row]! > 0);
  const last = rows - 1;
  if (rows < ROWS || !positive || !(loss[last]! < SMALL * loss[0]!)) return "clear";
  const fell = later.map((row) => Math.log(loss[row]! / loss[last]!));
  if (!(fell[0]! > FALLEN) || !(size[last]! > GROWN * size[half]!)) return "clear";
  const shrank = later.map((row) => Math.log(norms[row]!));
  if (![...fell, ...shrank].every(Number.isFinite)) return "clear";
  const { slope, together } = lineThrough(fell, shrank);
  const outward = -dot(moves.params[last]!, moves.gradient[last]!) / (size[last]! * norms[last]!);
  const curvature = moves.curvature();
  const curved = later
    .slice(0, -1)
    .map((row) => (curvature[row]! * loss[row]!) / norms[row]! ** 2)
    .filter((value) => !Number.isNaN(value));
  const bent = curved.some(Number.isFinite) ? median(curved) : 1;
  const law = LEAST < slope && slope < MOST && together > LAW;
  if (!(law && outward > 0.5 && bent > LEAST)) return "clear";
  return {
    code: "separable",
    severity: "warning",
    title: "Separable: the minimum is at infinity",
    because:
      `the norm of the gradient falls as the loss to the power ${readable(slope, 3)}, and the ` +
      `parameters have grown to ${readable(size[last]!)}: the loss goes to zero, and has no ` +
      "least value",
    evidence: { power: slope, size_of_parameters: size[last]!, loss: loss[last]! },
    remedies: [
      remedy("stop where the loss is small enough: there is no least one"),
      remedy("or add a small ridge penalty, which gives the cost a minimum (--l2 0.001)", {
        l2: RIDGE,
      }),
    ],
  };
}

/** The slope of y over x, and their correlation. */
function lineThrough(
  x: readonly number[],
  y: readonly number[],
): { slope: number; together: number } {
  const [meanX, meanY] = [mean(x), mean(y)];
  const across = x.map((value) => value - meanX);
  const up = y.map((value) => value - meanY);
  const mixed = dot(across, up);
  const lengths = norm(across) * norm(up);
  return { slope: mixed / dot(across, across), together: lengths > 0 ? mixed / lengths : 0 };
}
