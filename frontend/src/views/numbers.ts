import { format } from "d3-format";

const PLAIN = format(",.10~g");
const TINY = format(".3~e");

/** A tick's number: no exponent where it is short without one. */
export function tickText(number: number): string {
  if (number === 0) return "0";
  const size = Math.abs(number);
  if (size >= 1e6 || size < 1e-4) return minus(TINY(number).replace("e+", "e"));
  return minus(PLAIN(number));
}

/** A true minus sign instead of d3's, so that saved numbers can be read again. */
function minus(words: string): string {
  return words.replace("−", "-");
}
