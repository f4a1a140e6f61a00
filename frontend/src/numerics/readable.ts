/**
 * Numbers as people read them, in the very words of `steepest.readable`: few digits, thousands
 * separators, counts.
 */

/** The number for a sentence: `digits` significant digits, zeros trimmed; 49,630 or 1.235e-5. */
export function readable(number: number, digits = 4): string {
  if (Number.isNaN(number)) return "not a number";
  if (!Number.isFinite(number)) return number > 0 ? "infinity" : "-infinity";
  if (Number.isInteger(number) && Math.abs(number) < 1e9) return thousands(String(number + 0));
  const { sign, figures, exponent } = rounded(number, digits);
  if (exponent >= -3 && exponent < 9) return sign + thousands(trimmed(plain(figures, exponent)));
  return `${sign}${trimmed(pointed(figures))}e${exponent}`;
}

/** A number of things: the noun with an s unless there is just one. */
export function counted(number: number, noun: string): string {
  return `${whole(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** A whole number with thousands separators. */
export function whole(number: number): string {
  return thousands(String(BigInt(Math.round(number))));
}

/** As Python's `format(number, ".2g")` writes it: 0.012, 1.2e+10, inf. */
export function general(number: number, digits: number): string {
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  if (number === 0) return Object.is(number, -0) ? "-0" : "0";
  const { sign, figures, exponent } = rounded(number, digits);
  if (exponent >= -4 && exponent < digits) return sign + trimmed(plain(figures, exponent));
  const size = String(Math.abs(exponent)).padStart(2, "0");
  return `${sign}${trimmed(pointed(figures))}e${exponent < 0 ? "-" : "+"}${size}`;
}

/** The number to so many significant digits, a tie to the even one, as Python rounds. */
export function toDigits(number: number, digits: number): number {
  if (number === 0 || !Number.isFinite(number)) return number;
  const { sign, figures, exponent } = rounded(number, digits);
  return Number(`${sign}${pointed(figures)}e${exponent}`);
}

interface Rounded {
  readonly sign: "" | "-";
  /** The significant digits without a point. */
  readonly figures: string;
  /** Of ten, of the first digit. */
  readonly exponent: number;
}

/** A double whose digits end after the tie has no more than these. */
const EXACT = 80;

function rounded(number: number, digits: number): Rounded {
  const sign = number < 0 ? "-" : "";
  const [mantissa = "", power = "0"] = Math.abs(number).toExponential(EXACT).split("e");
  const all = mantissa.replace(".", "");
  const kept = BigInt(all.slice(0, digits));
  const rest = all.slice(digits);
  const tie = /^50*$/.test(rest);
  const up = tie ? kept % 2n === 1n : rest >= "5";
  const figures = String(up ? kept + 1n : kept);
  if (figures.length <= digits) return { sign, figures, exponent: Number(power) };
  return { sign, figures: figures.slice(0, digits), exponent: Number(power) + 1 };
}

function plain(figures: string, exponent: number): string {
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${figures}`;
  if (figures.length <= exponent + 1) return figures.padEnd(exponent + 1, "0");
  return `${figures.slice(0, exponent + 1)}.${figures.slice(exponent + 1)}`;
}

function pointed(figures: string): string {
  return figures.length > 1 ? `${figures.slice(0, 1)}.${figures.slice(1)}` : figures;
}

function trimmed(text: string): string {
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

function thousands(text: string): string {
  const [front = "", behind] = text.split(".");
  const grouped = front.replace(/\B(?=(\d{3})+$)/g, ",");
  return behind === undefined ? grouped : `${grouped}.${behind}`;
}
