import { isLocal } from "../numerics/record";
import type { State } from "../state/state";
import type { Setup } from "../wire/setup";
import { button, make, say } from "./dom";
import { icon } from "./icons";

/** The top of the page: what is shown, undo, and the link. */
export interface Header {
  readonly element: HTMLElement;
  /** words: what is shown in a sentence, where Python has said it anew. */
  show(state: State, words: string | null, undoable: boolean, redoable: boolean): void;
}

const PLAYED = " This file plays the record back; to compute it anew open `steepest lab`.";
const ALONE =
  " This file works by itself: lines, curves and plain descent; for more open `steepest lab`.";

/** menu: of the lessons; does.link: the address that shows just this. */
export function header(
  setup: Setup,
  menu: HTMLElement,
  does: { undo(): void; redo(): void; link(): string },
): Header {
  const sign = (name: "undo" | "redo", label: string, press: () => void): HTMLButtonElement => {
    const made = button("", press, { class: "icon quiet", "aria-label": label, title: label });
    made.append(icon(name));
    return made;
  };
  const undo = sign("undo", "undo (Ctrl+Z)", does.undo);
  const redo = sign("redo", "redo (Ctrl+Shift+Z)", does.redo);
  const told = make("span", { class: "small", role: "status" });
  const copy = button(
    "Copy link",
    () => {
      navigator.clipboard
        .writeText(does.link())
        .then(() => say(told, "copied: it shows exactly this"))
        .catch(() => say(told, "the address of this page is the link"));
      setTimeout(() => say(told, ""), 4000);
    },
    { class: "quiet" },
  );
  const title = make("h1", {});
  const about = make("p", { class: "about" });
  const element = make(
    "header",
    { class: "top" },
    make("span", { class: "brand" }, "steepest"),
    title,
    about,
    make("div", { class: "row tools" }, told, menu, undo, redo, copy),
  );
  return {
    element,
    show({ setting }, words, undoable, redoable) {
      const curve = setting.what === "curve" && setup.table !== null;
      say(title, curve ? setting.expression : setting.run || setup.title);
      const known = setting.run === setup.setting.run ? setup.words : "";
      const own = curve ? "A curve of one variable." : (words ?? known);
      say(
        about,
        setup.link === "none" ? own + (isLocal(setting, setup.table) ? ALONE : PLAYED) : own,
      );
      undo.disabled = !undoable;
      redo.disabled = !redoable;
    },
  };
}
