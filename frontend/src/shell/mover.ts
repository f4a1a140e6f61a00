import type { Act, Control } from "../controls/control";
import { typed } from "../controls/fields";
import type { Setting } from "../wire/setting";
import type { TableData } from "../wire/setup";
import { button, make } from "./dom";

const ANY = { low: -1e300, high: 1e300 };

/** Which point to move, and where to: what dragging does, by numbers. */
export function mover(act: Act): Control {
  let row = 0;
  let table: TableData | null = null;
  const place = (setting: Setting): readonly [number, number] => {
    const own = setting.moved.find((each) => each[0] === row);
    return own ? [own[1], own[2]] : [table?.x[row] ?? 0, table?.y[row] ?? 0];
  };
  const put = (which: 0 | 1, value: number): void =>
    act(({ setting }) => {
      const [x, y] = place(setting);
      const rest = setting.moved.filter((each) => each[0] !== row);
      return { setting: { moved: [...rest, which === 0 ? [row, value, y] : [row, x, value]] } };
    });
  const fields = [
    typed(
      "Point",
      { low: 1, high: 1e6, whole: true },
      () => row + 1,
      (value) => {
        row = Math.min(value, table?.x.length ?? 1) - 1;
        act({});
      },
    ),
    typed(
      "x",
      ANY,
      (state) => place(state.setting)[0],
      (value) => put(0, value),
    ),
    typed(
      "y",
      ANY,
      (state) => place(state.setting)[1],
      (value) => put(1, value),
    ),
  ];
  const back = button("Put all back", () => act({ setting: { moved: [] } }), { class: "quiet" });
  const list = make("div", { class: "row" }, ...fields.map((each) => each.element), back);
  const element = make("details", { class: "mover" }, make("summary", {}, "Move a point"), list);
  return {
    element,
    show(state, scene) {
      element.hidden = scene.table === null || !scene.touchable;
      table = scene.table;
      for (const each of fields) each.show(state, scene);
      back.disabled = state.setting.moved.length === 0;
    },
  };
}
