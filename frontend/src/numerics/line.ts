/**
 * The line through points: J(w, b) = 1/(2m) Σ (w x + b - y)², a bowl that is known exactly.
 *
 * As `steepest.objective.bowl`: J(θ) = floor + ½ ‖s·(Vᵀθ) - c‖², with orthonormal axes V and
 * curvatures λ = s². Nothing divides by a small λ, so that flat bowls are as exact as round ones.
 */
import type { Problem } from "./problem";
import { statisticsOf, type Statistics } from "./statistics";

const ROUND = 64 * Number.EPSILON;

/** Two numbers: one a parameter (w, b), or one an axis of the bowl, the steepest first. */
export type Pair = readonly [number, number];

export interface Line extends Problem {
  readonly names: readonly ["w", "b"];
  readonly statistics: Statistics;
  /** The axes of the bowl, unit vectors in (w, b), the steepest first. */
  readonly axes: readonly [Pair, Pair];
  /** s, the square roots of the curvatures, falling. */
  readonly roots: Pair;
  /** c. */
  readonly offset: Pair;
  /** The part of J that no parameters can reduce. */
  readonly floor: number;
  /** Whether each axis is curved; the second is flat where all x are the same. */
  readonly sloped: readonly [boolean, boolean];
  readonly minimum: Pair;
  readonly minimumLoss: number;
}

/** The line over rows with the feature x and the target y, in the coordinates of x as given. */
export function lineOf(x: readonly number[], y: readonly number[]): Line {
  const statistics = statisticsOf(x, y);
  const { rows, meanX, meanY, spreadX, slope, misfit } = statistics;
  const axes = axesOf(meanX, spreadX);
  const steepest = Math.hypot(meanX * axes[0][0] + axes[0][1], spreadX * axes[0][0]);
  // The design [[mean, 1], [spread, 0]] has the determinant -spread: no digit is lost in it.
  const roots: Pair = [steepest, spreadX / steepest];
  const across = (meanX * axes[0][0] + axes[0][1]) / steepest;
  const up = (spreadX * axes[0][0]) / steepest;
  const target: Pair = [meanY, slope * spreadX];
  const offset: Pair = [across * target[0] + up * target[1], up * target[0] - across * target[1]];
  const noise = Math.max(rows, 3) * Number.EPSILON;
  const sloped = [true, spreadX > noise * Math.hypot(meanX, spreadX)] as const;
  const minimum = turned(axes, [offset[0] / roots[0], sloped[1] ? offset[1] / roots[1] : 0]);
  const floor = 0.5 * misfit * misfit;
  const minimumLoss = floor + (sloped[1] ? 0 : 0.5 * offset[1] ** 2);
  const bowl = { axes, roots, offset, floor };
  return {
    ...bowl,
    names: ["w", "b"],
    statistics,
    sloped,
    minimum,
    minimumLoss,
    known: { minimum, minimumLoss },
    value: (params) => lossOf(bowl, residual(bowl, params)),
    gradient: (params) => gradientOf(bowl, residual(bowl, params)),
    hessian: () => hessianOf(bowl),
  };
}

/** λ of both axes, falling. */
export function curvatures(line: Line): Pair {
  return [line.roots[0] ** 2, line.roots[1] ** 2];
}

/** λ_max. */
export function sharpness(line: Line): number {
  return line.roots[0] ** 2;
}

/** What `residual` and all that follows from it need. */
export type Bowl = Pick<Line, "axes" | "roots" | "offset" | "floor">;

/** s·(Vᵀθ) - c. */
export function residual(bowl: Bowl, params: readonly number[]): Pair {
  const [first, second] = bowl.axes;
  const w = params[0]!;
  const b = params[1]!;
  return [
    (w * first[0] + b * first[1]) * bowl.roots[0] - bowl.offset[0],
    (w * second[0] + b * second[1]) * bowl.roots[1] - bowl.offset[1],
  ];
}

/** J where the residual is this one. */
export function lossOf(bowl: Bowl, left: Pair): number {
  return bowl.floor + 0.5 * (left[0] ** 2 + left[1] ** 2);
}

/** The gradient (w, b) where the residual is this one. */
export function gradientOf(bowl: Bowl, left: Pair): [number, number] {
  return turned(bowl.axes, [bowl.roots[0] * left[0], bowl.roots[1] * left[1]]);
}

/** From coordinates along the axes to (w, b). */
export function turned(axes: Bowl["axes"], along: Pair): [number, number] {
  return [
    axes[0][0] * along[0] + axes[1][0] * along[1],
    axes[0][1] * along[0] + axes[1][1] * along[1],
  ];
}

/** From (w, b) to coordinates along the axes. */
export function alongAxes(axes: Bowl["axes"], params: readonly number[]): [number, number] {
  return [
    axes[0][0] * params[0]! + axes[0][1] * params[1]!,
    axes[1][0] * params[0]! + axes[1][1] * params[1]!,
  ];
}

/** Eigenvectors of [[mean² + spread², mean], [mean, 1]], the steepest first. */
function axesOf(meanX: number, spreadX: number): [Pair, Pair] {
  const apart = meanX * meanX + spreadX * spreadX - 1;
  // A bowl that is round but for rounding has no axes: those of the parameters are as good.
  const round = Math.hypot(2 * meanX, apart) <= ROUND;
  const angle = round ? 0 : 0.5 * Math.atan2(2 * meanX, apart);
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return [
    [cosine, sine],
    [-sine, cosine],
  ];
}

function hessianOf(bowl: Bowl): number[][] {
  const [[a, b], [c, d]] = bowl.axes;
  const [steep, flat] = [bowl.roots[0] ** 2, bowl.roots[1] ** 2];
  const mixed = steep * a * b + flat * c * d;
  return [
    [steep * a * a + flat * c * c, mixed],
    [mixed, steep * b * b + flat * d * d],
  ];
}
