/**
 * The changes of the loss, against what the gradients say that they should be; as
 * `steepest.diagnosis.gradients.slopes`.
 *
 * Between two rows the loss changes by the trapezoid ½(g + g')·Δθ: exactly on a bowl, and
 * elsewhere but for the change of the curvature, which the neighbouring moves show.
 */
import type { Moves } from "./moves";
import { resolution } from "./resolution";
import { count, dot, largest, median, range } from "./sums";

const ROWS = 1000;
export const CERTAIN = 3;
const FLOOR = 1e-4;
const TINY = 1e-7;
const FEW = 0.05;
const BOUNCED = 0.25;

/** Pairs of neighbouring rows in which something changes beyond rounding: n of them. */
export interface Slopes {
  /** Of the loss, minus the trapezoid. */
  readonly missed: readonly number[];
  readonly changes: readonly number[];
  readonly steps: readonly (readonly number[])[];
  /** Which row each pair begins at. */
  readonly first: readonly number[];
  /** What each coordinate should contribute to the change of the loss. */
  readonly parts: readonly (readonly number[])[];
  /** The parameters half-way. */
  readonly place: readonly (readonly number[])[];
  /** One over the difference to be expected. */
  readonly weight: readonly number[];
  /** `missed` in units of what is to be expected. */
  readonly rest: readonly number[];
  /** Whether loss and gradient go together. */
  readonly agree: boolean;
}

/** Whether all but a few lie within three times what is to be expected. */
export function fits(rest: readonly number[]): boolean {
  const beyond = count(rest, (value) => Math.abs(value) > CERTAIN);
  return beyond <= Math.max(FEW * rest.length, Math.min(3, Math.floor(rest.length / 3)));
}

/** Of up to a thousand pairs; `miss`: of a field that is linear. Null where too little changes. */
export function slopesOf(
  moves: Moves,
  loss: readonly number[],
  miss: number | null,
): Slopes | null {
  const pairs = moves.steps().length;
  const every = Math.max(1, Math.ceil(pairs / ROWS));
  const first = range(pairs).filter((i) => i % every === 0);
  const gradient = first.map((i) =>
    moves.gradient[i]!.map((slope, j) => 0.5 * (slope + moves.gradient[i + 1]![j]!)),
  );
  const changes = first.map((i) => loss[i + 1]! - loss[i]!);
  const parts = first.map((i, k) => moves.steps()[i]!.map((step, j) => gradient[k]![j]! * step));
  const size = changes.map((change, k) =>
    parts[k]!.reduce((sum, part) => sum + Math.abs(part), Math.abs(change)),
  );
  const rounding = roundingOf(moves, loss, first, gradient);
  const bent = miss === null ? quadrature(moves) : [];
  const allowed = first.map((i, k) => {
    const inexact =
      miss === null ? 2 * bent[i]! + FLOOR * size[k]! : (miss * moves.lengths()[i]! ** 2) / 12;
    return rounding[k]! + inexact + TINY * size[k]!;
  });
  const felt = range(first.length).filter(
    (k) =>
      Number.isFinite(size[k]!) &&
      Number.isFinite(allowed[k]!) &&
      size[k]! > CERTAIN * rounding[k]! &&
      size[k]! > 0,
  );
  if (felt.length < 3) return null;
  const missed = felt.map((k) => changes[k]! - parts[k]!.reduce((sum, part) => sum + part, 0));
  const weight = felt.map((k) => 1 / allowed[k]!);
  const rest = missed.map((value, n) => value * weight[n]!);
  return {
    missed,
    changes: felt.map((k) => changes[k]!),
    steps: felt.map((k) => moves.steps()[first[k]!]!),
    first: felt.map((k) => first[k]!),
    parts: felt.map((k) => parts[k]!),
    place: felt.map((k) => halfWay(moves, first[k]!)),
    weight,
    rest,
    agree: fits(rest),
  };
}

function halfWay(moves: Moves, row: number): number[] {
  return moves.params[row]!.map((value, j) => 0.5 * (value + moves.params[row + 1]![j]!));
}

/** Of both losses, and of the moves and gradients in the trapezoid. */
function roundingOf(
  moves: Moves,
  loss: readonly number[],
  first: readonly number[],
  gradient: readonly (readonly number[])[],
): number[] {
  const params = moves.paramsRounding();
  const slopes = moves.gradientRounding();
  const ofLoss = resolution(loss, moves.params);
  return first.map((i, k) => {
    let square = 0;
    gradient[k]!.forEach((slope, j) => {
      const shifted = Math.abs(slope) * (params[i + 1]![j]! + params[i]![j]!);
      const turned = Math.abs(moves.steps()[i]![j]!) * 0.5 * (slopes[i + 1]![j]! + slopes[i]![j]!);
      square += shifted ** 2 + turned ** 2;
    });
    return ofLoss[i + 1]! + ofLoss[i]! + Math.sqrt(square);
  });
}

/**
 * A twelfth of the change of the curvature along each move, times its length squared (Davis and
 * Rabinowitz 1984, section 2.1); where a path bounces back over the same ground, which tells
 * nothing of that, at least a quarter of what the slope changes by.
 */
function quadrature(moves: Moves): number[] {
  const curvature = moves.curvature();
  const lengths = moves.lengths();
  const jump = (i: number): number => zeroed(Math.abs(curvature[i + 1]! - curvature[i]!));
  const change = lengths.map((_, i) =>
    Math.max(i + 1 < lengths.length ? jump(i) : 0, i > 0 ? jump(i - 1) : 0),
  );
  const pace = change.map((value, i) => value / lengths[i]!).filter(Number.isFinite);
  const usual = pace.length > 0 ? median(pace) : 0;
  return lengths.map((length, i) => {
    const bent = (Math.max(change[i]!, usual * length) * length ** 2) / 12;
    if (!bounces(moves, i)) return bent;
    return Math.max(bent, BOUNCED * Math.abs(zeroed(curvature[i]!)) * length ** 2);
  });
}

/** Whether a move mostly undoes the one before it. */
function bounces(moves: Moves, i: number): boolean {
  if (i === 0) return false;
  const cosine = dot(moves.steps()[i]!, moves.steps()[i - 1]!);
  return cosine / (moves.lengths()[i]! * moves.lengths()[i - 1]!) < -0.5;
}

/** As numpy's nan_to_num. */
function zeroed(value: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
}

/** The median size of what is missed. */
export function medianMissed(slopes: Slopes): number {
  return median(slopes.missed.map(Math.abs));
}

/** Of a list of rows, the largest entry. */
export function largestSize(values: readonly number[]): number {
  return largest(values.map(Math.abs));
}
