/**
 * How far a number of a record can be from the one that was computed; as
 * `steepest.diagnosis.record.resolution`.
 */
import { count, largest } from "./sums";

const SAMPLE = 400;
const DIFFERENT = 5;
const SHORT = 8;
const EXACT = 14;
const DOUBLE = 4 * 2 ** -53;
const SINGLE = 4 * 2 ** -24;

/** Of each value; `beside`: rows of other numbers of the same record. */
export function resolution(
  values: readonly number[],
  beside: readonly (readonly number[])[] | null = null,
): number[] {
  const way = wayOf(values, beside);
  return values.map((value) => way(Math.abs(value), Math.abs(value)));
}

/** Of each entry of a table; the entries of a row come from one sum, whose largest counts. */
export function resolutionOfRows(rows: readonly (readonly number[])[]): number[][] {
  const way = wayOf(rows.flat(), null);
  return rows.map((row) => {
    const most = row.reduce((sofar, value) => Math.max(sofar, Math.abs(value)), 0);
    return row.map((value) => way(Math.abs(value), most));
  });
}

/** (size of the number, size of the largest beside it) -> its rounding. */
type Way = (size: number, most: number) => number;

function wayOf(values: readonly number[], beside: readonly (readonly number[])[] | null): Way {
  const sample = sampleOf(values);
  if (sample.length === 0) return () => 0;
  const written = sample.map(writtenOf);
  const digits = written.map((each) => each.digits);
  const decimals = written.map((each) => each.decimals);
  let most = largest(digits);
  if (new Set(sample).size < DIFFERENT) most = Math.max(most, digitsOf(beside));
  const single = most > SHORT || most >= EXACT ? sample.every((v) => Math.fround(v) === v) : false;
  if (most >= EXACT || (most > SHORT && single)) {
    const unit = single ? SINGLE : DOUBLE;
    return (_, around) => around * unit;
  }
  const places = sample.map((value) => Math.floor(Math.log10(value)));
  const spread = largest(places) > -largest(places.map((place) => -place));
  if (full(decimals) > full(digits) && spread) {
    const unit = 0.5 * 10 ** -largest(decimals);
    return () => unit;
  }
  return (size) => {
    const step = 0.5 * 10 ** (Math.floor(Math.log10(size)) - (most - 1));
    return size > 0 && Number.isFinite(step) ? step : 0;
  };
}

function sampleOf(values: readonly number[]): number[] {
  const finite = values.map(Math.abs).filter((size) => Number.isFinite(size) && size > 0);
  const every = Math.max(1, Math.floor(finite.length / SAMPLE));
  return finite.filter((_, i) => i % every === 0);
}

/** How many digits the columns beside show; none where they have all of float64's. */
function digitsOf(beside: readonly (readonly number[])[] | null): number {
  if (beside === null) return EXACT;
  const sample = sampleOf(beside.flat());
  if (new Set(sample).size < DIFFERENT) return EXACT;
  const most = largest(sample.map((value) => writtenOf(value).digits));
  return most < EXACT ? most : 0;
}

/** How many of the counts are the largest of all. */
function full(counts: readonly number[]): number {
  const most = largest(counts);
  return count(counts, (each) => each === most);
}

/** Significant digits and decimals of the shortest text of a number. */
function writtenOf(value: number): { digits: number; decimals: number } {
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  const digits = mantissa.length > 1 ? mantissa.length - 1 : 1;
  return { digits, decimals: Math.max(0, digits - 1 - Number(exponent)) };
}
