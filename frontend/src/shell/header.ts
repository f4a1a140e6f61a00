import type { Setup } from "../wire/setup";
import { button, make, say } from "./dom";
import { icon } from "./icons";

/** The top of the page: what is shown, undo, and the link. */
export interface Header {
  readonly element: HTMLElement;
  show(undoable: boolean, redoable: boolean): void;
}

export function header(setup: Setup, menu: HTMLElement, does: { undo(): void; redo(): void; link(): string }): Header {
  const sign = (name: "undo" | "redo", label: string, press: () => void): HTMLButtonElement => {
    const made = button("", press, { class: "icon quiet", "aria-label": label, title: label });
    made.append(icon(name));
    return made;
  };
  const undo = sign("undo", "undo (Ctrl+Z)", does.undo);
  const redo = sign("redo", "redo (Ctrl+Shift+Z)", does.redo);
  const told = make("span", { class: "small", role: "status" });
  const copy = button("Copy link", () => {
    navigator.clipboard
      .writeText(does.link())
      .then(() => say(told, "copied: it shows exactly this"))
      .catch(() => say(told, "the address of this page is the link"));
    setTimeout(() => say(told, ""), 4000);
  }, { class: "quiet" });
  const element = make(
    "header",
    { class: "top" },
    make("span", { class: "brand" }, "steepest"),
    make("h1", {}, setup.title),
    make("p", { class: "about" }, setup.words),
    make("div", { class: "row tools" }, told, menu, undo, redo, copy),
  );
  return {
    element,
    show(undoable, redoable) {
      undo.disabled = !undoable;
      redo.disabled = !redoable;
    },
  };
}
