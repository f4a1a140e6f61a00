import { isBatched } from "./batch";
import { type Sight, sightOf } from "./sight";
import type { Scene } from "./scene";
import { bracketed, symbol, told } from "./told";

/** The sign of the slope, and the way that the step goes. */
export function verdict(sight: Sight): string {
  const { profile } = sight;
  if (!Number.isFinite(sight.height)) return "J is not a number here";
  if (Number.isNaN(sight.slope)) return "no slope here";
  const sign = sight.slope > 0 ? "positive" : sight.slope < 0 ? "negative" : "zero";
  const moved = (profile.next ?? profile.here) - profile.here;
  const but = againstSlope(sight) ? ", yet " : ": ";
  if (profile.along === "the gradient") {
    return moved > 0 ? "the step goes downhill" : moved < 0 ? "the step goes uphill" : "no step";
  }
  const way = moved > 0 ? "increases" : moved < 0 ? "decreases" : "stays";
  return `slope ${sign}${but}${symbol(profile.along)} ${way}`;
}

/** Whether the step goes uphill. */
export function againstSlope({ profile, slope }: Sight): boolean {
  return profile.next !== null && (profile.next - profile.here) * slope > 0;
}

/** From the full equation to the bare number, for pictures of any width. */
export function stepWords(scene: Scene, sight: Sight): string[] {
  const { profile, believed } = sight;
  const step = (profile.next ?? NaN) - profile.here;
  const rate = scene.record.rate[scene.row];
  const slope = believed ?? sight.slope;
  // next - here has lost the digits that here does not have
  const lost = 1e-6 * Math.abs(step) + 1e-15 * Math.abs(profile.here);
  if (rate === null || !(Math.abs(-rate * slope - step) <= lost)) return [`step ${signed(step)}`];
  const product = `${told(-rate)} · ${bracketed(slope)}`;
  const result = signed(-rate * slope + 0);
  const whole = `${product} = ${result}`;
  const whose = isBatched(scene) ? "batch's slope" : "slope";
  return [`step = -α · ${whose} = ${whole}`, `step = ${whole}`, `step ${result}`];
}

/** Why there is no curve to see. */
export function missingWords({ record, row }: Scene): string {
  const params = record.params?.[row];
  if (params?.some((value) => value === null)) return "Here the parameters are no longer finite.";
  return "Working out J along this line ...";
}

/** The whole picture in a sentence with its numbers. */
export function inWords(scene: Scene): string {
  const sight = sightOf(scene, { width: 400, height: 300 });
  if (sight === null) return missingWords(scene);
  const { profile, second, slope } = sight;
  const downhill = profile.along === "the gradient";
  const name = downhill ? profile.along : symbol(profile.along);
  const at = `J along ${name} at iteration ${told(profile.step)}`;
  if (!Number.isFinite(sight.height)) return `${at}: J is not a number there.`;
  const place = downhill ? "" : `${name} = ${told(profile.here)}, `;
  const height = `${place}J = ${told(sight.height)}`;
  const parts = [`${at}: ${height}, tangent of slope ${told(slope)}`];
  parts.push(verdict(sight));
  if (profile.next !== null) parts.push(`${stepWords(scene, sight)[0]}, to ${told(profile.next)}`);
  if (second !== null) {
    const { run, rise } = second;
    const apart = told(Math.abs(second.slope - slope));
    parts.push(
      `secant: rise ${told(rise)} over run ${told(run)} is slope ${told(second.slope)}, ` +
        `${apart} from the tangent's`,
    );
  }
  if (sight.mistaken) {
    const whose = isBatched(scene) ? "this batch's slope is" : "the loop believes the slope to be";
    parts.push(`${whose} ${told(sight.believed)}`);
  }
  return `${parts.join("; ")}.`;
}

/** A number with its sign always said: "+1.6". */
function signed(number: number): string {
  return number > 0 ? `+${told(number)}` : told(number);
}
