import type { Size } from "./view";

/** A rectangle in pixels. */
export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Where the bars, the cost below them and the table beside or under them lie. */
export interface Layout {
  readonly histogram: Plot;
  readonly strip: Plot;
  readonly table: Plot;
}

const NARROW = 620;
const EDGE = 12;
const TABLE = { width: 312, height: 228 };

/** Wide: the table on the right; narrow: below. */
export function layoutOf({ width, height }: Size): Layout {
  const wide = width >= NARROW;
  const right = wide ? width - EDGE - TABLE.width - 28 : width - EDGE;
  const bottom = Math.max(wide ? height : height - TABLE.height, 160) - 42;
  const strip = { left: EDGE, right, top: bottom - Math.min(46, height * 0.14), bottom };
  const histogram = { left: EDGE, right, top: EDGE + 6, bottom: strip.top - 22 };
  const table = wide
    ? { left: right + 28, right: width - EDGE, top: EDGE + 6, bottom: height }
    : { left: EDGE, right, top: height - TABLE.height, bottom: height };
  return { histogram, strip, table };
}
