/**
 * What the rules look at: a record, how its losses went, and what it says about curvature; as
 * `Reading` in `steepest.diagnosis.record`, for plain descent on all rows.
 */
import { Progress } from "./progress";
import { largest, once } from "./sums";

const WORST = 1e4;
const EXACT = 1e-9;
const ABOUT = 1e-3;

export class Reading extends Progress {
  /** λ_max: from the facts, or the larger of it and the secants met where the path is wild. */
  readonly sharpness = once((): number | null => {
    const known = this.trace.facts.sharpness ?? null;
    const met = !this.bounded && this.wild() ? this.largestMet() : null;
    if (known !== null) return met === null ? known : Math.max(known, met);
    if (met !== null) return met;
    const secants = this.secants();
    const late = secants?.slice(Math.floor(secants.length / 2)).filter(Number.isFinite) ?? [];
    if (late.length > 0) return largest(late);
    const growth = this.growth();
    if (growth === null || !(growth > 1) || !this.rated()) return null;
    return (1 + Math.sqrt(growth)) / this.rate();
  });

  private readonly wild = once(() => !this.whole() || this.rises() > 0 || this.runaway());

  private largestMet(): number | null {
    const loss = this.losses();
    const met = (this.secants() ?? []).filter(
      (value, i) => loss[i]! <= loss[0]! && Number.isFinite(value),
    );
    const most = largest(met);
    if (met.length === 0 || !(most > 0)) return null;
    return this.rated() ? Math.min(most, WORST / this.rate()) : most;
  }

  /** The recommended rate and where it comes from, or null. */
  readonly recommended = once((): { rate: number; from: string } | null => {
    const steepest = this.sharpness();
    if (steepest === null || !(steepest > 0) || !Number.isFinite(steepest)) return null;
    if (this.bounded || this.trace.facts.sharpness !== undefined) {
      return { rate: 1 / steepest, from: "1 / sharpness" };
    }
    const polyak = this.polyak();
    if (polyak < 0.5 / steepest) {
      return { rate: polyak, from: "from the lowest loss and the steepest slope met" };
    }
    return { rate: 0.5 / steepest, from: "half of 1 / sharpness, which changes on the way" };
  });

  private polyak(): number {
    if (!this.wild() || this.growth() !== null || this.losses().length === 0) return Infinity;
    const steepest = largest(this.gradientNorm()) ** 2;
    const lowest = this.lowestLoss();
    return lowest > 0 && steepest > 0 ? (0.5 * lowest) / steepest : Infinity;
  }

  /** Learning rate times sharpness: below 2 plain descent is stable. */
  readonly speed = once((): number | null => {
    const sharpness = this.sharpness();
    if (sharpness === null || !this.rated() || this.finite() === 0) return null;
    return this.rate() * sharpness;
  });

  readonly atTheLimit = once(() => {
    const speed = this.speed();
    return speed !== null && Math.abs(speed / 2 - 1) <= (this.bounded ? EXACT : ABOUT);
  });
}
