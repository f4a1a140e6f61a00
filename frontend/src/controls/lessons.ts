import { localRecord } from "../numerics/record";
import { button, make, mark, say } from "../shell/dom";
import { type Lesson, LESSONS } from "../state/lessons";
import type { State } from "../state/state";
import type { DescentRecord } from "../wire/record";
import type { Setting } from "../wire/setting";
import type { Setup } from "../wire/setup";
import { type Act, type Control } from "./control";

/** States worth seeing, one click away; what to see in the one that was chosen. */
export interface Lessons extends Control {
  readonly menu: HTMLElement;
}

/** The words of a lesson stay until its setting is changed, or they are closed. */
export function lessons(setup: Setup, act: Act): Lessons {
  const suited = LESSONS.filter((lesson) => lesson.suits(setup));
  const title = make("strong", {});
  const words = make("span", {});
  const next = button("", () => choose(suited[suited.indexOf(chosen as Lesson) + 1]), {
    class: "quiet",
  });
  const close = button(
    "Close",
    () => {
      chosen = null;
      element.hidden = true;
    },
    { class: "quiet" },
  );
  const text = make("p", { role: "status" }, title, " ", words);
  const element = make(
    "div",
    { class: "lesson", hidden: true },
    text,
    make("div", { class: "row" }, next, close),
  );
  let chosen: Lesson | null = null;
  let setting: Setting | null = null;
  const choose = (lesson: Lesson): void => {
    chosen = lesson;
    menu.open = false;
    act((state) => {
      const change = lesson.change(setup, ownRecord(setup));
      setting = { ...state.setting, ...change.setting };
      return change;
    });
  };
  const items = suited.map((lesson) =>
    button(lesson.title, () => choose(lesson), { class: "quiet" }),
  );
  const list = make(
    "ol",
    { class: "menu-list tall" },
    ...items.map((item) => make("li", {}, item)),
  );
  const menu = make(
    "details",
    { class: "menu" },
    make("summary", { class: "quiet" }, "Lessons"),
    list,
  );
  menu.hidden = suited.length === 0;
  menu.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node) || !menu.contains(event.relatedTarget))
      menu.open = false;
  });
  return {
    element,
    menu,
    show(state: State) {
      if (chosen !== null && JSON.stringify(setting) !== JSON.stringify(state.setting))
        chosen = null;
      element.hidden = chosen === null;
      items.forEach((item, i) => mark(item, "aria-current", suited[i] === chosen ? "true" : null));
      if (chosen === null) return;
      say(title, `${chosen.title}.`);
      say(words, chosen.words);
      const after = suited[suited.indexOf(chosen) + 1];
      next.hidden = after === undefined;
      say(next, after === undefined ? "" : `Next: ${after.title}`);
    },
  };
}

/** The descent that the page begins with, whose curvature lessons take their rates from. */
function ownRecord(setup: Setup): DescentRecord {
  return setup.played ?? localRecord(setup.setting, setup.table);
}
