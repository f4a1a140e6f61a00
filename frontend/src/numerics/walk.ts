/** Descent step by step, for every gradient that has no shorter way; as in `steepest.descent`. */
import type { UsedGradient } from "./bugs";
import type { Problem } from "./problem";
import { counted, general, whole } from "./readable";
import { isKept } from "./schedule";
import type { Stop, Trace } from "./trace";

/** The rate of the step that leaves from here. */
export type Rate = (params: readonly number[], gradient: readonly number[]) => number;

/** The rows of a walk and why it ended; facts are for who knows the cost. */
export type Walk = Omit<Trace, "facts">;

interface Row {
  readonly step: number;
  readonly loss: number;
  readonly rate: number;
  readonly params: readonly number[];
  readonly gradient: readonly number[];
}

/** θ := θ - α g for so many steps, or until a number is not finite or the rate is spent. */
export function walk(
  problem: Problem,
  used: UsedGradient,
  start: readonly number[],
  rateAt: Rate,
  steps: number,
): Walk {
  const rows: Row[] = [];
  const lost = { lowest: null as Row | null, highest: null as Row | null };
  let params = start;
  let last: Row | null = null;
  for (let step = 0; ; step++) {
    const gradient = used(params);
    const rate = rateAt(params, gradient);
    const row = { step, loss: problem.value(params), rate, params, gradient };
    if (lost.lowest === null || row.loss < lost.lowest.loss) lost.lowest = row;
    if (lost.highest === null || row.loss > lost.highest.loss) lost.highest = row;
    const stop = stopAfter(row, last, steps);
    if (isKept(step) || stop !== null) rows.push(row);
    if (stop !== null) return walked(problem.names, withExtremes(rows, lost), stop);
    params = params.map((value, j) => value - row.rate * gradient[j]!);
    last = row;
  }
}

const FEELER = 1e-6;
/** The second step is no longer than the parameters are large, also where all is flat. */
const FIRST_GROWTH = FEELER ** -2;

/**
 * A rate from the curvature met on the way (Malitsky and Mishchenko 2020, "Adaptive gradient
 * descent without descent", algorithm 1): what Python takes where no rate is asked for.
 */
export function adaptiveRate(): Rate {
  let last: { params: readonly number[]; gradient: readonly number[]; rate: number } | null = null;
  let growth = FIRST_GROWTH;
  return (params, gradient) => {
    const rate =
      last === null ? firstRate(params, gradient) : nextRate(last, params, gradient, growth);
    if (last !== null) growth = last.rate > 0 ? rate / last.rate : 1;
    last = { params, gradient, rate };
    return rate;
  };
}

function firstRate(params: readonly number[], gradient: readonly number[]): number {
  const norm = length(gradient);
  return norm > 0 ? (FEELER * (1 + length(params))) / norm : 1;
}

function nextRate(
  last: { params: readonly number[]; gradient: readonly number[]; rate: number },
  params: readonly number[],
  gradient: readonly number[],
  growth: number,
): number {
  const moved = length(params.map((value, j) => value - last.params[j]!));
  const turned = length(gradient.map((slope, j) => slope - last.gradient[j]!));
  const local = turned > 0 ? moved / (2 * turned) : Infinity;
  const rate = Math.min(Math.sqrt(1 + growth) * last.rate, local);
  return Number.isFinite(rate) ? rate : last.rate;
}

/** As numpy's norm: unlike Math.hypot it underflows to 0, which ends a walk at the same step. */
function length(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function stopAfter(row: Row, last: Row | null, steps: number): Stop | null {
  const at = `at step ${whole(row.step)}`;
  if (!Number.isFinite(row.loss)) {
    return broken(`the loss became ${kind(row.loss)} ${at}`);
  }
  if (!row.gradient.every(Number.isFinite)) {
    const size = row.gradient.reduce((sum, slope) => sum + Math.abs(slope), 0);
    return broken(`the gradient became ${kind(size)} ${at}`);
  }
  if (isSpent(row, last)) return { reason: "budget", because: spent(row), bound: null };
  if (row.step < steps) return null;
  const because = `${counted(steps, "step")} done, as many as were allowed`;
  return { reason: "budget", because, bound: null };
}

/** Whether the learning rate fell so far that steps no longer move the parameters. */
function isSpent(row: Row, last: Row | null): boolean {
  if (last === null || !(row.rate < last.rate || row.rate === 0)) return false;
  return row.params.every((value, j) => value === last.params[j]);
}

function spent({ rate, step }: Row): string {
  const fallen = `the learning rate has fallen to ${general(rate, 2)}`;
  return `${fallen}, at which steps no longer move the parameters, by step ${whole(step)}`;
}

function broken(because: string): Stop {
  return { reason: "non_finite", because, bound: null };
}

function kind(value: number): string {
  return Number.isNaN(value) ? "NaN" : "infinite";
}

function withExtremes(
  rows: readonly Row[],
  lost: { readonly lowest: Row | null; readonly highest: Row | null },
): readonly Row[] {
  const missing = [lost.lowest, lost.highest].filter(
    (row): row is Row => row !== null && !rows.includes(row),
  );
  return missing.length === 0 ? rows : [...rows, ...missing].sort((a, b) => a.step - b.step);
}

function walked(names: readonly string[], rows: readonly Row[], stop: Stop): Walk {
  return {
    names,
    step: rows.map((row) => row.step),
    loss: rows.map((row) => row.loss),
    rate: rows.map((row) => row.rate),
    params: rows.map((row) => row.params),
    gradient: rows.map((row) => row.gradient),
    stop,
  };
}
