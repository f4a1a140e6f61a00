/** J along one line through the parameters at a step: the ground that the step goes over. */
import type { DescentRecord, Profile } from "../wire/record";
import type { Problem } from "./problem";
import { numberOrNull } from "./wired";

const POINTS = 201;
/** Of half the window as much as what is to be seen may take up. */
const FILL = 0.92;
const ALONE = 0.1;
/** A path on less than so much of its distance from 0 is lost in the rounding of J. */
const TIGHT = 1e-7;
const HUGE = 1e300;
/** Of the path as many steps to either side as lie within so many times the step itself. */
const NEAR = 3;
const REACH = 2.5;

/** A line through a row of a record, with positions on it. */
interface Cut {
  readonly along: string;
  /** The parameters at a position. */
  readonly at: (t: number) => number[];
  readonly here: number;
  readonly next: number;
  readonly slope: number;
  /** dJ²/dt². */
  readonly bend: number;
}

/**
 * Along the parameter at place `along`, or downhill along the gradient of the cost with -1.
 *
 * Null where the parameters of the row are not finite.
 */
export function profileOf(
  problem: Problem,
  record: DescentRecord,
  row: number,
  along: number,
): Profile | null {
  const here = finite(record.params?.[row]);
  if (here === null) return null;
  const used = finite(record.gradient?.[row]);
  const rate = record.rate[row] ?? 0;
  const next = here.map((value, j) => value - rate * (used?.[j] ?? 0));
  const cut =
    along >= 0 ? alongParameter(problem, here, next, along) : downhill(problem, here, next);
  const t = positions(cut, pathNear(record, row, along), problem.names.length > 1);
  return {
    step: record.step[row]!,
    along: cut.along,
    t,
    loss: t.map((place) => numberOrNull(problem.value(cut.at(place)))),
    here: cut.here,
    height: numberOrNull(problem.value(here)),
    slope: numberOrNull(cut.slope),
    next: numberOrNull(cut.next),
  };
}

function alongParameter(
  problem: Problem,
  here: readonly number[],
  next: readonly number[],
  along: number,
): Cut {
  return {
    along: problem.names[along]!,
    at: (t) => here.map((value, j) => (j === along ? t : value)),
    here: here[along]!,
    next: next[along]!,
    slope: problem.gradient(here)[along]!,
    bend: problem.hessian(here)[along]![along]!,
  };
}

/** By distance from `here`; a step that leaves the line is shown by how far along it goes. */
function downhill(problem: Problem, here: readonly number[], next: readonly number[]): Cut {
  const gradient = problem.gradient(here);
  const norm = Math.hypot(...gradient);
  const down = gradient.map((slope) => (norm > 0 ? -slope / norm : 0));
  const hessian = problem.hessian(here);
  let bend = 0;
  let gone = 0;
  down.forEach((value, i) => {
    gone += (next[i]! - here[i]!) * value;
    down.forEach((other, j) => (bend += value * hessian[i]![j]! * other));
  });
  const at = (t: number): number[] => here.map((value, j) => value + t * down[j]!);
  return { along: "the gradient", at, here: 0, next: gone, slope: -norm, bend };
}

/**
 * Evenly over a window that holds where the step leaves from and ends, the path near it, and a
 * bowl's floor; the same window for most rows in a row, so that the picture stands still.
 */
function positions(cut: Cut, near: readonly number[], bowl: boolean): number[] {
  const step = Math.abs(cut.next - cut.here);
  const close = near.filter((t) => !(step > 0) || Math.abs(t - cut.here) <= REACH * step);
  const seen = [cut.here, cut.next, ...close].filter(Number.isFinite);
  if (bowl && cut.bend > 0) seen.push(cut.here - cut.slope / cut.bend);
  const low = Math.min(...seen);
  const high = Math.max(...seen);
  const far = Math.max(Math.abs(low), Math.abs(high));
  const alone = !(high - low > Math.max(TIGHT * far, 1 / HUGE));
  const size = alone ? Math.max(Math.abs(cut.here), 1) * ALONE : high - low;
  const [begin, end] = quantised(low, high, size);
  return Array.from({ length: POINTS }, (_, i) => begin + ((end - begin) * i) / (POINTS - 1));
}

/** The least window around low and high, half as wide as a power of 2 and centred on a multiple. */
function quantised(low: number, high: number, size: number): [number, number] {
  if (!(size < HUGE)) return [low, high];
  let half = 2 ** Math.ceil(Math.log2(size / 2));
  for (;;) {
    const middle = half * Math.floor((low / 2 + high / 2) / half + 0.5);
    const holds = low >= middle - FILL * half && high <= middle + FILL * half;
    if (holds) return [middle - half, middle + half];
    half *= 2;
  }
}

/** Values of the parameter in the steps around the row; nothing for the gradient. */
function pathNear(record: DescentRecord, row: number, along: number): number[] {
  if (along < 0 || record.params === null) return [];
  const begin = Math.max(row - NEAR, 0);
  const rows = record.params.slice(begin, row + NEAR + 1);
  const close = (i: number): boolean =>
    Math.abs(record.step[begin + i]! - record.step[row]!) <= NEAR;
  return rows.filter((_, i) => close(i)).map((params) => params[along] ?? NaN);
}

function finite(values: readonly (number | null)[] | undefined): number[] | null {
  if (values === undefined || !values.every((value) => value !== null)) return null;
  return values as number[];
}
