import type { Control } from "../controls/control";
import type { Scene } from "../views/scene";
import { stepLines, wordsView } from "../views/words";
import { make, say } from "./dom";
import { saveMenu } from "./save_menu";

/** The step in words and numbers, as text that can be read aloud and copied. */
export function stepWords(page: string): Control {
  let now: Scene | null = null;
  const list = make("dl", {});
  const title = make("h2", {}, "The step in words");
  const room = make("div", { class: "words-room", tabindex: "0", role: "group", "aria-label": "the step, line by line" }, list);
  const element = make("section", { class: "panel words", "data-view": "words", "aria-label": "the step in words and numbers" }, make("header", {}, title, saveMenu(wordsView, page, () => now)), room);
  const rows: { head: HTMLElement; text: HTMLElement }[] = [];
  return {
    element,
    show(_state, scene) {
      now = scene;
      const lines = stepLines(scene);
      while (rows.length < lines.length) {
        const row = { head: make("dt", {}), text: make("dd", {}) };
        rows.push(row);
        list.append(row.head, row.text);
      }
      rows.forEach((row, i) => {
        const line = lines[i];
        row.head.hidden = row.text.hidden = line === undefined;
        if (line === undefined) return;
        say(row.head, line.head);
        say(row.text, line.text.join("\n"));
      });
    },
  };
}
