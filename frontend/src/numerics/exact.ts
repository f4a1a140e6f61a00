/**
 * Exact descent on a bowl: any step in closed form, without taking the ones before.
 *
 * Along an axis of curvature λ the residual after k steps is (1 - αλ)ᵏ of the first, and θ has
 * moved by -ψ_k g₀ with ψ_k = (1 - (1 - αλ)ᵏ)/λ; as `steepest.descent.closed_form`, branch by
 * branch, so that both lose the same few digits.
 */
import { distanceOf, minimumError, minimumErrors } from "./distance";
import {
  alongAxes,
  curvatures,
  gradientOf,
  lossOf,
  residual,
  turned,
  type Line,
  type Pair,
} from "./line";
import { counted, general, whole } from "./readable";
import { keptSteps } from "./schedule";
import type { Stop } from "./trace";
import type { Walk } from "./walk";

const NEAR = 0.5;

/** A descent in closed form, and the bound on the error of its worst parameter at the end. */
export interface ExactWalk extends Walk {
  readonly worstParameter: number;
}

/** Plain descent on the line from (w, b), at a constant rate, for so many steps. */
export function exactWalk(line: Line, start: Pair, rate: number, steps: number): ExactWalk {
  const path = new ExactPath(line, start, rate);
  const { last, stop } = path.end(steps);
  const lowest = firstTrue((k) => path.loss(k + 1) >= path.loss(k), last);
  const step = keptSteps(last, [Math.min(lowest, last)]);
  const rows = step.map((k) => path.row(k));
  return {
    names: line.names,
    step,
    loss: rows.map((row) => row.loss),
    rate: step.map(() => rate),
    params: rows.map((row) => row.params),
    gradient: rows.map((row) => row.gradient),
    stop,
    worstParameter: path.worst(last),
  };
}

/** What k steps do along one axis: the part that is left, and ψ_k. */
interface Power {
  readonly left: number;
  readonly moved: number;
}

class ExactPath {
  private readonly first: Pair;
  private readonly curvatures: Pair;

  constructor(
    private readonly line: Line,
    private readonly start: Pair,
    private readonly rate: number,
  ) {
    this.first = residual(line, start);
    this.curvatures = curvatures(line);
  }

  row(step: number): { loss: number; params: number[]; gradient: number[] } {
    const powers = this.powers(step);
    const after = this.each((j) => (this.first[j] === 0 ? 0 : powers[j].left * this.first[j]));
    return {
      loss: lossOf(this.line, after),
      params: this.params(powers),
      gradient: gradientOf(this.line, after),
    };
  }

  /** J there; infinite where a parameter is not finite. */
  loss(step: number): number {
    const { loss, params } = this.row(step);
    return params.every(Number.isFinite) ? loss : Infinity;
  }

  end(steps: number): { last: number; stop: Stop } {
    if (!Number.isFinite(this.loss(steps))) {
      const last = firstTrue((k) => !Number.isFinite(this.loss(k)), steps);
      const because = `the loss overflowed at step ${whole(last)}`;
      return { last, stop: { reason: "non_finite", because, bound: null } };
    }
    const error = this.errors(steps);
    const bound = distanceOf(this.line, this.first, error).whole + minimumError(this.line);
    const because =
      `${counted(steps, "step")} done, as many as were allowed; still ${general(bound, 2)} ` +
      "times the minimum's size away from it";
    const known = Number.isFinite(bound) ? bound : null;
    return { last: steps, stop: { reason: "budget", because, bound: known } };
  }

  /** A bound on the relative error of any parameter at that step, with the rounding. */
  worst(step: number): number {
    const rounding = minimumErrors(this.line);
    const error = this.errors(step);
    const both: Pair = [error[0] + rounding[0], error[1] + rounding[1]];
    return distanceOf(this.line, this.first, both).worst;
  }

  /** How far each step is from the minimum along each axis. */
  private errors(step: number): Pair {
    const powers = this.powers(step);
    const began = this.overRoots(this.first);
    return this.each((j) => (began[j] === 0 ? 0 : Math.abs(powers[j].left) * Math.abs(began[j])));
  }

  /**
   * From the start, and from the minimum once that is nearer: a start that is far away would
   * else leave its rounding behind.
   */
  private params(powers: readonly [Power, Power]): number[] {
    const { axes, roots, offset, sloped } = this.line;
    const moved = this.each((j) =>
      this.first[j] === 0 ? 0 : powers[j].moved * (roots[j] * this.first[j]),
    );
    const near = this.each((j) => (Math.abs(powers[j].left) < NEAR && sloped[j] ? 1 : 0));
    if (near[0] === 0 && near[1] === 0) {
      const whole = turned(axes, moved);
      return [this.start[0] - whole[0], this.start[1] - whole[1]];
    }
    const began = alongAxes(axes, this.start);
    const minimum = this.overRoots(offset);
    const away = this.overRoots(this.first);
    return turned(
      axes,
      this.each((j) => (near[j] ? minimum[j] + powers[j].left * away[j] : began[j] - moved[j])),
    );
  }

  private overRoots(along: Pair): Pair {
    return this.each((j) => (this.line.sloped[j] ? along[j] / this.line.roots[j] : 0));
  }

  private powers(step: number): [Power, Power] {
    return [this.power(this.curvatures[0], step), this.power(this.curvatures[1], step)];
  }

  private power(curvature: number, step: number): Power {
    const speed = this.rate * curvature;
    const left = share(speed, step);
    if (!(curvature > 0)) return { left, moved: step * this.rate };
    const gone = speed <= NEAR ? -Math.expm1(step * Math.log1p(-speed)) : 1 - left;
    return { left, moved: gone / curvature };
  }

  private each(value: (axis: 0 | 1) => number): [number, number] {
    return [value(0), value(1)];
  }
}

/** (1 - αλ)ᵏ, by the logarithm where a power would lose digits. */
function share(speed: number, step: number): number {
  if (speed <= NEAR) return Math.exp(step * Math.log1p(-speed));
  if (speed < 2 - NEAR) return (1 - speed) ** step;
  return (step % 2 === 0 ? 1 : -1) * Math.exp(step * Math.log1p(speed - 2));
}

/** The least k in 0..last with condition(k), which stays true once it is; else `last`. */
function firstTrue(condition: (step: number) => boolean, last: number): number {
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (condition(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
