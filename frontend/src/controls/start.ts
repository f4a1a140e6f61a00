import { inOwnUnits, isLocal } from "../numerics/record";
import { button, make } from "../shell/dom";
import type { Setup } from "../wire/setup";
import { type Act, type Control } from "./control";
import { typed } from "./fields";

/** Where the descent begins, in the coordinates that it goes down in, and the way back. */
export function start(setup: Setup, act: Act): Control {
  const names = ["w", "b"];
  let write: (place: number, value: number) => void = () => {};
  const fields = names.map((name, place) =>
    typed(
      `Start ${name}`,
      { low: -1e300, high: 1e300 },
      (_state, scene) => scene.record.params?.[0][place] ?? null,
      (value) => write(place, value),
    ),
  );
  const again = button(
    "Start over",
    () => act({ setting: setup.setting, look: { at: 0 }, beside: null, branch: null }),
    { class: "quiet", title: "Back to where this page began" },
  );
  const element = make("div", { class: "start" }, ...fields.map((each) => each.element), again);
  return {
    element,
    show(state, scene) {
      element.hidden = state.setting.what === "run";
      const movable = isLocal(state.setting, setup.table);
      write = (place, value) => {
        const params = scene.record.names.map((_, i) => scene.record.params?.[0][i] ?? 0);
        params[place] = value;
        act({ setting: { start: inOwnUnits(state.setting, setup.table, params) } });
      };
      fields.forEach((each, place) => {
        if (movable) each.show(state, scene);
        each.element.hidden = !movable || place >= scene.record.names.length;
      });
    },
  };
}
