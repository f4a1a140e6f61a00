import { readable } from "../numerics/readable";
import type { Num } from "../wire/record";

const MOST_DIGITS = 9;

/** A number for a sentence; one that JSON cannot hold, or that overflowed, is "not finite". */
export function told(number: Num | undefined, digits = 4): string {
  if (number === null || number === undefined || !Number.isFinite(number)) return "not finite";
  return readable(number, digits);
}

/** The same as a factor or a summand: a negative one in brackets, so that no two signs meet. */
export function bracketed(number: Num | undefined, digits = 4): string {
  const words = told(number, digits);
  return words.startsWith("-") ? `(${words})` : words;
}

/** A product, its factors kept together where the line breaks. */
export function product(one: Num | undefined, other: Num | undefined): string {
  return `${told(one)}\u00a0·\u00a0${bracketed(other)}`;
}

/** Two numbers with as many digits as it takes to see that they differ, where they do. */
export function apart(before: Num, after: Num, least = 4): [string, string] {
  for (let digits = least; ; digits += 1) {
    const pair: [string, string] = [told(before, digits), told(after, digits)];
    if (before === after || pair[0] !== pair[1] || digits >= MOST_DIGITS) return pair;
  }
}

/** How a parameter is written: w and b as they are, a named one as θ(size), the intercept as b. */
export function symbol(name: string): string {
  if (name === "intercept") return "b";
  return [...name].length <= 2 ? name : `θ(${name})`;
}

/** A share as a percentage for a sentence: 12 %, 0.3 %. */
export function percent(share: number): string {
  return `${told(100 * share, 2)} %`;
}

/** With a capital first letter. */
export function begun(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** Closed with a full stop, unless it is closed already. */
export function closed(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
