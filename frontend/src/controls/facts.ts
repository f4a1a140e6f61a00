import { readable } from "../numerics/readable";
import { make, say } from "../shell/dom";
import type { Scene } from "../views/scene";
import { type Control } from "./control";

const LINES: readonly { readonly words: string; read(scene: Scene): number | null }[] = [
  {
    words: "learning rate α",
    read: ({ setting, record, row }) => (setting.what === "run" ? record.rate[row] : null),
  },
  { words: "sharpness λ_max", read: ({ record }) => record.facts.sharpness },
  { words: "condition number κ", read: ({ record }) => record.facts.condition_number },
  { words: "largest stable α", read: ({ record }) => record.facts.largest_stable_rate },
  { words: "least possible J", read: ({ record }) => record.facts.minimum_loss },
];

/** What is known of the cost, as far as it is: the numbers that decide how a descent goes. */
export function facts(): Control {
  const rows = LINES.map((line) => ({
    line,
    name: make("dt", {}, line.words),
    value: make("dd", {}),
  }));
  const element = make(
    "dl",
    { class: "facts" },
    ...rows.flatMap(({ name, value }) => [name, value]),
  );
  return {
    element,
    show(_state, scene) {
      for (const { line, name, value } of rows) {
        const number = line.read(scene);
        name.hidden = value.hidden = number === null;
        if (number !== null) say(value, readable(number));
      }
      element.hidden = rows.every(({ value }) => value.hidden);
    },
  };
}
