/**
 * What a record shows, in the words and numbers of `steepest.diagnose`: every rule that can
 * answer for plain descent on all rows of a known cost, root causes first.
 */
import type { Diagnosis, Finding, Remedy } from "../wire/record";
import { HELD_OUT, needs, type Answer } from "./findings/answer";
import { crawling } from "./findings/crawling";
import { diverging } from "./findings/diverging";
import { converged, unfinished } from "./findings/ending";
import { plateau, saddle } from "./findings/flat_ground";
import { frozenParameters } from "./findings/frozen";
import {
  accumulatingGradients,
  gradientMissingTerm,
  gradientScale,
  gradientSign,
  sequentialUpdate,
} from "./findings/gradient_faults";
import { labelLeak, overfitting } from "./findings/held_out";
import { illConditioned } from "./findings/ill_conditioned";
import { nonFinite } from "./findings/non_finite";
import { oscillating } from "./findings/oscillating";
import { overshooting } from "./findings/overshooting";
import { Reading } from "./findings/reading";
import { separable } from "./findings/separable";
import { toDigits } from "./readable";
import type { Trace } from "./trace";

const EIGHT = 8;
const DIGITS = 6;

/** In the order of the verdict: a root cause comes before what it leads to. */
const RULES: readonly (readonly [string, (reading: Reading) => Answer])[] = [
  ["gradient_sign", gradientSign],
  ["gradient_scale", gradientScale],
  ["gradient_missing_term", gradientMissingTerm],
  ["sequential_update", sequentialUpdate],
  ["detached_loss", () => "clear"],
  ["outside_optimizer", () => "clear"],
  ["accumulating_gradients", accumulatingGradients],
  ["frozen_parameters", frozenParameters],
  ["evaluation_mode", () => "clear"],
  ["unscaled_inputs", () => "clear"],
  ["vanishing_gradients", () => "clear"],
  ["exploding_gradients", () => "clear"],
  ["diverging", diverging],
  ["large_steps", () => "clear"],
  ["skipped_steps", () => "clear"],
  ["non_finite", nonFinite],
  ["half_precision", () => "clear"],
  ["layer_contract", () => "clear"],
  ["scale_drift", () => "clear"],
  ["double_softmax", () => "clear"],
  ["shuffled_labels", shuffledLabels],
  ["dead_units", deadUnits],
  ["saturated_units", () => "clear"],
  ["label_leak", labelLeak],
  ["overfitting", overfitting],
  ["oscillating", oscillating],
  ["separable", separable],
  ["plateau", plateau],
  ["saddle", saddle],
  ["overshooting", overshooting],
  ["ill_conditioned", illConditioned],
  ["crawling", crawling],
  ["noise_floor", () => "clear"],
  ["converged", converged],
  ["unfinished", unfinished],
];

/** All that the rules say of a record. */
export function diagnosisOf(trace: Trace): Diagnosis {
  const reading = new Reading(trace);
  const findings: Finding[] = [];
  const clear: string[] = [];
  const cannotTell: { [code: string]: string } = {};
  for (const [code, rule] of RULES) {
    const answer = rule(reading);
    if (answer === "clear") clear.push(code);
    else if ("needs" in answer) cannotTell[code] = answer.needs;
    else findings.push(finite(answer));
  }
  const verdict = findings[0]?.code ?? "cannot_tell";
  return { verdict, findings, clear, cannot_tell: cannotTell };
}

/** Units that died show in eight parameters or more: here there are fewer. */
function deadUnits(reading: Reading): Answer {
  if (reading.builtIn || reading.finite() >= EIGHT) return "clear";
  return needs("the gradients of eight steps or more");
}

function shuffledLabels(reading: Reading): Answer {
  return needs(reading.trace.heldLoss ? "the losses of a network, alone" : HELD_OUT);
}

/** Without numbers that overflowed, which say nothing; rates to set in six digits. */
function finite(finding: Finding): Finding {
  const evidence = Object.entries(finding.evidence).filter(([, value]) => Number.isFinite(value));
  return {
    ...finding,
    evidence: Object.fromEntries(evidence),
    remedies: finding.remedies.map((each) => ({ ...each, set: sound(each.set) })),
  };
}

function sound(set: Remedy["set"]): Remedy["set"] {
  const kept = Object.entries(set).filter(
    ([, value]) => typeof value === "string" || (Number.isFinite(value) && value > 0),
  );
  return Object.fromEntries(
    kept.map(([name, value]) => [
      name,
      typeof value === "number" && name !== "steps" ? toDigits(value, DIGITS) : value,
    ]),
  );
}
