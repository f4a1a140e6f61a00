/** What parameters and gradients show by themselves; as `steepest.diagnosis.gradients.evidence`. */
import type { Trace } from "../trace";
import { accumulated, faultOf } from "./fault";
import { fieldOf } from "./field";
import { Moves } from "./moves";
import type { Fault } from "./patterns";
import { slopesOf } from "./slopes";
import { mean, once, range } from "./sums";

const LONG = 4000;
const SCATTER = 0.05;

/** Of the first `finite` rows, of a very long record its head and its tail. */
export class Evidence {
  readonly moves: Moves;
  readonly loss: readonly number[];

  constructor(trace: Trace, finite: number) {
    const whole = range(finite);
    const rows = finite > 2 * LONG ? [...whole.slice(0, LONG), ...whole.slice(-LONG)] : whole;
    const gaps = rows.slice(1).map((row, i) => trace.step[row]! - trace.step[rows[i]!]!);
    const at = <T>(values: readonly T[]): T[] => rows.map((row) => values[row]!);
    this.moves = new Moves(at(trace.params), at(trace.gradient), gaps);
    this.loss = at(trace.loss);
  }

  readonly field = once(() => fieldOf(this.moves));

  readonly slopes = once(() => {
    const field = this.field();
    return slopesOf(this.moves, this.loss, field?.linear ? field.miss : null);
  });

  readonly fault = once((): Fault | null => {
    const slopes = this.slopes();
    if (slopes === null) return null;
    if (this.noisy()) return accumulated(slopes, this.moves, this.loss);
    return faultOf(slopes, this.moves, this.field(), this.loss);
  });

  /** Whether the gradients go not with the loss, and their direction scatters. */
  private readonly noisy = once(() => {
    const slopes = this.slopes();
    if (slopes === null || slopes.agree || this.field()?.linear) return false;
    const turning = this.moves.turning();
    const late = turning.slice(Math.floor(turning.length / 2));
    const change = range(late.length - 1).map((i) => Math.abs(late[i + 1]! - late[i]!));
    const seen = change.filter(Number.isFinite);
    return seen.length > 0 && mean(seen) > SCATTER;
  });
}
