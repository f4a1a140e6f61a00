import type { Setup } from "../wire/setup";
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
  layers: "ratio",
  ask: false,
};

const WIDE = 4;

/** The same where the page begins: noisy losses that fall far have a logarithmic axis. */
export function firstLook({ played }: Setup): Look {
  if (played === null || played.trend === null) return LOOK;
  const losses = played.trend.filter((loss) => loss !== null);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  return low > 0 && high > WIDE * low ? { ...LOOK, log: true } : LOOK;
}
