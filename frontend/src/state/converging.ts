import type { DescentRecord } from "../wire/record";
import type { Scene } from "../views/scene";
import { begun, told } from "../views/told";

const TIE = 1e-6;

/** What the record itself shows counts first; then the learning rate against the largest stable. */
export function converges(scene: Scene): readonly [boolean, string] | null {
  const { setting, record, row } = scene;
  if (record.growing) return null;
  const why = begun(record.stop.because);
  if (record.stop.reason === "converged") return [true, `It does: ${record.stop.because}.`];
  if (record.stop.reason === "non_finite") return [false, `It does not: ${record.stop.because}.`];
  if (record.stop.reason === "unbounded") return [false, `${why}.`];
  const diverging = record.diagnosis.findings.find((finding) => finding.code === "diverging");
  if (diverging !== undefined) return [false, diverging.because];
  const [rate, largest] = [record.rate[row], record.facts.largest_stable_rate];
  const steady = record.rate.every((one) => one === rate);
  if (rate === null || largest === null || !steady || setting.bug !== "none") return null;
  if (record.rule !== "gradient_descent" || setting.batch !== null || !isBowl(scene)) return null;
  if (tied(rate, largest)) {
    const [first, last] = [record.loss[0], record.loss[record.loss.length - 1]];
    if (first === null || last === null || !tied(first, last)) return null;
    const edge = `α = ${told(rate)} is just the largest stable learning rate`;
    const lands = "each step lands as high on the other side";
    return [false, `${edge}: ${lands}, and J stays at ${told(last)}.`];
  }
  const numbers = `α = ${told(rate)}, and the largest stable learning rate is ${told(largest)}`;
  return rate < largest
    ? [true, `${numbers}: below it every step brings it nearer.`]
    : [false, `${numbers}: above it every step throws it further out.`];
}

/** Whether J is a quadratic, so that the largest stable rate decides from wherever it starts. */
export function isBowl({ setting, record }: Scene): boolean {
  if (setting.what === "table") return setting.loss === "squared";
  if (record.gradient === null || record.params === null || record.names.length > 1) return false;
  return hasSteadySlope(record);
}

/** Whether the slope of a curve changes in step with its parameter all along the record. */
function hasSteadySlope({ params, gradient }: DescentRecord): boolean {
  const at = (params ?? []).map((row, k) => [row[0], gradient?.[k]?.[0] ?? null] as const);
  const [w, g] = at[0];
  const other = at.find(([one, slope]) => one !== null && slope !== null && one !== w);
  if (w === null || g === null || other === undefined) return false;
  const curvature = ((other[1] ?? NaN) - g) / ((other[0] ?? NaN) - w);
  return at.every(([one, slope]) => {
    if (one === null || slope === null) return true;
    return Math.abs(g + curvature * (one - w) - slope) <= 1e-9 * (Math.abs(g) + Math.abs(slope));
  });
}

/** Whether two numbers are the same up to rounding: a tie is not asked about. */
export function tied(one: number, other: number): boolean {
  return Math.abs(one - other) <= TIE * Math.max(Math.abs(one), Math.abs(other));
}
