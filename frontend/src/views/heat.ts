import type { Palette } from "../wire/palette";
import type { Num } from "../wire/record";

/** From the least to the largest number, in powers of ten, and which tint each gets. */
export interface Heat {
  readonly low: number;
  readonly high: number;
  /** The place of a tint; "still" for exactly zero, null for what is not known. */
  tintOf(value: Num): number | "still" | null;
}

const TINTS = 24;
/** The share of numbers at either end that the ends of the scale stand for. */
const TAIL = 0.02;
const PALE = 0.2;

/** A logarithmic scale over a table of numbers, its ends at halves of a power of ten. */
export function heatOf(table: readonly (readonly Num[])[]): Heat {
  const powers = table
    .flatMap((row) => row.filter((value) => value !== null && value > 0))
    .map((value) => Math.log10(value as number))
    .sort((a, b) => a - b);
  const at = (share: number): number => powers[Math.round(share * (powers.length - 1))] ?? -3;
  let [low, high] = [Math.floor(2 * at(TAIL)) / 2, Math.ceil(2 * at(1 - TAIL)) / 2];
  if (high - low < 1) [low, high] = [low - (1 - high + low) / 2, high + (1 - high + low) / 2];
  return {
    low,
    high,
    tintOf(value) {
      if (value === null) return null;
      if (value <= 0) return "still";
      const share = (Math.log10(value) - low) / (high - low);
      return Math.min(Math.max(Math.floor(share * TINTS), 0), TINTS - 1);
    },
  };
}

const known = new WeakMap<Palette, readonly string[]>();

/** From nearly the colour of the page, over the shades of the iterations, to the strongest. */
export function tintsOf(palette: Palette): readonly string[] {
  const made = known.get(palette);
  if (made !== undefined) return made;
  const { shades, line } = palette;
  const tints = Array.from({ length: TINTS }, (_, i) => {
    const share = i / (TINTS - 1);
    if (share < PALE) return mixed(line, shades[0], share / PALE);
    const along = ((share - PALE) / (1 - PALE)) * (shades.length - 1);
    return shades[Math.round(along)];
  });
  known.set(palette, tints);
  return tints;
}

function mixed(one: string, other: string, share: number): string {
  const part = (at: number): string => {
    const [a, b] = [one, other].map((colour) => Number.parseInt(colour.slice(at, at + 2), 16));
    return Math.round(a + (b - a) * share)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${part(1)}${part(3)}${part(5)}`;
}
