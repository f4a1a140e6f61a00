/** The valley is long: some directions are far flatter than others. */
import type { Remedy } from "../../wire/record";
import { counted, readable } from "../readable";
import type { Column } from "../trace";
import { needs, remedy, type Answer } from "./answer";
import { largerRateHelps, stepsNeeded } from "./forecast";
import type { Reading } from "./reading";

const THOUSANDS = 1000;
const NEAR_LIMIT = 0.2;
const BETTER = 10;
const ALIKE = 4;
const RIDGE = 0.001;
const TANGLED = 0.2;

export function illConditioned(reading: Reading): Answer {
  if (reading.fault() !== null) return "clear";
  const kappa = reading.conditionNumber;
  const speed = reading.speed();
  if (kappa === null || speed === null) {
    return needs("the condition number (the Hessian, or the data)");
  }
  const near = speed >= NEAR_LIMIT || !largerRateHelps(reading);
  if (reading.done() || !(kappa >= THOUSANDS) || !near || (reading.steady() && speed > 2)) {
    return "clear";
  }
  const evidence: { [name: string]: number } = {
    condition_number: kappa,
    learning_rate_times_sharpness: speed,
  };
  const needed = stepsNeeded(reading, reading.rate());
  let because =
    `the steepest direction is ${readable(kappa)} times as curved as the flattest: ` +
    `${pace(speed)}, and the flattest one hardly moves`;
  if (needed !== null) {
    evidence["steps_needed"] = needed;
    because += `: ${readable(needed)} more steps at this rate`;
  }
  const scaled = scaledCondition(reading, kappa);
  if (scaled !== null) evidence["condition_number_standardised"] = scaled;
  return {
    code: "ill_conditioned",
    severity: "warning",
    title: "Ill-conditioned: a long, narrow valley",
    because,
    evidence,
    remedies: scaled === null ? slowly(reading, kappa) : [standardise(reading, kappa, scaled)],
  };
}

function pace(speed: number): string {
  if (speed > 2) return "the rate is as large as the curvature allows";
  return `the rate is at ${readable((speed / 2) * 100, 3)} % of its limit`;
}

/** κ of the standardised column, where that is what would help. */
function scaledCondition(reading: Reading, kappa: number): number | null {
  const { column } = reading.trace.facts;
  const scaled = column?.conditionStandardised;
  if (column === undefined || scaled === undefined) return null;
  return kappa < BETTER * scaled || isStandardised(column) ? null : scaled;
}

/** Whether the column has about the spread of the intercept's ones, and is not far from zero. */
function isStandardised({ mean, spread }: Column): boolean {
  const [wide, narrow] = [Math.max(spread, 1), Math.min(spread, 1)];
  return wide <= ALIKE * narrow && Math.abs(mean) <= ALIKE * spread;
}

function standardise(reading: Reading, kappa: number, scaled: number): Remedy {
  return remedy(
    `standardise the features (--scale standard): ${whyUnscaled(reading)}, and standardised ` +
      `features have a condition number of ${readable(scaled)} instead of ${readable(kappa)}`,
    { scale: "standard" },
  );
}

/** What is wrong with the column: far from zero, or of another scale than the intercept's. */
function whyUnscaled(reading: Reading): string {
  const { mean, spread } = reading.trace.facts.column!;
  const name = reading.trace.names[0]!;
  const offset = Math.abs(mean) / (spread > 0 ? spread : 1);
  if (offset > Math.max(spread, 1) / Math.max(Math.min(spread, 1), 1e-300)) {
    return (
      `${name} is far from zero (mean ${readable(mean)}, standard deviation ` +
      `${readable(spread)}), which ties it to the intercept`
    );
  }
  return `${name} (${readable(spread)}) and the intercept (whose column is 1) differ in scale`;
}

function slowly(reading: Reading, kappa: number): Remedy[] {
  const { column } = reading.trace.facts;
  const accelerate = remedy(
    "take the accelerated rule (--rule fista): for each factor e it takes about " +
      `${counted(Math.round(Math.sqrt(kappa)), "step")}, where plain descent takes ` +
      readable(kappa),
    { rule: "fista", learning_rate: "auto" },
  );
  const flat = flattest(reading);
  if (column === undefined) {
    const along = flat.length > 0 ? ` (the flattest direction is along ${flat.join(", ")})` : "";
    return [remedy(`rescale the parameters, so that they curve alike${along}`), accelerate];
  }
  const scaled = column.conditionStandardised;
  if (scaled !== undefined && kappa > BETTER * scaled) {
    const penalise = remedy(
      "or add a small ridge penalty (--l2 0.001): the classes are so far apart that the " +
        "coefficients grow and grow",
      { l2: RIDGE },
    );
    return [accelerate, penalise];
  }
  const which = flat.length > 1 ? `: ${flat.join(", ")}` : "";
  const untangle = remedy(
    `drop or combine columns that say nearly the same${which} (--features; a lower --degree ` +
      "where they are powers); or accept that their coefficients are not determined apart",
  );
  return [accelerate, untangle];
}

/** The parameters that the flattest direction is made of, most of all first. */
function flattest(reading: Reading): string[] {
  const axis = reading.trace.facts.hessian?.axes[0] ?? [];
  return axis
    .map((value, place) => ({ name: reading.trace.names[place]!, weight: Math.abs(value) }))
    .sort((a, b) => b.weight - a.weight)
    .filter(({ weight }) => weight > TANGLED)
    .map(({ name }) => name);
}
