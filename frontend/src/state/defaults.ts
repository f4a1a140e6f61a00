import type { Look } from "./state";

/** How a record is looked at before anyone has chosen. */
export const LOOK: Look = {
  at: 0,
  log: false,
  along: 0,
  secant: 0,
  shown: "",
  example: 0,
  threshold: 0.5,
  costs: [1, 1],
  turn: -35,
  tilt: 32,
  ask: false,
};
