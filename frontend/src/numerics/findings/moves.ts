/**
 * How the parameters moved from row to row, against the gradients that were used there; as
 * `steepest.diagnosis.gradients.moves`.
 */
import { resolutionOfRows } from "./resolution";
import { between, count, dot, largest, median, norm, once, range } from "./sums";

type Rows = readonly (readonly number[])[];

const FITS = 1e-3;
const MOST = 0.9;
const LITTLE = 0.3;
const FAR = 100;
const BLUR = 1e-15;

/** The moves between n finite rows of p parameters. */
export class Moves {
  constructor(
    readonly params: Rows,
    readonly gradient: Rows,
    /** n - 1: how many steps lie between a row and the next. */
    readonly gaps: readonly number[],
  ) {}

  readonly steps = once(() =>
    range(this.params.length - 1).map((i) => between(this.params, i, i + 1)),
  );
  readonly turned = once(() =>
    range(this.gradient.length - 1).map((i) => between(this.gradient, i, i + 1)),
  );
  readonly lengths = once(() => this.steps().map(norm));
  readonly paramsRounding = once(() => resolutionOfRows(this.params));
  readonly gradientRounding = once(() => resolutionOfRows(this.gradient));

  /** n - 1: how far rounding can have shifted a move. */
  readonly blur = once(() => {
    const rounded = this.paramsRounding();
    return this.steps().map((step, i) =>
      norm(step.map((_, j) => rounded[i]![j]! + rounded[i + 1]![j]!)),
    );
  });

  /** n - 1: whether a move is far above its rounding. */
  readonly moved = once(() => this.lengths().map((length, i) => length > 10 * this.blur()[i]!));

  /** Whether a single step lies between any row and the next. */
  get allFollow(): boolean {
    return this.gaps.every((gap) => gap === 1);
  }

  /** n - 1: cosine between successive gradients that are above rounding, else NaN. */
  readonly turning = once(() => {
    const norms = this.gradient.map(norm);
    const most = largest(norms);
    const rounded = this.gradientRounding();
    const clear = norms.map(
      (size, i) => size > FAR * norm(rounded[i]!) && size > FAR * BLUR * most,
    );
    return range(norms.length - 1).map((i) => {
      if (!clear[i] || !clear[i + 1]) return NaN;
      const next = this.gradient[i + 1]!;
      const unit = (value: number, j: number): number =>
        (value / norms[i]!) * (next[j]! / norms[i + 1]!);
      return this.gradient[i]!.reduce((sum, value, j) => sum + unit(value, j), 0);
    });
  });

  /** n - 1: the gradient that each move should go against. */
  readonly along = once(() =>
    range(this.params.length - 1).map((i) => {
      const here = this.gradient[i]!;
      if (this.gaps[i] === 1) return here;
      return here.map((slope, j) => 0.5 * (slope + this.gradient[i + 1]![j]!));
    }),
  );

  /** n - 1: the rate at which each move goes against its gradient. */
  readonly implied = once(() =>
    this.steps().map((step, i) => {
      const along = this.along()[i]!;
      return -dot(step, along) / (dot(along, along) * this.gaps[i]!);
    }),
  );

  /** The median of these. */
  readonly rate = once(() => {
    const seen = this.implied().filter((_, i) => this.moved()[i]);
    return seen.length > 0 ? median(seen) : this.overall();
  });

  /** n - 1: the curvature along each move, NaN where it is not above rounding. */
  readonly curvature = once(() =>
    this.steps().map((step, i) => {
      if (!this.moved()[i]) return NaN;
      return dot(this.turned()[i]!, step) / this.lengths()[i]! ** 2;
    }),
  );

  readonly steepest = once(() => {
    const seen = this.curvature().filter(Number.isFinite);
    return seen.length > 0 ? largest(seen) : NaN;
  });

  /** Whether every move is a step straight against the gradient; null where it cannot be seen. */
  readonly plain = once((): boolean | null => {
    if (!this.gaps.some((gap) => gap === 1)) return this.plainBetween();
    const single = this.explained();
    return single ?? this.plainTogether();
  });

  private readonly overall = once(() => {
    if (!this.allFollow) return NaN;
    const total = this.total();
    const square = dot(total, total);
    const last = this.params.length - 1;
    return square > 0 ? -dot(between(this.params, 0, last), total) / square : NaN;
  });

  private total(): number[] {
    const zero = this.gradient[0]!.map(() => 0);
    const before = this.gradient.slice(0, -1);
    return before.reduce<number[]>((sum, row) => sum.map((value, j) => value + row[j]!), zero);
  }

  private explained(): boolean | null {
    const seen = range(this.gaps.length).filter((i) => this.gaps[i] === 1 && this.moved()[i]);
    if (seen.length === 0) return null;
    const good = count(seen, (i) => {
      const against = this.gradient[i]!;
      const step = this.steps()[i]!;
      const rate = -dot(step, against) / dot(against, against);
      const rest = norm(step.map((value, j) => value + rate * against[j]!));
      return rest <= Math.max(FITS * this.lengths()[i]!, 3 * this.blur()[i]!) && rate > 0;
    });
    return good > MOST * seen.length;
  }

  /** Of a thinned record: over rows between which the gradient turned little. */
  private plainBetween(): boolean | null {
    const seen = range(this.gaps.length).filter(
      (i) => this.moved()[i] && norm(this.turned()[i]!) < LITTLE * norm(this.along()[i]!),
    );
    if (seen.length < 2) return null;
    const usual = median(seen.map((i) => this.implied()[i]!));
    const good = count(seen, (i) => {
      const rate = this.implied()[i]!;
      const way = rate * this.gaps[i]!;
      const rest = norm(this.steps()[i]!.map((value, j) => value + way * this.along()[i]![j]!));
      const straight = rest < LITTLE ** 2 * this.lengths()[i]!;
      return straight && Math.abs(rate - usual) < LITTLE ** 2 * Math.abs(usual) && rate > 0;
    });
    return good > MOST * seen.length;
  }

  private plainTogether(): boolean | null {
    const rate = this.overall();
    if (!(rate > 0)) return null;
    const running = this.gradient[0]!.map(() => 0);
    const drift = running.map(() => 0);
    let reach = 0;
    let most = 0;
    let all = true;
    for (let i = 0; i + 1 < this.params.length; i++) {
      const far = between(this.params, 0, i + 1);
      const rest = far.map((value, j) => {
        running[j] = running[j]! + this.gradient[i]![j]!;
        drift[j] = drift[j]! + this.gradientRounding()[i]![j]! ** 2;
        return value + rate * running[j]!;
      });
      const rounded = this.paramsRounding()[i + 1]!;
      const allowed = 3 * norm(drift.map((sum, j) => rate * Math.sqrt(sum) + rounded[j]!));
      reach = Math.max(reach, norm(far));
      most = Math.max(most, allowed);
      if (!(norm(rest) <= allowed + FITS * norm(far))) all = false;
    }
    return reach > 10 * most ? all : null;
  }
}
