/**
 * A record, read: what the rules look at, each worked out once; as `Reading` in
 * `steepest.diagnosis.record`, for plain descent on all rows.
 */
import type { Trace } from "../trace";
import { Evidence } from "./evidence";
import type { Fault } from "./patterns";
import { resolution } from "./resolution";
import { between, count, dot, interpolated, largest, median, norm, once, range, smallest } from "./sums";

export const DONE_DISTANCE = 1e-3;
export const ROUNDING = 1e-12;
const DONE_PARAMETER = 0.1;
const STILL = 1e-10;
const SETTLED = 0.01;
const PLATEAU = 1e-6;
const RUNAWAY = 100;
const WORST = 1e4;
const EXACT = 1e-9;
const ABOUT = 1e-3;

export class Reading {
  constructor(readonly trace: Trace) {}

  /** How many rows, from the first on, hold only finite numbers. */
  readonly finite = once(() => {
    const { loss, params, gradient } = this.trace;
    const broken = range(loss.length).find(
      (row) =>
        !Number.isFinite(loss[row]) ||
        !params[row]!.every(Number.isFinite) ||
        !gradient[row]!.every(Number.isFinite),
    );
    return broken ?? loss.length;
  });

  readonly whole = once(() => this.finite() === this.trace.loss.length);
  readonly steps = once(() => this.trace.step.slice(0, this.finite()));
  readonly losses = once(() => this.trace.loss.slice(0, this.finite()));
  readonly lastStep = once(() => this.steps()[this.steps().length - 1] ?? 0);
  readonly lastLoss = once(() => this.losses()[this.losses().length - 1] ?? NaN);
  readonly lowestLoss = once(() => smallest(this.losses()));

  /** What parameters and gradients show; null with fewer than two rows. */
  readonly evidence = once(() =>
    this.finite() < 2 ? null : new Evidence(this.trace, this.finite()),
  );

  /** The fault of the gradients; never of a cost of our own, whose gradient is right. */
  readonly fault = once((): Fault | null =>
    this.builtIn ? null : (this.evidence()?.fault() ?? null),
  );

  get builtIn(): boolean {
    return this.trace.facts.column !== undefined;
  }

  /** Whether the curvature is known everywhere. */
  get bounded(): boolean {
    return this.trace.facts.minimum !== undefined;
  }

  get minimumLoss(): number | null {
    return this.trace.facts.minimumLoss ?? null;
  }

  get conditionNumber(): number | null {
    return this.trace.facts.conditionNumber ?? null;
  }

  /** Loss above the least possible, where that is known; never below zero. */
  readonly excess = once(() => {
    const least = this.minimumLoss;
    return least === null ? null : this.losses().map((loss) => Math.max(loss - least, 0));
  });

  private readonly rates = once(() =>
    this.trace.rate.slice(0, Math.max(this.finite(), 1)).filter(Number.isFinite),
  );

  /** The learning rate towards the end. */
  readonly rate = once(() => {
    const rates = this.rates();
    return median(rates.slice(-Math.max(1, Math.floor(rates.length / 10))));
  });

  readonly highestRate = once(() => largest(this.rates()));
  readonly rated = once(() => this.rate() > 0);

  /** Whether the rate stays the same over the later half. */
  readonly steady = once(() => {
    const rates = this.rates();
    const late = rates.slice(Math.floor(rates.length / 2));
    return late.length > 0 && late.every((rate) => rate === late[0]);
  });

  /** Whether the rate ends below its highest. */
  readonly decayed = once(() => {
    const rates = this.rates();
    return rates.length > 0 && rates[rates.length - 1]! < largest(rates) * (1 - 1e-9);
  });

  /** Whether the rate fell to next to nothing. */
  readonly spent = once(() => {
    const { rate } = this.trace;
    return rate[rate.length - 1]! < 1e-6 * largest(rate.slice(Math.floor(rate.length / 8)));
  });

  readonly gradientNorm = once(() => this.trace.gradient.slice(0, this.finite()).map(norm));

  /** Curvature along each move, NaN where nothing moved; null with fewer than two rows. */
  readonly secants = once((): number[] | null => {
    if (this.finite() < 2) return null;
    return range(this.finite() - 1).map((i) => {
      const moved = between(this.trace.params, i, i + 1);
      const size = norm(moved);
      const unit = moved.map((value) => value / size);
      return dot(unit, between(this.trace.gradient, i, i + 1)) / size;
    });
  });

  /** Cosine of the angle between successive gradients; null where steps are missing. */
  readonly turning = once((): readonly number[] | null => {
    const { step } = this.trace;
    const consecutive = step[step.length - 1]! - step[0]! === step.length - 1;
    return consecutive ? (this.evidence()?.moves.turning() ?? null) : null;
  });

  /** The factor by which the loss grew a step over the last steps, where it did. */
  readonly growth = once((): number | null => {
    const losses = this.losses();
    if (losses.length < 5) return null;
    const last = losses.slice(-21);
    const steps = this.steps().slice(-21);
    if (range(last.length - 2).some((i) => !(last[i + 2]! > last[i]!)) || last[0]! <= 0) return null;
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
    const met = (this.secants() ?? []).filter((value, i) => loss[i]! <= loss[0]! && Number.isFinite(value));
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
    return sharpness === null || !this.rated() || this.finite() === 0 ? null : this.rate() * sharpness;
  });

  readonly atTheLimit = once(() => {
    const speed = this.speed();
    return speed !== null && Math.abs(speed / 2 - 1) <= (this.bounded ? EXACT : ABOUT);
  });
}
