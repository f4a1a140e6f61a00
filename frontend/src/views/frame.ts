import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from "d3-scale";
import type { Pen, TextStyle } from "../pen/pen";
import type { Palette } from "../wire/palette";
import { tickText } from "./numbers";
import type { Size } from "./view";

/** From data to pixels. */
export type Scale = ScaleContinuousNumeric<number, number>;

/** The part of a view that is drawn in, in pixels, with the scale from left to right. */
export interface Across {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly x: Scale;
}

/** The same with the scale from below to above. */
export interface Frame extends Across {
  readonly y: Scale;
}

/** What an axis shows: its limits, low < high, and its name. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly label: string;
  readonly log?: boolean;
}

/** Letters of a tick that fit beside its axis. */
const LONGEST = 8;
const MARGIN = { left: 58, top: 28, right: 14, bottom: 38 };

/**
 * Where the axes lie and how they map, without drawing: for grips and for the pointer.
 *
 * above: pixels kept free for words between the name of y and the picture
 */
export function frameOf(size: Size, across: Axis, up: Axis, above = 0): Frame {
  const left = MARGIN.left;
  const top = MARGIN.top + above;
  const right = Math.max(size.width - MARGIN.right, left + 10);
  const bottom = Math.max(size.height - MARGIN.bottom, top + 10);
  return {
    left,
    top,
    right,
    bottom,
    x: scaled(across).range([left, right]),
    y: scaled(up).range([bottom, top]),
  };
}

function scaled(axis: Axis): Scale {
  return (axis.log ? scaleLog() : scaleLinear()).domain([axis.low, axis.high]);
}

/**
 * Axes with few ticks and faint lines; the name of y stands level above its axis, so that
 * nobody has to turn the head.
 */
export function drawFrame(pen: Pen, frame: Frame, across: Axis, up: Axis, palette: Palette): void {
  const { left, top, right, bottom, y } = frame;
  const grid = { stroke: palette.line, width: 1 };
  const words: TextStyle = { fill: palette.muted, size: 11, figures: true };
  drawAcross(pen, frame, across, palette);
  const ticks = ticksOf(y, Math.min((bottom - top) / 45, 7), up.log);
  const base = sharedBase(ticks);
  for (const tick of ticks) {
    const at = y(tick);
    pen.line([left, at, right, at], grid);
    const text = base === 0 ? tickText(tick) : differenceText(tick - base);
    pen.text(left - 7, at, text, { ...words, align: "right", baseline: "middle" });
  }
  const named: TextStyle = { fill: palette.ink, size: 12 };
  pen.text(4, 6, up.label, { ...named, baseline: "top" });
  if (base !== 0) pen.text(4, bottom + 22, `0 is ${tickText(base)}`, { ...words, baseline: "top" });
}

/** The ticks, the lines and the name of the horizontal axis alone. */
export function drawAcross(pen: Pen, frame: Across, across: Axis, palette: Palette): void {
  const { left, top, right, bottom, x } = frame;
  const grid = { stroke: palette.line, width: 1 };
  const words: TextStyle = { fill: palette.muted, size: 11, figures: true };
  for (const tick of ticksOf(x, Math.min((right - left) / 80, 8), across.log)) {
    const at = x(tick);
    pen.line([at, top, at, bottom], grid);
    const text = tickText(tick);
    // the last number is moved in, so that the edge of the picture does not cut it
    const over = at + pen.measure(text, words) / 2 > right + MARGIN.right - 2;
    const place = over ? right + MARGIN.right - 2 : at;
    pen.text(place, bottom + 6, text, {
      ...words,
      align: over ? "right" : "center",
      baseline: "top",
    });
  }
  const named: TextStyle = { fill: palette.ink, size: 12, align: "right", baseline: "top" };
  pen.text(right, bottom + 22, across.label, named);
}

/** What ticks have in common where they differ only in their last of many digits; else 0. */
function sharedBase(ticks: readonly number[]): number {
  if (ticks.length < 2 || ticks.every((tick) => tickText(tick).length <= LONGEST)) return 0;
  return ticks[0];
}

/** A tick as what it is above another one. */
function differenceText(number: number): string {
  return number === 0 ? "0" : `${number > 0 ? "+" : ""}${tickText(Number(number.toPrecision(3)))}`;
}

function ticksOf(scale: Scale, count: number, log = false): number[] {
  const few = Math.max(2, Math.round(count));
  const ticks = scale.ticks(few);
  if (!log) return ticks;
  const tens = ticks.filter((tick) => Number.isInteger(Math.round(Math.log10(tick) * 1e9) / 1e9));
  const kept = tens.length >= 2 ? tens : ticks;
  const every = Math.ceil(kept.length / (few + 1));
  return kept.filter((_, i) => i % every === 0);
}

/** Limits around all finite numbers, with a margin; a lone number gets room on both sides. */
export function limits(numbers: Iterable<number | null>, margin = 0.08): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const number of numbers) {
    if (number === null || !Number.isFinite(number)) continue;
    if (number < low) low = number;
    if (number > high) high = number;
  }
  if (low > high) return [0, 1];
  const room = high > low ? (high - low) * margin : Math.max(Math.abs(high) * 0.1, 0.5);
  return [low - room, high + room];
}
