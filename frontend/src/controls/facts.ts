import { readable } from "../numerics/readable";
import { make, say } from "../shell/dom";
import type { Facts } from "../wire/record";
import { type Control } from "./control";

const LINES: readonly { readonly words: string; read(facts: Facts): number | null }[] = [
  { words: "sharpness λ_max", read: (facts) => facts.sharpness },
  { words: "condition number κ", read: (facts) => facts.condition_number },
  { words: "largest stable α", read: (facts) => facts.largest_stable_rate },
  { words: "least possible J", read: (facts) => facts.minimum_loss },
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
    show(_state, { record }) {
      for (const { line, name, value } of rows) {
        const number = line.read(record.facts);
        name.hidden = value.hidden = number === null;
        if (number !== null) say(value, readable(number));
      }
      element.hidden = rows.every(({ value }) => value.hidden);
    },
  };
}
