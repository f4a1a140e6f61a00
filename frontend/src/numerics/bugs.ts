/** Faults put into a gradient, one by one, for the diagnosis to find. */
import type { Bug } from "../wire/setting";
import type { Problem } from "./problem";

/** params -> the gradient that the loop uses. */
export type UsedGradient = (params: readonly number[]) => number[];

/**
 * The gradient of a problem with a fault in it.
 *
 * sign: turned; factor: the 1/m forgotten, so that it is `rows` times too long; bias: nothing
 * for the last parameter; order: each entry worked out after the ones before have moved at
 * this rate.
 */
export function gradientWith(bug: Bug, problem: Problem, rows: number, rate: number): UsedGradient {
  const exact = (params: readonly number[]): number[] => problem.gradient(params);
  switch (bug) {
    case "none":
      return exact;
    case "sign":
      return (params) => exact(params).map((slope) => -slope);
    case "factor":
      return (params) => exact(params).map((slope) => rows * slope);
    case "bias":
      return (params) => exact(params).map((slope, j, all) => (j === all.length - 1 ? 0 : slope));
    case "order":
      return (params) => oneAfterTheOther(exact, params, rate);
  }
}

function oneAfterTheOther(exact: UsedGradient, params: readonly number[], rate: number): number[] {
  const moved = [...params];
  return params.map((value, j) => {
    const slope = exact(moved)[j]!;
    moved[j] = value - rate * slope;
    return slope;
  });
}
