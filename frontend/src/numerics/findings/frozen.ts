/** The parameters stay where they are, though the gradient is not zero. */
import { general, whole } from "../readable";
import { MORE, needs, remedy, type Answer } from "./answer";
import type { Reading } from "./reading";
import { resolutionOfRows } from "./resolution";
import { norm, range } from "./sums";

const QUARTER = 0.25;
const FELT = 10;

export function frozenParameters(reading: Reading): Answer {
  const finite = reading.finite();
  if (finite < 3) return needs(MORE);
  const params = reading.trace.params.slice(0, finite);
  const last = params[finite - 1]!;
  let since = finite;
  while (since > 0 && params[since - 1]!.every((value, j) => value === last[j])) since -= 1;
  const rows = finite - since;
  const steps = reading.steps();
  if (range(finite - 1).every((i) => (steps[i + 1]! - steps[i]!) % 2 === 0)) {
    return needs("steps at odd distances: a jump to and fro looks the same at even ones");
  }
  const size = Math.max(...reading.gradientNorm().slice(since));
  if (size === 0 || rows < 3 || rows < QUARTER * finite) return "clear";
  const step = size * (reading.rated() ? reading.rate() : 0);
  if (since > 0 && !(step > FELT * norm(resolutionOfRows(params)[finite - 1]!))) return "clear";
  return {
    code: "frozen_parameters",
    severity: "error",
    title: "Frozen: the parameters do not move",
    because:
      `all parameters (${last.length}) stay the same over the last ${whole(rows)} rows, with a ` +
      `gradient of norm ${general(size, 4)}`,
    evidence: { rows, gradient_norm: size },
    remedies: [
      remedy(
        "make sure that the optimizer holds the parameters of this model, that its step is " +
          "called, that the learning rate is not zero, and that nothing cuts the gradient off",
      ),
    ],
  };
}
