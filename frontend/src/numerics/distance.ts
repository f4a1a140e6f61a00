/**
 * How far parameters are from the bottom of the bowl, and how far rounding may have moved it;
 * as `steepest.objective.distance` and `rounding`, so that the bounds are the same numbers.
 */
import { alongAxes, type Line, type Pair } from "./line";

const TINY = 1e-9;
const NOISE = 10;
const UNIT = Number.EPSILON / 2;
const CHUNK = 16_384;
const LEAF = 64;
const QR_ROWS = 4_096;
const SAFE = 1e-11;

/**
 * whole: ‖θ - θ*‖ / ‖θ*‖, relative to where it began where the minimum is at the origin;
 * worst: the largest relative error of a parameter that is not next to nothing.
 */
export interface Distance {
  readonly whole: number;
  readonly worst: number;
}

/** From |θ - θ*| along each axis, for a descent whose first residual is `first`. */
export function distanceOf(line: Line, first: Pair, error: Pair): Distance {
  const scale = scaleOf(line, first);
  if (scale === 0) return { whole: 0, worst: 0 };
  let worst = 0;
  for (const j of [0, 1] as const) {
    const size = Math.abs(line.minimum[j]);
    if (!(size > TINY * scale)) continue;
    const { axes } = line;
    const each = Math.abs(axes[0][j]) * error[0] + Math.abs(axes[1][j]) * error[1];
    worst = Math.max(worst, each / size);
  }
  return { whole: Math.hypot(...error) / scale, worst };
}

function scaleOf(line: Line, first: Pair): number {
  const size = Math.hypot(...line.minimum);
  if (size > NOISE * Math.hypot(...minimumErrors(line))) return size;
  return Math.hypot(first[0] / line.roots[0], line.sloped[1] ? first[1] / line.roots[1] : 0);
}

/** How far rounding may hold the minimum from the truth, relative to its size. */
export function minimumError(line: Line): number {
  const size = Math.hypot(...line.minimum);
  return size > 0 ? Math.hypot(...minimumErrors(line)) / size : 0;
}

/** The same along each axis. */
export function minimumErrors(line: Line): [number, number] {
  const along = alongAxes(line.axes, line.minimum);
  const gradient = gradientErrors(line);
  const of = (j: 0 | 1): number => {
    if (!line.sloped[j]) return 0;
    const root = line.roots[j];
    return ((2 * UNIT * line.roots[0]) / root) * Math.abs(along[j]) + gradient[j] / root ** 2;
  };
  return [of(0), of(1)];
}

/** Bounds on the rounding of the gradient at the minimum, along each axis. */
function gradientErrors(line: Line): Pair {
  const { meanX, spreadX, spreadY, rows } = line.statistics;
  const { level, squared } = wayOf(line);
  const shifted = (params: Pair): number =>
    Math.abs(params[0]) * spreadX + Math.abs(params[1] + meanX * params[0]);
  const rest = shifted(line.minimum) + spreadY;
  const loss = Math.sqrt(2 * Math.max(line.minimumLoss, 0));
  const of = (j: 0 | 1): number => {
    const reach = shifted(line.axes[j]);
    return squared ? level * reach * rest : level * (reach * loss + line.roots[j] * rest);
  };
  return rows > 0 ? [of(0), of(1)] : [0, 0];
}

/** Whether sums of squares do, or the rows are reduced themselves, and what that rounds. */
function wayOf(line: Line): { level: number; squared: boolean } {
  const { rows, spreadX, spreadY, misfit } = line.statistics;
  const within = Math.sqrt(LEAF) + Math.sqrt(CHUNK / LEAF);
  const level = UNIT * (within + Math.log2(1 + rows / CHUNK) + Math.sqrt(3));
  const explained = spreadY > 0 && misfit ** 2 <= UNIT * spreadY ** 2;
  if (level <= SAFE && spreadX > 0 && !explained) return { level, squared: true };
  return { level: UNIT * Math.sqrt(QR_ROWS * 3), squared: false };
}
