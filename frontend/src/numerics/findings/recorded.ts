/**
 * A record as it is: what is finite, at which rates, with which gradients and secants; as
 * `Record` in `steepest.diagnosis.record`. Each is worked out once, and only when asked for.
 */
import type { Trace } from "../trace";
import { Evidence } from "./evidence";
import type { Fault } from "./patterns";
import { between, dot, largest, median, norm, once, range, smallest } from "./sums";

const SPENT = 1e-6;

export class Recorded {
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
    return rate[rate.length - 1]! < SPENT * largest(rate.slice(Math.floor(rate.length / 8)));
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
}
