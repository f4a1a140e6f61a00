/** The rules over the gradient itself: its sign, its scale, a term that is missing, its order. */
import { readable, whole } from "../readable";
import { MORE, needs, remedy, type Answer } from "./answer";
import { comparable, explained, leftOver, where } from "./gradient_words";
import type { Fault } from "./patterns";
import type { Reading } from "./reading";

/** The gradient that the loop used points the wrong way. */
export function gradientSign(reading: Reading): Answer {
  const fault = reading.fault();
  if (fault?.kind !== "scale" || fault.values[0]! > 0) return comparable(reading);
  const factor = fault.values[0]!;
  const place = where(fault, reading);
  return {
    code: "gradient_sign",
    severity: "error",
    title: "Wrong sign in the gradient",
    because:
      `the gradient of ${place} is ${readable(factor)} times the slope of the loss, ` +
      `${explained(fault)}: it climbs where it should descend`,
    evidence: { factor, ...leftOver(fault) },
    remedies: [remedy(`turn the sign of the gradient of ${place}`)],
  };
}

/** It is too large or too small by a factor. */
export function gradientScale(reading: Reading): Answer {
  const fault = reading.fault();
  if (fault?.kind !== "scale" || fault.values[0]! <= 0) return comparable(reading);
  const factor = fault.values[0]!;
  const place = where(fault, reading);
  return {
    code: "gradient_scale",
    severity: "error",
    title: "The gradient is off by a factor",
    because:
      `the gradient of ${place} is ${readable(factor)} times the slope of the loss, ` +
      explained(fault),
    evidence: { factor, ...leftOver(fault) },
    remedies: [remedy(`divide the gradient of ${place} by ${readable(factor)}${hint(factor)}`)],
  };
}

/** What usually makes such a factor. */
function hint(factor: number): string {
  if (Math.abs(factor - 2) < 0.02) return " (the loss has a ½ that the gradient does not know of)";
  if (Math.abs(factor - 0.5) < 0.005) return " (the 2 of the square is missing)";
  const times = factor > 1 ? factor : 1 / factor;
  if (!(times > 2.5 && Math.abs(times - Math.round(times)) < 1e-3 * times)) return "";
  const [side, other] = factor > 1 ? ["sum", "mean"] : ["mean", "sum"];
  const rows = whole(times);
  return ` (is the gradient that of a ${side} over ${rows} rows, and the loss a ${other}?)`;
}

const LACKS = "The gradient lacks a term of the loss";

/** A coordinate is always zero, or a term of the loss is not in it. */
export function gradientMissingTerm(reading: Reading): Answer {
  const fault = reading.fault();
  if (fault === null) return comparable(reading);
  if (fault.kind === "zero") return missingCoordinate(fault, reading);
  if (!["l2", "l1", "constant", "coupling"].includes(fault.kind)) return comparable(reading);
  if (fault.kind === "constant" && fault.coordinates.length > 1) return constants(fault, reading);
  const [named, kind] = termOf(fault, where(fault, reading));
  return {
    code: "gradient_missing_term",
    severity: "error",
    title: LACKS,
    because: `loss and gradient differ by ${named}, ${explained(fault)}`,
    evidence: { strength: fault.values[0]!, ...leftOver(fault) },
    remedies: [remedy(`add ${named}, to the gradient: ${kind} that only the loss has`)],
  };
}

function termOf(fault: Fault, place: string): [string, string] {
  const size = readable(fault.values[0]!);
  if (fault.kind === "l2") {
    const named = `${size}·θ, the slope of a ridge penalty of ${size} on ${place}`;
    return [named, "a ridge (l2) penalty"];
  }
  if (fault.kind === "l1") {
    const named = `${size}·sign(θ), the slope of a lasso penalty of ${size} on ${place}`;
    return [named, "a lasso (l1) penalty"];
  }
  if (fault.kind === "constant") {
    return [`a constant of ${size} in ${place}`, "a term that is linear in it"];
  }
  return [`a term in ${place} that depends on the other parameters`, "a product with others"];
}

/** A constant of its own in each coordinate, as a target that was forgotten makes. */
function constants(fault: Fault, reading: Reading): Answer {
  const names = fault.coordinates.map((place) => reading.trace.names[place]!);
  const terms = names.map((name, k) => `${readable(fault.values[k]!)} on ${name}`).join(", ");
  const strengths = names.map((name, k) => [`strength_${name}`, fault.values[k]!] as const);
  return {
    code: "gradient_missing_term",
    severity: "error",
    title: LACKS,
    because: `loss and gradient differ by constants: ${terms}`,
    evidence: { ...Object.fromEntries(strengths), ...leftOver(fault) },
    remedies: [remedy(`add these constants to the gradient: ${terms}; is the target in it?`)],
  };
}

function missingCoordinate(fault: Fault, reading: Reading): Answer {
  const place = where(fault, reading);
  const rows = reading.finite();
  return {
    code: "gradient_missing_term",
    severity: "error",
    title: "The gradient lacks a coordinate",
    because: `the gradient of ${place} is exactly 0 in all ${whole(rows)} rows, and it never moves`,
    evidence: { coordinates: fault.coordinates.length, rows },
    remedies: [
      remedy(
        `add the slope of the loss along ${place}; if it is a feature that is zero in ` +
          "every row, drop it",
      ),
    ],
  };
}

/** Parameters are updated one after the other, later gradients seeing earlier updates. */
export function sequentialUpdate(reading: Reading): Answer {
  const fault = reading.fault();
  const shown = reading.evidence();
  if (fault?.kind !== "sequential") {
    const unseen = shown !== null && shown.moves.plain() === null;
    if (unseen) return needs("steps that follow each other");
    return comparable(reading);
  }
  const field = shown?.field() ?? null;
  const asymmetry = field?.linear ? { asymmetry_of_hessian: field.asymmetry } : {};
  return {
    code: "sequential_update",
    severity: "error",
    title: "Parameters are updated one after the other",
    because: inTurn(fault, where(fault, reading)),
    evidence: { unexplained_share: fault.unexplained, ...asymmetry },
    remedies: [remedy("work out the whole gradient first, then update all parameters at once")],
  };
}

function inTurn(fault: Fault, place: string): string {
  if (fault.unexplained >= 1) {
    return (
      "loss and gradient differ from step to step, by no more than updates in turn would " +
      "make them, and no factor and no term explains it"
    );
  }
  return (
    `the gradient of ${place} was worked out after other parameters had moved: that explains ` +
    `all but ${readable(100 * fault.unexplained, 2)} % of the difference between loss and gradient`
  );
}

/** Each step uses the sum of all gradients so far. */
export function accumulatingGradients(reading: Reading): Answer {
  const shown = reading.evidence();
  if (shown === null || shown.moves.steps().length < 3) return needs(MORE);
  if (reading.fault()?.kind !== "accumulated") return "clear";
  const steps = shown.moves.steps().length;
  return {
    code: "accumulating_gradients",
    severity: "error",
    title: "Gradients accumulate: they are never zeroed",
    because:
      "the slope of the loss is what the recorded gradient grows by at each step: none was " +
      `zeroed in ${whole(steps)} step${steps === 1 ? "" : "s"}`,
    evidence: { steps },
    remedies: [remedy("zero the gradients before every backward pass")],
  };
}
