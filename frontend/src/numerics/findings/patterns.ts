/**
 * What each fault of a gradient would leave between the changes of the loss and its slopes, and
 * which of them do; as `steepest.diagnosis.gradients.patterns` and `fitted_patterns`.
 */
import { leastSquares } from "./algebra";
import type { Field } from "./field";
import type { Moves } from "./moves";
import { foretoldSequences, freeSequences } from "./sequence";
import { CERTAIN, fits, largestSize, type Slopes } from "./slopes";
import { count, median, norm, range } from "./sums";

export const EXPLAINED = 0.05;
export const SAME = 0.02;
export const SPARE = 3;
const FORETOLD = 0.3;
const NOTHING = 1e-7;
const MOST_LEFT = 0.5;
const OFF = 0.2;
const ALIKE_FACTORS = 0.1;
const TIGHT = 1e-10;
const LOOSE = 1e-4;
const STEEPER = 3;

export type FaultKind =
  "scale" | "l2" | "l1" | "constant" | "coupling" | "sequential" | "zero" | "accumulated";

/** One fault of the gradients. */
export interface Fault {
  readonly kind: FaultKind;
  /** Which entries of the gradient it is in. */
  readonly coordinates: readonly number[];
  /** scale: the factor; l2, l1, constant: the strength of the term that is missing. */
  readonly values: readonly number[];
  /** The share of the differences that it leaves. */
  readonly unexplained: number;
  /** Whether what it leaves is no more than is to be expected. */
  readonly within: boolean;
}

interface Pattern {
  readonly kind: FaultKind;
  readonly coordinates: readonly number[];
  readonly columns: readonly (readonly number[])[];
  /** The one number must come out as 1. */
  readonly foretold: boolean;
}

/** Faults of one unknown number that explain the differences, the commonest first. */
export function simpleFaults(slopes: Slopes, moves: Moves, field: Field | null): Fault[] {
  const all = range(moves.params[0]!.length);
  const groups = all.length > 1 ? [all, ...all.map((one) => [one])] : [all];
  const free = all.length === 2 ? freeSequences(slopes, moves) : [];
  const patterns = [
    ...groups.map((group) => pattern("scale", group, [over(slopes.parts, group)])),
    ...foretoldSequences(slopes, moves, field).map(({ later, columns }) =>
      pattern("sequential", [later], columns, true),
    ),
    ...free.map(({ later, columns }) => pattern("sequential", [later], columns)),
    ...penalties(slopes, groups),
    ...all.map((one) => pattern("constant", [one], [slopes.steps.map((step) => step[one]!)])),
  ];
  return tried(patterns, slopes, moves.steepest());
}

/** Faults of several unknown numbers. */
export function compoundFaults(slopes: Slopes, moves: Moves): Fault[] {
  const all = range(moves.params[0]!.length);
  if (all.length < 2) return [];
  const around = (step: readonly number[], n: number, one: number): number[] =>
    [...slopes.place[n]!, 1].map((value) => value * step[one]!);
  const patterns = [
    pattern(
      "scale",
      all,
      all.map((j) => slopes.parts.map((part) => part[j]!)),
    ),
    ...freeSequences(slopes, moves).map(({ later, columns }) =>
      pattern("sequential", [later], columns),
    ),
    pattern(
      "constant",
      all,
      all.map((j) => slopes.steps.map((step) => step[j]!)),
    ),
    ...all.map((one) => {
      const rows = slopes.steps.map((step, n) => around(step, n, one));
      const columns = range(all.length + 1).map((k) => rows.map((row) => row[k]!));
      return pattern("coupling", [one], columns);
    }),
  ];
  return tried(patterns, slopes, moves.steepest());
}

function pattern(
  kind: FaultKind,
  coordinates: readonly number[],
  columns: readonly (readonly number[])[],
  foretold = false,
): Pattern {
  return { kind, coordinates, columns, foretold };
}

/** The slope of a ridge and of a lasso penalty, on all parameters or on one. */
function penalties(slopes: Slopes, groups: readonly (readonly number[])[]): Pattern[] {
  return groups.flatMap((group) => {
    const term = (of: (value: number) => number): number[] =>
      slopes.steps.map((step, n) =>
        group.reduce((sum, j) => sum + of(slopes.place[n]![j]!) * step[j]!, 0),
      );
    return [
      pattern("l2", group, [term((value) => value)]),
      pattern("l1", group, [term(Math.sign)]),
    ];
  });
}

function over(parts: Slopes["parts"], group: readonly number[]): number[] {
  return parts.map((part) => group.reduce((sum, j) => sum + part[j]!, 0));
}

function tried(patterns: readonly Pattern[], slopes: Slopes, steepest: number): Fault[] {
  return patterns.flatMap((each) => {
    const columns = each.columns.map((column) =>
      column.map((value, n) => value * slopes.weight[n]!),
    );
    const numbers = numbersOf(columns, slopes, each);
    if (numbers === null) return [];
    const left = slopes.rest.map((value, n) =>
      columns.reduce((rest, column, k) => rest - column[n]! * numbers[k]!, value),
    );
    const unexplained = norm(left) / norm(slopes.rest);
    const fault =
      each.kind === "sequential"
        ? inTurn(each, numbers, unexplained, fits(left), steepest)
        : off(each, numbers, unexplained, fits(left));
    return fault === null ? [] : [fault];
  });
}

/** Many numbers, or one of many kinds, explain any few pairs that differ: there have to be more. */
function numbersOf(
  columns: readonly (readonly number[])[],
  slopes: Slopes,
  { kind, coordinates }: Pattern,
): number[] | null {
  const unknown = columns.length;
  const differ = count(slopes.rest, (value) => Math.abs(value) > CERTAIN);
  const everywhere = coordinates.length === slopes.steps[0]!.length;
  const common = unknown === 1 && kind === "scale" && everywhere;
  if (slopes.rest.length <= SPARE * unknown || (!common && differ < SPARE * unknown)) return null;
  const sizes = columns.map(norm);
  const alike = columns.map((column, k) => column.map((value) => value / sizes[k]!));
  if (![...alike, slopes.rest].every((column) => column.every(Number.isFinite))) return null;
  const { numbers, rank } = leastSquares(alike, slopes.rest, kind === "sequential" ? LOOSE : TIGHT);
  if (rank !== unknown && kind !== "sequential") return null;
  return numbers.map((value, k) => value / sizes[k]!);
}

/** Found where what was foretold is there, or a Hessian no steeper than the path explains. */
function inTurn(
  { foretold, coordinates }: Pattern,
  numbers: readonly number[],
  unexplained: number,
  within: boolean,
  steepest: number,
): Fault | null {
  const found = foretold
    ? Math.abs(numbers[0]! - 1) < FORETOLD && (unexplained < FORETOLD || within)
    : largestSize(numbers) < STEEPER * steepest && unexplained < FORETOLD / 2;
  if (!found) return null;
  return { kind: "sequential", coordinates, values: numbers, unexplained, within: true };
}

/** Found where little is left; a factor has to be clearly away from 1. */
function off(
  { kind, coordinates }: Pattern,
  numbers: readonly number[],
  unexplained: number,
  within: boolean,
): Fault | null {
  if (!(unexplained < EXPLAINED || (within && unexplained < MOST_LEFT))) return null;
  if (kind !== "scale") return { kind, coordinates, values: numbers, unexplained, within };
  if (numbers.some((value) => Math.abs(1 + value) < NOTHING)) return null;
  const factors = numbers.map((value) => 1 / (1 + value));
  const away = range(factors.length).filter(
    (k) => Math.abs(factors[k]! - 1) > (within ? SAME : OFF),
  );
  if (away.length === 0) return null;
  const common = median(away.map((k) => factors[k]!));
  // a bug is one factor in some coordinates, not one for each
  const apart = ALIKE_FACTORS * Math.abs(common);
  if (away.some((k) => Math.abs(factors[k]! - common) > apart)) return null;
  const which = numbers.length > 1 ? away.map((k) => coordinates[k]!) : coordinates;
  return { kind: "scale", coordinates: which, values: [common], unexplained, within };
}
