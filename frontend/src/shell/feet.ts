import type { Act, Control } from "../controls/control";
import { choice, slider, tick, typed } from "../controls/fields";
import { readable } from "../numerics/readable";
import type { Setup } from "../wire/setup";
import { make } from "./dom";

const MOST_LISTED = 30;

/** The controls that belong to one view, by its name: all that its pointer does, by keyboard. */
export function feetOf(name: string, setup: Setup, act: Act): Control[] {
  return FEET[name]?.(setup, act) ?? [];
}

const FEET: { readonly [view: string]: (setup: Setup, act: Act) => Control[] } = {
  data: (setup, act) => [shown(setup, act), mover(act)],
  contours: (setup, act) => planes(setup, act),
  cost: (_setup, act) => [
    tick("logarithmic", (state) => state.look.log, (log) => act({ look: { log } })),
  ],
  slope: (_setup, act) => [along(act), secant(act)],
  bowl: (_setup, act) => [
    slider("Turn", { low: -180, high: 180, step: 1 }, (state) => wrapped(state.look.turn), (turn) => act({ look: { turn } }), (state) => `${Math.round(wrapped(state.look.turn))}°`),
    slider("Tilt", { low: 5, high: 85, step: 1 }, (state) => state.look.tilt, (tilt) => act({ look: { tilt } }), (state) => `${Math.round(state.look.tilt)}°`),
  ],
  flow: (_setup, act) => [example(act)],
  threshold: (_setup, act) => [
    slider("Threshold", { low: 0, high: 1, step: 0.01 }, (state) => state.look.threshold, (threshold) => act({ look: { threshold } }), (state) => readable(state.look.threshold, 3)),
    typed("Cost of a false alarm", { low: 0, high: 1e9 }, (state) => state.look.costs[0], (cost) => act({ look: { costs: [cost, now(act).costs[1]] } })),
    typed("Cost of a miss", { low: 0, high: 1e9 }, (state) => state.look.costs[1], (cost) => act({ look: { costs: [now(act).costs[0], cost] } })),
  ],
};

// The two costs are one value: a field that changes one has to know the other.
const latest = new WeakMap<Act, { costs: readonly [number, number] }>();

function now(act: Act): { costs: readonly [number, number] } {
  return latest.get(act) ?? { costs: [1, 1] };
}

/** Remember what fields with half a value need. */
export function remember(act: Act, costs: readonly [number, number]): void {
  latest.set(act, { costs });
}

function wrapped(degrees: number): number {
  return ((((degrees + 180) % 360) + 360) % 360) - 180;
}

function listOf(read: (scene: import("../views/scene").Scene) => readonly { value: string; label: string }[], words: string, value: (state: import("../state/state").State) => string, choose: (value: string) => void, hidden: (scene: import("../views/scene").Scene) => boolean): Control {
  const list = make("select", {});
  list.addEventListener("change", () => choose(list.value));
  const name = make("span", {}, words);
  const element = make("label", { class: "field inline" }, name, list);
  let written = "";
  return {
    element,
    show(state, scene) {
      element.hidden = hidden(scene);
      const options = read(scene);
      const key = options.map((each) => each.label).join("\n");
      if (key !== written) list.replaceChildren(...options.map((each) => make("option", { value: each.value }, each.label)));
      written = key;
      const chosen = value(state);
      if (list.value !== chosen) list.value = chosen;
    },
  };
}

function shown(_setup: Setup, act: Act): Control {
  return listOf(
    (scene) => [{ value: "", label: "prediction against truth" }, ...(scene.record.fit?.inputs ?? []).slice(0, MOST_LISTED).map((name) => ({ value: name, label: name }))],
    "Show",
    (state) => state.look.shown,
    (name) => act({ look: { shown: name } }),
    (scene) => scene.record.fit === null || scene.record.fit.feature !== null || scene.record.fit.inputs.length < 2,
  );
}

/** Which point to move, and where to: what dragging does, by numbers. */
function mover(act: Act): Control {
  let row = 0;
  let data: { x: readonly number[]; y: readonly number[] } = { x: [], y: [] };
  let moved: readonly (readonly [number, number, number])[] = [];
  const place = (): readonly [number, number] => {
    const own = moved.find((each) => each[0] === row);
    return own ? [own[1], own[2]] : [data.x[row] ?? 0, data.y[row] ?? 0];
  };
  const put = (x: number, y: number): void => {
    act({ setting: { moved: [...moved.filter((each) => each[0] !== row), [row, x, y]] } });
  };
  const which = typed("Point", { low: 1, high: 1e6, whole: true }, () => row + 1, (value) => {
    row = Math.min(value, data.x.length) - 1;
    act({});
  });
  const x = typed("x", { low: -1e300, high: 1e300 }, () => place()[0], (value) => put(value, place()[1]));
  const y = typed("y", { low: -1e300, high: 1e300 }, () => place()[1], (value) => put(place()[0], value));
  const back = make("button", { type: "button", class: "quiet" }, "Put all back");
  back.addEventListener("click", () => act({ setting: { moved: [] } }));
  const element = make("details", { class: "mover" }, make("summary", {}, "Move a point"), make("div", { class: "row" }, which.element, x.element, y.element, back));
  return {
    element,
    show(state, scene) {
      element.hidden = scene.table === null || !scene.touchable;
      if (scene.table === null) return;
      data = scene.table;
      moved = state.setting.moved;
      for (const each of [which, x, y]) each.show(state, scene);
      back.disabled = moved.length === 0;
    },
  };
}

function planes(setup: Setup, act: Act): Control[] {
  const few = (scene: import("../views/scene").Scene): boolean => scene.record.names.length <= 2 || setup.link === "none";
  const kinds = [
    { value: "steepest", label: "steepest directions" },
    { value: "path", label: "the path's directions" },
    { value: "chosen", label: "two parameters" },
  ];
  const chosen = (which: 0 | 1): Control =>
    listOf(
      (scene) => scene.record.names.map((name, i) => ({ value: String(i), label: name })),
      which === 0 ? "across" : "up",
      (state) => String(state.setting.chosen[which]),
      (value) => {
        const other = pair[1 - which];
        const next: [number, number] = which === 0 ? [Number(value), other] : [other, Number(value)];
        if (next[0] !== next[1]) act({ setting: { chosen: next } });
      },
      (scene) => few(scene) || scene.setting.plane !== "chosen",
    );
  let pair: readonly [number, number] = [0, 1];
  const watch: Control = { element: make("span", { hidden: true }), show: (state) => void (pair = state.setting.chosen) };
  return [
    watch,
    choice("Plane of", kinds, (state) => state.setting.plane, (plane) => act({ setting: { plane: plane as "steepest" } }), (_state, scene) => few(scene)),
    chosen(0),
    chosen(1),
  ];
}

function along(act: Act): Control {
  return listOf(
    (scene) => [...scene.record.names.slice(0, MOST_LISTED).map((name, i) => ({ value: String(i), label: name })), { value: "-1", label: "the gradient" }],
    "J along",
    (state) => String(state.look.along),
    (value) => act({ look: { along: Number(value) } }),
    (scene) => scene.record.names.length < 2,
  );
}

function secant(act: Act): Control {
  return slider(
    "Secant",
    { low: -0.5, high: 0.5, step: 0.01 },
    (state) => state.look.secant,
    (share) => act({ look: { secant: share } }),
    (state) => (state.look.secant === 0 ? "off" : `${readable(Math.abs(100 * state.look.secant), 2)} % ${state.look.secant > 0 ? "right" : "left"}`),
  );
}

function example(act: Act): Control {
  const field = typed("Example row", { low: 1, high: 1e6, whole: true }, (state) => state.look.example + 1, (row) => act({ look: { example: row - 1 } }));
  return field;
}
