/** Plain gradient descent on a problem, with what is known of the cost where it went. */
import type { Bug } from "../wire/setting";
import { gradientWith } from "./bugs";
import { exactWalk } from "./exact";
import { curvatures, sharpness, type Line, type Pair } from "./line";
import type { Problem } from "./problem";
import type { Column, Spectrum, Trace, TraceFacts } from "./trace";
import { adaptiveRate, walk, type Walk } from "./walk";

const FLAT = 1e-14;

/**
 * The record of a line from (w, b); without a fault in closed form, as Python does.
 *
 * rate null: one over the sharpness.
 */
export function descendLine(
  line: Line,
  bug: Bug,
  start: Pair,
  asked: number | null,
  steps: number,
): Trace {
  const rate = asked ?? 1 / sharpness(line);
  if (bug === "none") {
    const exact = exactWalk(line, start, rate, steps);
    const facts = { ...lineFacts(line), column: columnOf(line) };
    return { ...exact, facts: { ...facts, worstParameter: exact.worstParameter } };
  }
  const used = gradientWith(bug, line, line.statistics.rows, rate);
  return { ...walk(line, used, start, () => rate, steps), facts: lineFacts(line) };
}

/** The record of any problem; rate null: adaptive, as Python does where no bowl is known. */
export function descendOn(
  problem: Problem,
  bug: Bug,
  start: readonly number[],
  asked: number | null,
  steps: number,
): Trace {
  const used = gradientWith(bug, problem, 1, asked ?? 0);
  const rate = asked === null ? adaptiveRate() : (): number => asked;
  const path = walk(problem, used, start, rate, steps);
  return { ...path, facts: { ...problem.known, ...localFacts(problem, path) } };
}

/** Sharpness and its like of a bowl, the same everywhere. */
function lineFacts(line: Line): TraceFacts {
  const [steep, flat] = curvatures(line);
  const hessian: Spectrum = { curvatures: [flat, steep], axes: [line.axes[1], line.axes[0]] };
  return {
    sharpness: steep,
    smallestEigenvalue: flat,
    conditionNumber: line.sloped[1] ? steep / flat : 1,
    largestStableRate: 2 / steep,
    minimum: line.minimum,
    minimumLoss: line.minimumLoss,
    hessian,
  };
}

function columnOf(line: Line): Column {
  const { meanX, spreadX } = line.statistics;
  const column = { mean: meanX, spread: spreadX };
  return line.sloped[1] ? { ...column, conditionStandardised: 1 } : column;
}

/** Curvature of one parameter at the lowest step; nothing where it is not finite. */
function localFacts(problem: Problem, path: Walk): TraceFacts {
  const params = path.params[lowestRow(path)]!;
  const curvature = problem.hessian(params)[0]![0]!;
  if (!params.every(Number.isFinite) || !Number.isFinite(curvature)) return {};
  const facts: TraceFacts = {
    sharpness: curvature,
    smallestEigenvalue: curvature,
    hessian: { curvatures: [curvature], axes: [[1]] },
  };
  if (!(curvature > 0)) return facts;
  const sloped = curvature > FLAT * Math.abs(curvature);
  return { ...facts, largestStableRate: 2 / curvature, ...(sloped ? { conditionNumber: 1 } : {}) };
}

/** Of the finite ones the first with the least J; the first of all where none is finite. */
function lowestRow(path: Walk): number {
  let lowest = -1;
  path.loss.forEach((loss, row) => {
    if (!Number.isFinite(loss) || !path.params[row]!.every(Number.isFinite)) return;
    if (lowest < 0 || loss < path.loss[lowest]!) lowest = row;
  });
  return Math.max(lowest, 0);
}
