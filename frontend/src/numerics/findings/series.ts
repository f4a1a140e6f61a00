/** A quantity over the steps: its levels and its noise, robust; as in `steepest.diagnosis`. */
import { interpolated, largest, mean, median, once, range } from "./sums";

const NORMAL = 1.4826;
const WINDOWS = 40;
const QUIET = 0.01;

/** Where it is finite: n steps, rising, and n values, n > 0. */
export class Series {
  constructor(
    readonly step: readonly number[],
    readonly value: readonly number[],
  ) {}

  get length(): number {
    return this.value.length;
  }

  /** Rows in a smoothing window: odd, a fortieth of the record on either side. */
  get width(): number {
    return 2 * Math.floor(this.length / WINDOWS) + 1;
  }

  /** The scatter from row to row over the later half, from second differences. */
  readonly noise = once(() => {
    const part = this.value.slice(Math.floor(this.length / 2));
    if (part.length < 4) return this.quantum();
    const bends = range(part.length - 2).map((i) => part[i + 2]! - 2 * part[i + 1]! + part[i]!);
    return Math.max((NORMAL * median(bends.map(Math.abs))) / Math.sqrt(6), this.quantum() / 3);
  });

  /** The level at the start. */
  readonly first = once(() => {
    const quiet = this.noise() < QUIET * Math.abs(this.last());
    const opening = quiet ? 1 : Math.min(5, Math.max(1, Math.floor(this.length / 50)));
    return mean(this.value.slice(0, opening));
  });

  /** The level at the end. */
  readonly last = once(() => {
    const most = Math.max(1, Math.floor(this.length / 3));
    const rows = Math.min(Math.max(3, Math.floor(this.length / 10)), most);
    return median(this.value.slice(-rows));
  });

  /** n: the running median. */
  readonly smooth = once(() => {
    const half = (this.width - 1) / 2;
    const stride = Math.max(1, Math.floor(this.width / 10));
    const rows = range(this.length).filter((i) => i % stride === 0 || i === this.length - 1);
    const window = range(this.width).map((k) => k - half);
    const medians = rows.map((row) => median(window.map((k) => this.reflected(row + k))));
    return range(this.length).map((at) => interpolated(at, rows, medians));
  });

  /** The lowest level of the smoothed curve, and its row. */
  readonly lowest = once(() => Math.min(...this.smooth()));
  readonly lowestAt = once(() => this.smooth().indexOf(this.lowest()));

  private readonly quantum = once(() => {
    const sorted = [...new Set(this.value)].sort((a, b) => a - b);
    const gaps = range(sorted.length - 1).map((i) => sorted[i + 1]! - sorted[i]!);
    const least = gaps.length > 0 ? Math.min(...gaps) : 0;
    return Math.max(least, 1.2e-7 * largest(this.value.map(Math.abs)));
  });

  private reflected(at: number): number {
    const last = this.length - 1;
    const place = at < 0 ? -at : at;
    return this.value[place > last ? 2 * last - place : place]!;
  }
}
