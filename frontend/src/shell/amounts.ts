import { whole } from "../numerics/readable";

const MANY: readonly (readonly [number, string])[] = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
];
const BYTES: readonly (readonly [number, string])[] = [
  [1e12, "TB"],
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
];

/** A number of rows as few digits: 843,210 or 12.3M. */
export function short(number: number): string {
  const found = MANY.find(([unit]) => number >= unit);
  return found === undefined ? whole(number) : `${figures(number / found[0])}${found[1]}`;
}

/** "3.1M of 4.0M rows"; without the whole where that is not known. */
export function rowsWords(rows: number, of: number | null): string {
  return of === null ? `${short(rows)} rows` : `${short(rows)} of ${short(of)} rows`;
}

/** "210 of 270 MB", in one unit. */
export function bytesWords(size: number, of: number): string {
  const [unit, name] = BYTES.find(([each]) => of >= each) ?? [1, "bytes"];
  return `${figures(size / unit)} of ${figures(of / unit)} ${name}`;
}

/** "270 MB". */
export function bytes(size: number): string {
  const [unit, name] = BYTES.find(([each]) => size >= each) ?? [1, "bytes"];
  return `${figures(size / unit)} ${name}`;
}

/** Three digits, fewer of what is small beside one, and never an exponent. */
function figures(number: number): string {
  return number >= 100 ? whole(number) : String(Number(number.toFixed(number >= 10 ? 1 : 2)));
}
