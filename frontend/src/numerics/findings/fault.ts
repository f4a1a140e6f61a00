/**
 * Which one fault of the gradient explains what the loss does otherwise than it says; as
 * `steepest.diagnosis.gradients.gradient_fault`.
 */
import type { Field } from "./field";
import { Moves } from "./moves";
import { compoundFaults, EXPLAINED, SAME, simpleFaults, SPARE, type Fault } from "./patterns";
import { CERTAIN, medianMissed, slopesOf, type Slopes } from "./slopes";
import { mean, median, range } from "./sums";

const ALIKE = 1e-3;
const PLAIN_TO_SEE = 1e-4;
const NEAR_ONE = 0.25;
const SHIFTED = 8;
const LEAST = 0.003;
const MOST = 0.3;
const EVEN = 0.03;
const MANY = 0.5;
const TINY = 1e-300;
/** What is left of a share, less than which is rounding. */
const ROUNDED = 1e-12;

/** The fault that explains the differences, if one does; null also where nothing differs. */
export function faultOf(
  slopes: Slopes,
  moves: Moves,
  field: Field | null,
  loss: readonly number[],
): Fault | null {
  const zero = zeroOf(moves);
  const running = accumulated(slopes, moves, loss);
  if (slopes.agree) return zero ?? running;
  if (writtenLate(slopes, moves, loss, field)) return null;
  const ofOneNumber = [...(running ? [running] : []), ...simpleFaults(slopes, moves, field)];
  const inTurn = couldBeInTurn(slopes, moves);
  const sure = ofOneNumber.filter((fault) => !inTurn || plainToSee(fault));
  if (sure.length > 0) return commonest(sure, slopes);
  const found = [...ofOneNumber, ...compoundFaults(slopes, moves)];
  let likely = found.filter((fault) => fault.kind === "sequential" || fault.kind === "scale");
  if (inTurn) {
    likely = found.filter((fault) => fault.kind === "sequential");
    if (likely.length === 0 && zero === null) return byExclusion(slopes, moves, field);
  }
  return likeliest(likely.length > 0 ? likely : found, slopes) ?? zero;
}

/** Whether each gradient is the sum of all so far: its growth is then the slope. */
export function accumulated(slopes: Slopes, moves: Moves, loss: readonly number[]): Fault | null {
  if (!moves.allFollow) return null;
  const growth = moves.gradient.map((row, i) =>
    i === 0 ? row : row.map((value, j) => value - moves.gradient[i - 1]![j]!),
  );
  const fresh = slopesOf(new Moves(moves.params, growth, moves.gaps), loss, null);
  if (fresh === null) return null;
  const left = medianMissed(fresh);
  const whole = medianMissed(slopes);
  if (!(left < EXPLAINED * whole && fresh.agree)) return null;
  const coordinates = range(moves.params[0]!.length);
  return { kind: "accumulated", coordinates, values: [1], unexplained: left / whole, within: true };
}

/** Whether loss and gradient go together once one of them is taken for that of the next row. */
function writtenLate(
  slopes: Slopes,
  moves: Moves,
  loss: readonly number[],
  field: Field | null,
): boolean {
  const miss = field !== null && field.linear ? field.miss : null;
  const gradient = moves.gradient.slice(1);
  const gaps = moves.gaps.slice(1);
  const shifted: [Moves, readonly number[]][] = [
    [new Moves(moves.params.slice(1), gradient, gaps), loss.slice(0, -1)],
    [new Moves(moves.params.slice(0, -1), gradient, gaps), loss.slice(1)],
  ];
  return shifted.some(([late, values]) => {
    if (late.params.length < SHIFTED) return false;
    const there = slopesOf(late, values, miss);
    return there?.agree === true && medianMissed(there) < EXPLAINED * medianMissed(slopes);
  });
}

/** Whether a factor is -1, a whole number or one over it; other kinds count as usual. */
function usual(fault: Fault): boolean {
  if (fault.kind !== "scale") return true;
  const value = fault.values[0]!;
  const size = Math.abs(value);
  const times = size > 0 ? Math.max(size, 1 / size) : 0;
  if (value < 0) return times < 1 + SAME;
  return value > 0 && times > 1.5 && Math.abs(times - Math.round(times)) < SAME;
}

/** Whether the differences are no larger than updates one after the other could make them. */
function couldBeInTurn(slopes: Slopes, moves: Moves): boolean {
  if (moves.plain() !== true || moves.params[0]!.length < 2) return false;
  const share = slopes.missed.map(
    (value, n) => Math.abs(value) / Math.max(Math.abs(slopes.changes[n]!), TINY),
  );
  return median(share) < moves.rate() * moves.steepest();
}

/** Whether a fault of one number leaves nothing that asks for another explanation. */
function plainToSee(fault: Fault): boolean {
  if (fault.kind === "sequential" || fault.kind === "accumulated") return true;
  const near = fault.kind === "scale" && Math.abs(Math.abs(fault.values[0]!) - 1) < NEAR_ONE;
  return fault.within && fault.unexplained < (near && !usual(fault) ? PLAIN_TO_SEE : EVEN);
}

/** Updates in turn, where most pairs differ and no factor or term explains it. */
function byExclusion(slopes: Slopes, moves: Moves, field: Field | null): Fault | null {
  const p = moves.params[0]!.length;
  const enough = slopes.rest.length >= SPARE * p;
  const lopsided = field?.linear === true && LEAST < field.asymmetry && field.asymmetry < MOST;
  const differ = mean(slopes.rest.map((value) => (Math.abs(value) > CERTAIN ? 1 : 0)));
  if (!(enough || lopsided) || differ < MANY) return null;
  const coordinates = range(p).slice(1);
  return { kind: "sequential", coordinates, values: [], unexplained: 1, within: true };
}

/** Coordinates whose gradient is exactly zero at every row, while others' is not. */
function zeroOf(moves: Moves): Fault | null {
  const places = range(moves.params[0]!.length);
  const none = places.filter((j) => moves.gradient.every((row) => row[j] === 0));
  if (none.length === 0 || none.length === places.length) return null;
  if (moves.steps().some((step) => none.some((j) => step[j] !== 0))) return null;
  return { kind: "zero", coordinates: none, values: [0], unexplained: 0, within: true };
}

/** Of those that explain alike, the first with a usual factor, or the first. */
function commonest(faults: readonly Fault[], slopes: Slopes): Fault {
  const known = faults.filter((fault) => fault.within);
  let alike: Fault[];
  if (known.length > 0) {
    const least = Math.min(...known.map((fault) => score(fault, slopes)));
    alike = known.filter((fault) => score(fault, slopes) <= least + CERTAIN ** 2);
  } else {
    const least = Math.min(...faults.map((fault) => fault.unexplained));
    alike = faults.filter((fault) => fault.unexplained <= 3 * least + ALIKE);
  }
  return alike.find(usual) ?? alike[0]!;
}

function likeliest(faults: readonly Fault[], slopes: Slopes): Fault | null {
  let best: Fault | null = null;
  for (const fault of faults) {
    if (best === null || score(fault, slopes) < score(best, slopes)) best = fault;
  }
  return best;
}

/** Schwarz's criterion (1978): what is left, and how many numbers it took. */
function score(fault: Fault, slopes: Slopes): number {
  const rows = slopes.rest.length;
  const left = Math.log(Math.max(fault.unexplained, ROUNDED) ** 2);
  return rows * left + fault.values.length * Math.log(rows);
}
