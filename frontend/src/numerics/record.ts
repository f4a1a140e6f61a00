/** The records that the page computes by itself: of a line through points, and of a curve. */
import type { DescentRecord, Facts, Profile } from "../wire/record";
import type { Setting } from "../wire/setting";
import type { TableData } from "../wire/setup";
import {
  coordinatesOf,
  descended,
  parted,
  rowsOf,
  toDescended,
  toOwnUnits,
  type Coordinates,
  type Rows,
} from "./coordinates";
import { curveOf } from "./curve";
import { descendLine, descendOn } from "./descend";
import { diagnosisOf } from "./findings";
import { fitOf } from "./fit";
import { lineOf, type Line } from "./line";
import { planeOf } from "./plane";
import type { Problem } from "./problem";
import { profileOf } from "./profile";
import { Refusal } from "./refusal";
import type { Trace } from "./trace";
import { column, keptRows, leftOut, numberOrNull, tableOf, type Kept } from "./wired";

const CURVE_START = 10;

/** Whether the page computes the record of this setting by itself. */
export function isLocal(setting: Setting, table: TableData | null): boolean {
  if (setting.rule !== "gradient_descent" || setting.batch !== null) return false;
  if (setting.what === "curve") return true;
  if (setting.what !== "table" || table === null) return false;
  const { features } = setting;
  const own = features.length === 0 || (features.length === 1 && features[0] === table.x_name);
  return own && setting.degree === 1 && setting.loss === "squared";
}

/** The record of a setting; throws a Refusal for an expression that cannot be read. */
export function localRecord(setting: Setting, table: TableData | null): DescentRecord {
  const ground = groundOf(setting, table);
  return recordOf(ground, traceOf(ground, setting, ground.start, setting.rate, setting.steps), 0);
}

/** The same from the parameters at step `at` of a record on, at another rate. */
export function branchRecord(
  setting: Setting,
  table: TableData | null,
  record: DescentRecord,
  at: number,
  rate: number,
): DescentRecord {
  const ground = groundOf(setting, table);
  const begin = paramsAt(ground, setting, record, at);
  const steps = Math.max(0, setting.steps - at);
  return recordOf(ground, traceOf(ground, setting, begin, rate, steps), at);
}

/** J along a line through the parameters of a row; null where they are not finite. */
export function localProfile(
  setting: Setting,
  table: TableData | null,
  record: DescentRecord,
  row: number,
  along: number,
): Profile | null {
  return profileOf(groundOf(setting, table).problem, record, row, along);
}

/** Where the descent begins, in the input's own units: (w, b), or (w) of a curve. */
export function startOf(setting: Setting, table: TableData | null): readonly number[] {
  return setting.start ?? (setting.what === "table" ? table?.start : null) ?? [CURVE_START];
}

/** (w, b) of the record's coordinates in the input's own units; the same for a curve. */
export function inOwnUnits(
  setting: Setting,
  table: TableData | null,
  params: readonly number[],
): readonly number[] {
  if (setting.what !== "table" || table === null) return params;
  const ground = groundOf(setting, table);
  if (ground.line === null) return params;
  return toOwnUnits(ground.line.coordinates, [params[0]!, params[1]!]);
}

/** What is descended on, and where it begins. */
interface Ground {
  readonly problem: Problem;
  readonly start: readonly number[];
  readonly line: LineGround | null;
}

interface LineGround {
  readonly line: Line;
  readonly table: TableData;
  readonly rows: Rows;
  readonly coordinates: Coordinates;
  /** The cost of the rows that are held back, or null. */
  readonly held: Line | null;
}

function groundOf(setting: Setting, table: TableData | null): Ground {
  const start = startOf(setting, table);
  if (setting.what === "curve") return curveGround(setting, start);
  if (table === null) throw new Refusal("there are no rows to learn from");
  const rows = rowsOf(setting, table);
  const training = parted(rows.x, rows.held, false);
  const coordinates = coordinatesOf(setting.scale, table.unit, training);
  const line = lineOf(descended(coordinates, training), parted(rows.y, rows.held, false));
  const held = parted(rows.x, rows.held, true);
  const heldLine =
    held.length > 0 ? lineOf(descended(coordinates, held), parted(rows.y, rows.held, true)) : null;
  const begin = toDescended(coordinates, [start[0] ?? 0, start[1] ?? 0]);
  return {
    problem: line,
    start: begin,
    line: { line, table, rows, coordinates, held: heldLine },
  };
}

function curveGround(setting: Setting, start: readonly number[]): Ground {
  if (setting.bug !== "none" || setting.batch !== null) {
    throw new Refusal("a curve has no rows: neither batches of them nor bugs can be had");
  }
  const problem = curveOf(setting.expression);
  if (start.length === 1) return { problem, start, line: null };
  throw new Refusal(`the start of a curve is one number; ${start.length} came`);
}

function traceOf(
  ground: Ground,
  setting: Setting,
  start: readonly number[],
  rate: number | null,
  steps: number,
): Trace {
  const { line, problem } = ground;
  if (line === null) return descendOn(problem, setting.bug, start, rate, steps);
  return descendLine(line.line, setting.bug, [start[0]!, start[1]!], rate, steps);
}

/** From the record where it kept that step whole, else worked out again. */
function paramsAt(
  ground: Ground,
  setting: Setting,
  record: DescentRecord,
  at: number,
): readonly number[] {
  const kept = record.params?.[record.step.indexOf(at)];
  if (kept !== undefined && kept.every((value) => value !== null)) return kept as number[];
  const trace = traceOf(ground, setting, ground.start, setting.rate, at);
  return trace.params[trace.params.length - 1]!;
}

function recordOf(ground: Ground, walked: Trace, first: number): DescentRecord {
  const { line } = ground;
  const kept = keptRows(walked.step.length);
  const step = shifted(walked.step, first);
  const trace = { ...withHeld(walked, line?.held ?? null, kept), step };
  return {
    names: trace.names,
    step: kept.rows.map((row) => trace.step[row]!),
    loss: column(trace.loss, kept),
    loss_of: "full",
    validation: trace.heldLoss === undefined ? null : column(trace.heldLoss, kept),
    rate: column(trace.rate, kept),
    params: tableOf(trace.params, kept),
    gradient: tableOf(trace.gradient, kept),
    rule: "gradient_descent",
    facts: factsOf(trace),
    stop: { reason: trace.stop.reason, because: trace.stop.because },
    diagnosis: diagnosisOf(trace),
    plane: line === null ? null : planeOf(line.line, trace, kept),
    fit: line === null ? null : fitOf(line.table, line.rows, line.coordinates),
    steps: trace.step[trace.step.length - 1]!,
    note: leftOut(kept, trace.step),
    growing: false,
    trend: null,
    layers: null,
    known: true,
  };
}

function shifted(step: readonly number[], first: number): readonly number[] {
  return first === 0 ? step : step.map((number) => number + first);
}

/** The trace with J of the rows held back, at the rows of it that are kept. */
function withHeld(trace: Trace, held: Line | null, kept: Kept): Trace {
  if (held === null) return trace;
  const heldLoss = trace.step.map(() => NaN);
  for (const row of kept.rows) heldLoss[row] = held.value(trace.params[row]!);
  return { ...trace, heldLoss };
}

function factsOf({ facts }: Trace): Facts {
  return {
    sharpness: numberOrNull(facts.sharpness),
    condition_number: numberOrNull(facts.conditionNumber),
    largest_stable_rate: numberOrNull(facts.largestStableRate),
    minimum_loss: numberOrNull(facts.minimumLoss),
    minimum: facts.minimum?.map(numberOrNull) ?? null,
  };
}
