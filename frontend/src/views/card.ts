import type { Pen, TextStyle } from "../pen/pen";
import type { Palette } from "../wire/palette";
import { fitted } from "./wrap";

/** A box of the dataflow: its name, and lines of a name on the left and a number on the right. */
export interface Card {
  readonly head: string;
  /** How much of the width it takes beside the others. */
  readonly share: number;
  readonly lines: readonly CardLine[];
}

/** One line of a card. */
export interface CardLine {
  readonly name: string;
  readonly value: string;
  /** The number that goes on to the next box stands below a rule and is heavier. */
  readonly result?: boolean;
  readonly tone?: "good" | "error" | "muted";
}

/** A box in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const PAD = 10;
const AROUND = 2 * PAD + 21;

/** How high a card of so many lines is. */
export function cardHeight(lines: number, line: number): number {
  return AROUND + lines * line;
}

/** How high a line may be, from 16 to 25 pixels, for so many cards of `lines` in all. */
export function lineHeight(room: number, lines: number, cards: number): number {
  return Math.min(Math.max((room - cards * AROUND) / Math.max(lines, 1), 16), 25);
}

/** The card in its box; what is too wide is cut, a name before its number. */
export function drawCard(pen: Pen, card: Card, box: Box, high: number, palette: Palette): void {
  const { left, top, width, height } = box;
  pen.box(left + 0.5, top + 0.5, width - 1, height - 1, {
    fill: palette.paper,
    stroke: palette.line,
    radius: 6,
  });
  const inner = width - 2 * PAD;
  const head: TextStyle = { fill: palette.ink, size: 12, weight: 600, baseline: "middle" };
  pen.text(left + PAD, top + PAD + 8, fitted(pen, card.head, inner, head), head);
  card.lines.forEach((line, i) => {
    const middle = top + PAD + 24 + (i + 0.5) * high;
    if (line.result === true && i > 0) {
      const above = Math.round(middle - high / 2) + 0.5;
      pen.line([left + PAD, above, left + width - PAD, above], { stroke: palette.line });
    }
    drawLine(pen, line, [left + PAD, middle, inner], palette);
  });
}

function drawLine(
  pen: Pen,
  line: CardLine,
  [left, middle, width]: readonly [number, number, number],
  palette: Palette,
): void {
  const fill = line.tone === undefined ? palette.ink : palette[line.tone];
  const value: TextStyle = {
    fill,
    size: 12,
    weight: line.result === true ? 600 : 400,
    align: "right",
    baseline: "middle",
    figures: true,
  };
  const words = fitted(pen, line.value, width, value);
  pen.text(left + width, middle, words, value);
  const name: TextStyle = { fill: palette.muted, size: 12, baseline: "middle", figures: true };
  const room = width - (words === "" ? 0 : pen.measure(words, value) + 14);
  if (room > 14) pen.text(left, middle, fitted(pen, line.name, room, name), name);
}

/** A thin arrow from one point to another, level or plumb. */
export function drawArrow(
  pen: Pen,
  [x, y]: readonly [number, number],
  [toX, toY]: readonly [number, number],
  palette: Palette,
): void {
  const length = Math.hypot(toX - x, toY - y);
  const [along, down] = [(toX - x) / length, (toY - y) / length];
  const ink = { stroke: palette.rule, width: 1.25 };
  pen.line([x, y, toX, toY], ink);
  const [backX, backY] = [toX - 4 * along, toY - 4 * down];
  const [aside, below] = [3 * down, 3 * along];
  pen.line([backX - aside, backY - below, toX, toY, backX + aside, backY + below], ink);
}
