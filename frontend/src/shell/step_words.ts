import type { Control } from "../controls/control";
import type { Scene } from "../views/scene";
import { stepLines, wordsView } from "../views/words";
import { button, make, say } from "./dom";
import { icon } from "./icons";
import { saveMenu } from "./save_menu";

/** The step in words and numbers, as text that can be read aloud and copied. */
export function stepWords(page: string, enlarge: (element: HTMLElement) => void): Control {
  let now: Scene | null = null;
  const list = make("dl", {});
  const title = make("h2", {}, "The step in words");
  const large = button("", () => enlarge(element), {
    class: "icon quiet",
    "aria-label": "enlarge: the step in words",
    title: "Enlarge",
  });
  large.append(icon("large"));
  const room = make(
    "div",
    { class: "words-room", tabindex: "0", role: "group", "aria-label": "the step, line by line" },
    list,
  );
  const element = make(
    "section",
    { class: "panel words", "data-view": "words", "aria-label": "the step in words and numbers" },
    make(
      "header",
      {},
      title,
      saveMenu(wordsView, page, () => now),
      large,
    ),
    room,
  );
  const rows: { head: HTMLElement; text: HTMLElement; pair: HTMLElement }[] = [];
  return {
    element,
    show(_state, scene) {
      now = scene;
      const lines = stepLines(scene);
      while (rows.length < lines.length) {
        const [head, text] = [make("dt", {}), make("dd", {})];
        const row = { head, text, pair: make("div", {}, head, " ", text) };
        rows.push(row);
        list.append(row.pair);
      }
      rows.forEach((row, i) => {
        const line = lines[i];
        row.pair.hidden = line === undefined;
        if (line === undefined) return;
        say(row.head, line.head);
        say(row.text, line.text.join("\n"));
      });
    },
  };
}
