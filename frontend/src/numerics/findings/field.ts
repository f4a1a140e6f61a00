/**
 * The linear field that the gradients along a path describe, g = A θ + c; as
 * `steepest.diagnosis.gradients.secant_field`, for few parameters.
 */
import { decompose } from "./algebra";
import type { Moves } from "./moves";
import { count, dot, largest, norm, range } from "./sums";
import { NOISE, partOf, turnsOf, type Turns } from "./turns";

const LINEAR = 1e-3;
const INSIDE = 1e-4;
const STEEPER = 3;
const LOPSIDED = 0.7;
const TESTED = 3;

export interface Field {
  /** r orthonormal directions, each of p numbers, and what A does to each of them. */
  readonly axes: readonly (readonly number[])[];
  readonly images: readonly (readonly number[])[];
  readonly noise: readonly number[];
  /** By how much one part of the path misses the turns of the rest, per length. */
  readonly miss: number;
  readonly linear: boolean;
  /** ‖A - A'‖ / ‖A + A'‖ on the path's directions: 0 for the Hessian of any loss. */
  readonly asymmetry: number;
}

/** Null where too little moved or turned. */
export function fieldOf(moves: Moves): Field | null {
  const turns = turnsOf(moves);
  if (turns === null) return null;
  const whole = fitted(turns);
  if (whole === null) return null;
  const miss = missOf(turns);
  const linear = miss < LINEAR * turns.largest && plausible(whole, turns);
  return { ...whole, miss, linear };
}

/** A field far steeper than any move, or far from symmetric, was fitted to a changing curvature. */
function plausible(field: Field, turns: Turns): boolean {
  return steepestOf(innerOf(field)) <= STEEPER * turns.largest && field.asymmetry < LOPSIDED;
}

/** A on the path's own directions, row by row. */
function innerOf(field: Pick<Field, "axes" | "images">): number[][] {
  return field.axes.map((axis) => field.images.map((image) => dot(axis, image)));
}

/** The largest modulus of an eigenvalue. */
function steepestOf(inner: readonly (readonly number[])[]): number {
  if (inner.length === 1) return Math.abs(inner[0]![0]!);
  const [[a, b], [c, d]] = inner as [[number, number], [number, number]];
  const half = 0.5 * (a + d);
  const inside = 0.25 * (a - d) ** 2 + b * c;
  return inside < 0 ? Math.hypot(half, Math.sqrt(-inside)) : Math.abs(half) + Math.sqrt(inside);
}

/** Weighted by how well each row is known; directions known to a hundredth are kept. */
function fitted(turns: Turns): Field | null {
  const raw = turns.noise.map((noise) => 1 / (noise + 1e-12 * turns.largest));
  const most = largest(raw);
  const weight = raw.map((value) => Math.max(value / most, 1e-6));
  const places = range(turns.unit[0]!.length);
  const columns = places.map((j) => turns.unit.map((row, n) => row[j]! * weight[n]!));
  if (!columns.every((column) => column.every(Number.isFinite))) return null;
  const { left, sizes, right } = decompose(columns);
  const spread = sizes.map(
    (size, k) => norm(left[k]!.map((value, n) => value * weight[n]! * turns.noise[n]!)) / size,
  );
  const kept = range(sizes.length).filter(
    (k) => spread[k]! < NOISE * turns.largest && sizes[k]! > 1e-10 * sizes[0]!,
  );
  if (kept.length === 0) return null;
  const axes = kept.map((k) => right[k]!);
  const images = kept.map((k) =>
    places.map((j) => {
      const share = (n: number): number => weight[n]! * (left[k]![n]! / sizes[k]!);
      return turns.turn.reduce((sum, row, n) => sum + row[j]! * share(n), 0);
    }),
  );
  return {
    axes,
    images,
    noise: kept.map((k) => spread[k]!),
    miss: Infinity,
    linear: false,
    asymmetry: asymmetryOf(innerOf({ axes, images })),
  };
}

function asymmetryOf(inner: readonly (readonly number[])[]): number {
  const both = (sign: number): number =>
    norm(inner.flatMap((row, i) => row.map((value, j) => value + sign * inner[j]![i]!)));
  const total = both(1);
  return total > 0 ? both(-1) / total : 0;
}

/** The most by which each half of the path misses the turns of the other. */
function missOf(turns: Turns): number {
  const cut = Math.floor(turns.unit.length / 2);
  const early = partOf(turns, 0, cut);
  const late = partOf(turns, cut, turns.unit.length);
  const seen = [misses(early, late), misses(late, early)].filter((miss) => miss !== null);
  return seen.length > 0 ? Math.max(...seen) : Infinity;
}

function misses(known: Turns, other: Turns): number | null {
  if (known.unit.length < 2) return null;
  const field = fitted(known);
  if (field === null) return null;
  if (field.axes.length >= known.unit.length && known.unit.length > 2) return null;
  const tests = other.unit.map((unit, n) => {
    const inside = field.axes.map((axis) => dot(axis, unit));
    const outside = Math.sqrt(Math.max(0, 1 - dot(inside, inside)));
    const rest = norm(
      other.turn[n]!.map(
        (v, j) =>
          v -
          dot(
            inside,
            field.images.map((image) => image[j]!),
          ),
      ),
    );
    const blur = 3 * (other.noise[n]! + dot(inside.map(Math.abs), field.noise));
    const tested = outside < INSIDE && blur < NOISE * known.largest;
    return { tested, miss: Math.max(rest - blur, 0) };
  });
  if (count(tests, (test) => test.tested) < TESTED) return null;
  return largest(tests.filter((test) => test.tested).map((test) => test.miss));
}
