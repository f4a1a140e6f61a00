import type { Act, Control } from "../controls/control";
import { choice, slider, tick, typed } from "../controls/fields";
import { readable } from "../numerics/readable";
import type { Setting } from "../wire/setting";
import type { Setup } from "../wire/setup";
import { mover } from "./mover";

const MOST_LISTED = 30;

type Feet = (setup: Setup, act: Act) => Control[];

/** The controls that belong to one view, by its name: all that its pointer does, by keyboard. */
export function feetOf(name: string, setup: Setup, act: Act): Control[] {
  return FEET[name]?.(setup, act) ?? [];
}

const data: Feet = (_setup, act) => [
  choice(
    "Show",
    (_state, { record }) => [
      { value: "", label: "prediction against truth" },
      ...(record.fit?.inputs ?? [])
        .slice(0, MOST_LISTED)
        .map((name) => ({ value: name, label: name })),
    ],
    (state) => state.look.shown,
    (name) => act({ look: { shown: name } }),
    (_state, { record }) =>
      record.fit === null || record.fit.feature !== null || record.fit.inputs.length < 2,
  ),
  mover(act),
];

const PLANES: readonly { readonly value: Setting["plane"]; readonly label: string }[] = [
  { value: "steepest", label: "steepest directions" },
  { value: "path", label: "the path's directions" },
  { value: "chosen", label: "two parameters" },
];

const contours: Feet = (setup, act) => {
  const axis = (words: string, which: 0 | 1): Control =>
    choice(
      words,
      ({ setting }, { record }) =>
        record.names
          .map((name, i) => ({ value: String(i), label: name }))
          .filter((_, i) => i !== setting.chosen[1 - which]),
      (state) => String(state.setting.chosen[which]),
      (value) =>
        act(({ setting }) => {
          const [across, up] = setting.chosen;
          return {
            setting: { chosen: which === 0 ? [Number(value), up] : [across, Number(value)] },
          };
        }),
      (state, { record }) =>
        record.names.length < 3 || setup.link === "none" || state.setting.plane !== "chosen",
    );
  return [
    choice(
      "Plane of",
      PLANES,
      (state) => state.setting.plane,
      (plane) => act({ setting: { plane: plane as Setting["plane"] } }),
      (_state, { record }) => record.names.length < 3 || setup.link === "none",
    ),
    axis("across", 0),
    axis("up", 1),
  ];
};

const cost: Feet = (_setup, act) => [
  tick(
    "logarithmic",
    (state) => state.look.log,
    (log) => act({ look: { log } }),
    (state, { record }) =>
      !state.look.log && record.loss.some((loss) => loss !== null && loss <= 0),
  ),
];

const layers: Feet = (_setup, act) => [
  choice(
    "Colour",
    [
      { value: "ratio", label: "update-to-weight ratio" },
      { value: "gradient", label: "gradient norm" },
    ],
    (state) => state.look.layers,
    (value) => act({ look: { layers: value === "gradient" ? "gradient" : "ratio" } }),
  ),
];

const slope: Feet = (_setup, act) => [
  choice(
    "J along",
    (_state, { record }) => [
      ...record.names.slice(0, MOST_LISTED).map((name, i) => ({ value: String(i), label: name })),
      ...(record.names.length > 1 ? [{ value: "-1", label: "the gradient" }] : []),
    ],
    (state) => String(state.look.along),
    (value) => act({ look: { along: Number(value) } }),
  ),
  slider(
    "Secant",
    { low: -0.5, high: 0.5, step: 0.01 },
    (state) => state.look.secant,
    (share) => act({ look: { secant: share } }),
    ({ look }) =>
      look.secant === 0
        ? "off"
        : `${readable(Math.abs(100 * look.secant), 2)} % ${look.secant > 0 ? "right" : "left"}`,
  ),
];

const bowl: Feet = (_setup, act) => [
  slider(
    "Turn",
    { low: -180, high: 180, step: 1 },
    (state) => wrapped(state.look.turn),
    (turn) => act({ look: { turn } }),
    (state) => `${Math.round(wrapped(state.look.turn))}°`,
  ),
  slider(
    "Tilt",
    { low: 5, high: 85, step: 1 },
    (state) => state.look.tilt,
    (tilt) => act({ look: { tilt } }),
    (state) => `${Math.round(state.look.tilt)}°`,
  ),
];

const flow: Feet = (_setup, act) => [
  typed(
    "Example row",
    { low: 1, high: 1e6, whole: true },
    (state) => state.look.example + 1,
    (row) => act({ look: { example: row - 1 } }),
  ),
];

const COST = { low: 0, high: 1e9 };

const threshold: Feet = (_setup, act) => [
  slider(
    "Threshold",
    { low: 0, high: 1, step: 0.01 },
    (state) => state.look.threshold,
    (at) => act({ look: { threshold: at } }),
    (state) => readable(state.look.threshold, 3),
  ),
  typed(
    "Cost of a false alarm",
    COST,
    (state) => state.look.costs[0],
    (cost) => act(({ look }) => ({ look: { costs: [cost, look.costs[1]] } })),
  ),
  typed(
    "Cost of a miss",
    COST,
    (state) => state.look.costs[1],
    (cost) => act(({ look }) => ({ look: { costs: [look.costs[0], cost] } })),
  ),
];

const FEET: { readonly [view: string]: Feet } = {
  data,
  contours,
  cost,
  layers,
  slope,
  bowl,
  flow,
  threshold,
};

function wrapped(degrees: number): number {
  return ((((degrees + 180) % 360) + 360) % 360) - 180;
}
