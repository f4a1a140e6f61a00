/**
 * How the losses of a record went: whether they grew, rose or fell, and what is left of them; as
 * `Progress` in `steepest.diagnosis.record`.
 */
import { Recorded } from "./recorded";
import { resolution } from "./resolution";
import { count, interpolated, largest, median, once, range, smallest } from "./sums";

export const DONE_DISTANCE = 1e-3;
export const ROUNDING = 1e-12;
const DONE_PARAMETER = 0.1;
const STILL = 1e-10;
const SETTLED = 0.01;
const PLATEAU = 1e-6;
const RUNAWAY = 100;

export class Progress extends Recorded {
  /** The factor by which the loss grew a step over the last steps, where it did. */
  readonly growth = once((): number | null => {
    const losses = this.losses();
    if (losses.length < 5) return null;
    const last = losses.slice(-21);
    const steps = this.steps().slice(-21);
    const fell = range(last.length - 2).some((i) => !(last[i + 2]! > last[i]!));
    if (fell || last[0]! <= 0) return null;
    const end = last.length - 1;
    return Math.exp(Math.log(last[end]! / last[0]!) / (steps[end]! - steps[0]!));
  });

  /** The share of moves in the later half at which the loss rose, beyond rounding. */
  readonly rises = once(() => {
    const losses = this.losses();
    const end = losses.slice(-Math.max(2, Math.floor(losses.length / 4)));
    if (end.length < 2) return 0;
    const spread = largest(end) - smallest(end);
    const flat = this.done() || spread <= PLATEAU * largest(end.map(Math.abs));
    return this.rising(flat ? PLATEAU : ROUNDING);
  });

  rising(allowed: number): number {
    const losses = this.losses();
    const late = losses.slice(Math.floor(losses.length / 2));
    if (late.length < 2) return 0;
    const rounded = resolution(late);
    const rose = count(range(late.length - 1), (i) => {
      const least = allowed * Math.abs(late[i]!) + rounded[i + 1]! + rounded[i]!;
      return late[i + 1]! - late[i]! > least;
    });
    return rose / (late.length - 1);
  }

  /** Whether the loss ends far above where it was. */
  readonly runaway = once(() => {
    const losses = this.losses();
    if (losses.length < 3) return false;
    const lowest = this.lowestLoss();
    const first = losses[0]!;
    const end = median(losses.slice(-3));
    const scale = Math.max(first - lowest, Math.abs(lowest - (this.minimumLoss ?? 0)));
    const above = RUNAWAY * scale;
    return end > first + Math.abs(first) && end - lowest > above && above > 0;
  });

  /** The share of the first excess loss that is left at the end, or null. */
  readonly left = once((): number | null => {
    const losses = this.losses();
    if (losses.length < 2) return null;
    const excess = this.excess();
    if (excess !== null) return excess[0]! > 0 ? excess[excess.length - 1]! / excess[0]! : null;
    const limit = this.limit();
    if (limit === null || losses[0]! <= limit) return null;
    return Math.max(this.lastLoss() - limit, 0) / (losses[0]! - limit);
  });

  /** Where the loss is heading, extrapolated from three late losses (Aitken 1926). */
  readonly limit = once((): number | null => {
    const losses = this.losses();
    if (losses.length < 9 || this.decayed()) return null;
    const steps = this.steps();
    const last = this.lastStep();
    const span = (last - steps[0]!) / 2;
    const at = (step: number): number => interpolated(step, steps, losses);
    const [first, middle, final] = [at(last - span), at(last - span / 2), at(last)];
    const falls = middle - first;
    const more = final - middle;
    if (!(falls < 0 && more <= 0 && more > falls)) return null;
    return final - (more * more) / (more - falls);
  });

  /** The factor by which the excess loss shrinks a step, towards the end. */
  readonly factor = once((): number | null => {
    const floor = this.minimumLoss ?? this.limit();
    const losses = this.losses();
    if (floor === null || losses.length < 3) return null;
    const begin = Math.floor(losses.length / 2);
    const ahead = this.lastLoss() - floor;
    const behind = losses[begin]! - floor;
    const span = this.lastStep() - this.steps()[begin]!;
    if (!(0 < ahead && ahead < behind) || span === 0) return null;
    return Math.exp(Math.log(ahead / behind) / span);
  });

  /** Stopped as converged, or within a thousandth of the minimum. */
  readonly done = once((): boolean => {
    const { stop, facts } = this.trace;
    if (stop.reason === "converged") return true;
    if (!this.whole() || this.runaway()) return false;
    if (stop.bound !== null) {
      const worst = facts.worstParameter;
      const near = worst === undefined || !Number.isFinite(worst) || worst <= DONE_PARAMETER;
      return stop.bound <= DONE_DISTANCE && near;
    }
    if ((facts.smallestEigenvalue ?? 0) < 0) return false;
    if (this.vanished() || this.settled()) return true;
    const left = this.left();
    return left !== null && left <= DONE_DISTANCE ** 2;
  });

  private vanished(): boolean {
    const size = this.gradientNorm();
    return size[size.length - 1]! <= STILL * size[0]!;
  }

  private settled(): boolean {
    const shown = this.evidence();
    if (shown === null || this.decayed()) return false;
    const moved = shown.moves.moved();
    const size = this.gradientNorm();
    const last = moved.slice(-Math.max(3, Math.floor(moved.length / 4)));
    return !last.includes(true) && size[size.length - 1]! <= SETTLED * size[0]!;
  }
}
