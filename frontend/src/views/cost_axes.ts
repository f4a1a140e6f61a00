import type { DescentRecord, Num } from "../wire/record";
import { type Axis, type Frame, frameOf } from "./frame";
import type { Scene } from "./scene";
import type { Size } from "./view";

const HUGE = 1e300;
/** Of a logarithmic axis: a floor further below the curve than this would only squeeze it. */
const SIGHT = 1;
/** In times the first J: an axis is cut off at the one where J goes beyond the other. */
const CAP = 20;
const TOO_MUCH = 40;
/** Pixels for a name under the lowest line. */
const NAMED = 21;

/** The axes of the cost, and what is known of its least. */
export interface CostSight {
  readonly across: Axis;
  readonly up: Axis;
  readonly frame: Frame;
  /** The least possible J, where it is known and in sight. */
  readonly floor: number | null;
}

/** Around all that is drawn: J, that of rows held out, and that of the run beside. */
export function costSight(scene: Scene, size: Size): CostSight {
  const { record, beside, look } = scene;
  const [first, last] = [record.step[0], record.step[record.step.length - 1]];
  const across = { low: first, high: last > first ? last : first + 1, label: "step" };
  const columns = [record.loss, record.validation ?? [], beside?.loss ?? []];
  const floor = floorOf(record, look.log);
  const label = labelOf(record);
  const named = floor !== null || record.validation !== null;
  const below = (named ? NAMED : 8) / Math.max(size.height, 100);
  const whole = withFloor(span(columns, look.log ? 0 : -Infinity), floor);
  const [low, high] = look.log ? whole : capped(whole, firstLoss(scene));
  const limits = (look.log ? logLimits : linearLimits)(low, high, below);
  const up = { ...limits, label, log: look.log };
  return { across, up, floor, frame: frameOf(size, across, up) };
}

/** What the numbers are. */
export function labelOf(record: DescentRecord): string {
  if (record.loss_of === "unknown") return "loss";
  return record.loss_of === "batch" ? "cost J of each batch" : "cost J";
}

function floorOf({ facts, loss }: DescentRecord, log: boolean): number | null {
  const least = facts.minimum_loss;
  if (least === null || !Number.isFinite(least)) return null;
  if (!log) return least;
  if (least <= 0) return null;
  const [low, high] = span([loss], 0);
  const decades = Math.log10(high / low);
  return Math.log10(low / least) <= Math.max(decades, SIGHT) ? least : null;
}

/** J at the beginning, or that of the run beside where it is larger; null where none is known. */
function firstLoss({ record, beside }: Scene): number | null {
  const firsts = [record.loss[0] ?? null, beside?.loss[0] ?? null];
  const [own, other] = firsts.map((loss) => loss ?? -Infinity);
  const alike = beside?.step[0] === record.step[0];
  const first = alike ? Math.max(own, other) : own;
  return Number.isFinite(first) ? first : null;
}

/** On an even axis a J that grows a hundredfold would leave nothing to be seen of its beginning. */
function capped([low, high]: [number, number], first: number | null): [number, number] {
  if (first === null || !(first > 0) || !(high > TOO_MUCH * first)) return [low, high];
  return [low, CAP * first];
}

/** The rows at which J is above the picture. */
export function rowsAbove({ loss }: DescentRecord, { up }: CostSight): boolean[] {
  return loss.map((value) => value !== null && value > up.high);
}

/** The least and the largest number above a limit; (Infinity, -Infinity) where there is none. */
function span(columns: readonly (readonly Num[])[], above: number): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const column of columns) {
    for (const value of column) {
      if (value === null || !(value > above)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [Math.max(low, -HUGE), Math.min(high, HUGE)];
}

type Limits = Pick<Axis, "low" | "high">;

/** below: the share of the axis that is kept free under the curve. */
function linearLimits(low: number, high: number, below: number): Limits {
  if (low > high) return { low: 0, high: 1 };
  const room = high > low ? high - low : Math.abs(high) || 1;
  return { low: low - 1.3 * below * room, high: high + 0.06 * room };
}

function logLimits(low: number, high: number, below: number): Limits {
  if (low > high) return { low: 0.1, high: 1 };
  const room = Math.max(Math.log10(high / low), 0.3);
  return { low: low / 10 ** (1.3 * below * room), high: high * 10 ** (0.06 * room) };
}

function withFloor([low, high]: [number, number], floor: number | null): [number, number] {
  if (floor === null || low > high) return [low, high];
  return [Math.min(low, floor), Math.max(high, floor)];
}
