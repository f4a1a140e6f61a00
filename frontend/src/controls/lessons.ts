import { localRecord } from "../numerics/record";
import { button, make, say } from "../shell/dom";
import { type Lesson, LESSONS } from "../state/lessons";
import type { State } from "../state/state";
import type { Setup } from "../wire/setup";
import { type Act, type Control } from "./control";

/** States worth seeing, one click away; what to see in the one that was chosen. */
export interface Lessons extends Control {
  readonly menu: HTMLElement;
}

/** Shows the words of a lesson as long as its state is not changed. */
export function lessons(setup: Setup, act: Act): Lessons {
  const suited = LESSONS.filter((lesson) => lesson.suits(setup));
  const title = make("strong", {});
  const words = make("span", {});
  const element = make("p", { class: "lesson", role: "status", hidden: true }, title, " ", words);
  let chosen: Lesson | null = null;
  let setting: unknown = null;
  const choose = (lesson: Lesson): void => {
    const own = setup.played ?? localRecord(setup.setting, setup.table);
    chosen = lesson;
    setting = null;
    menu.open = false;
    act(lesson.change(setup, own));
  };
  const list = make("div", { class: "menu-list tall" }, ...suited.map((lesson) => button(lesson.title, () => choose(lesson), { class: "quiet" })));
  const menu = make("details", { class: "menu" }, make("summary", { class: "quiet" }, "Lessons"), list);
  menu.hidden = suited.length === 0;
  menu.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node) || !menu.contains(event.relatedTarget)) menu.open = false;
  });
  return {
    element,
    menu,
    show(state: State) {
      if (chosen !== null && setting === null) setting = state.setting;
      else if (setting !== state.setting) chosen = null;
      element.hidden = chosen === null;
      if (chosen === null) return;
      say(title, `${chosen.title}.`);
      say(words, chosen.words);
    },
  };
}
