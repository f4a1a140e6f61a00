import type { Pen, TextStyle } from "../pen/pen";

/** Where words may not leave, in pixels. */
export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A place for words: the point they are aligned at, always by their middle. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly align: "left" | "center" | "right";
}

/** Words that keep clear of one another and of what has been drawn. */
export interface Labels {
  /** Pixels x0, y0, x1, y1, ... that words had better not cover. */
  avoid(points: ArrayLike<number>): void;
  /** A mark of so many pixels around a point, that words must not cover. */
  keep(x: number, y: number, around: number): void;
  /** Write at the best of some places; not at all if every one is taken, unless it must be. */
  put(words: string, places: readonly Place[], style: TextStyle, must?: boolean): void;
}

/** Where words would stand, and how far they were pushed to stay within. */
interface Box extends Bounds {
  readonly pushed: number;
}

const TAKEN = 1000;
const ROOM = 3;

/** What a place later in the list costs over the one before: so many points covered. */
const LATER = 4;

/** Labels within some bounds, written by a pen. */
export function labelsOn(pen: Pen, bounds: Bounds): Labels {
  const taken: Bounds[] = [];
  const drawn: number[] = [];
  const cost = (box: Bounds): number => {
    let sum = 0;
    for (const other of taken) if (overlap(box, other)) sum += TAKEN;
    for (let i = 0; i + 1 < drawn.length; i += 2) if (inside(box, drawn[i], drawn[i + 1])) sum += 1;
    return sum;
  };
  return {
    avoid(points) {
      densely(points, drawn);
    },
    keep(x, y, around) {
      taken.push({ left: x - around, top: y - around, right: x + around, bottom: y + around });
    },
    put(words, places, style, must = false) {
      let best: { box: Box; cost: number } | null = null;
      for (const [i, place] of places.entries()) {
        const box = boxOf(pen, words, place, style, bounds);
        const found = cost(box) + LATER * i + box.pushed;
        if (best === null || found < best.cost) best = { box, cost: found };
      }
      if (best === null || (best.cost >= TAKEN && !must)) return;
      const { left, top, bottom } = best.box;
      const middle = (top + bottom) / 2;
      taken.push(best.box);
      pen.text(left + ROOM, middle, words, { ...style, align: "left", baseline: "middle" });
    },
  };
}

function boxOf(pen: Pen, words: string, place: Place, style: TextStyle, bounds: Bounds): Box {
  const width = pen.measure(words, style) + 2 * ROOM;
  const half = 0.6 * (style.size ?? 12) + 1;
  const share = { left: 0, center: 0.5, right: 1 }[place.align];
  const start = place.x - share * width + (share - 0.5) * 2 * ROOM;
  const left = Math.max(Math.min(start, bounds.right - width), bounds.left);
  const middle = Math.max(Math.min(place.y, bounds.bottom - half), bounds.top + half);
  const pushed = Math.abs(left - start) + Math.abs(middle - place.y);
  return { left, top: middle - half, right: left + width, bottom: middle + half, pushed };
}

/** The points of a line every few pixels, so that none slips through between two. */
function densely(points: ArrayLike<number>, into: number[]): void {
  for (let i = 0; i + 3 < points.length; i += 2) {
    const across = points[i + 2] - points[i];
    const down = points[i + 3] - points[i + 1];
    const count = Math.min(Math.ceil(Math.hypot(across, down) / 4), 400);
    for (let k = 0; k < count; k++) {
      into.push(points[i] + (across * k) / count, points[i + 1] + (down * k) / count);
    }
  }
}

function overlap(one: Bounds, other: Bounds): boolean {
  const across = one.left < other.right && other.left < one.right;
  return across && one.top < other.bottom && other.top < one.bottom;
}

function inside(box: Bounds, x: number, y: number): boolean {
  return x > box.left && x < box.right && y > box.top && y < box.bottom;
}
