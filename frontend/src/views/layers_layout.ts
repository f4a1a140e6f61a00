import { scaleLinear } from "d3-scale";
import type { Across, Axis } from "./frame";
import type { Size } from "./view";

const MARGIN = { top: 44, bottom: 40, side: 12 };
const NUMBERS = 58;
/** Of a letter of a name, about; and what names have at most of the width. */
const LETTER = { few: 7, many: 6 };
const MOST_NAMES = 0.3;

/** Where rows, names and numbers lie, in pixels. */
export interface Board extends Across {
  readonly across: Axis;
  /** Where the numbers end. */
  readonly edge: number;
  /** Of one row. */
  readonly tall: number;
}

/** Few layers have high rows; of many each is just as high as its name. */
function rowHeight(count: number): number {
  if (count <= 4) return 32;
  if (count <= 12) return 22;
  return count <= 24 ? 16 : 12.5;
}

/** Pixels for so many layers. */
export function heightFor(count: number): number {
  return MARGIN.top + MARGIN.bottom + count * rowHeight(count);
}

/** A board for rows over steps. */
export function boardOf(size: Size, step: readonly number[], rows: readonly string[]): Board {
  const count = Math.max(rows.length, 1);
  const letters = rows.reduce((most, name) => Math.max(most, name.length), 4);
  const wide = (letters + 2) * (rowHeight(count) < 14 ? LETTER.many : LETTER.few) + 8;
  const names = Math.min(wide, size.width * MOST_NAMES);
  const left = MARGIN.side + names;
  const edge = size.width - MARGIN.side;
  const right = Math.max(edge - NUMBERS, left + 10);
  const bottom = Math.max(size.height - MARGIN.bottom, MARGIN.top + 10);
  const [low, high] = [step[0], step[step.length - 1] + 1];
  return {
    left,
    right,
    edge,
    top: MARGIN.top,
    bottom,
    tall: (bottom - MARGIN.top) / count,
    across: { low, high, label: "step" },
    x: scaleLinear().domain([low, high]).range([left, right]),
  };
}
