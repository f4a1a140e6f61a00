/** Where a fault of the gradient is, in words. */
import { readable } from "../readable";
import { needs, RECORD, type Answer } from "./answer";
import type { Fault } from "./patterns";
import type { Reading } from "./reading";

const WHOLE = 1e-5;

/** The coordinates of a fault by name; all of several are "every coordinate". */
export function where(fault: Fault, reading: Reading): string {
  const { names } = reading.trace;
  if (fault.coordinates.length === names.length && names.length > 1) return "every coordinate";
  return fault.coordinates.map((place) => names[place]!).join(", ");
}

/** How much of the difference a fault explains, for the end of a sentence. */
export function explained(fault: Fault): string {
  if (fault.unexplained < WHOLE) {
    return "which explains the whole difference between loss and gradient";
  }
  const left = readable(100 * fault.unexplained, 2);
  return `which explains all but ${left} % of the difference between loss and gradient`;
}

/** The share of the difference that a fault leaves, as evidence; none where it leaves none. */
export function leftOver(fault: Fault): { [name: string]: number } {
  return fault.unexplained >= WHOLE ? { unexplained_share: fault.unexplained } : {};
}

/** Why loss and gradient cannot be held against each other; clear where they were. */
export function comparable(reading: Reading): Answer {
  const shown = reading.evidence();
  if (shown === null) return needs(RECORD);
  if (shown.slopes() === null) {
    return needs("at least three moves that change the loss beyond rounding");
  }
  return "clear";
}
