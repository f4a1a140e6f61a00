import type { Link, Part } from "./link";

/** What the page needs of an anywidget model. */
export interface WidgetModel {
  get(name: string): unknown;
  send(content: unknown): void;
  on(name: "msg:custom", call: (content: unknown) => void): void;
  off(name: "msg:custom", call: (content: unknown) => void): void;
}

/** The link of a notebook: questions and answers are messages that carry a number. */
export function widgetLink(model: WidgetModel): Link {
  let last = 0;
  return {
    ask(question, onPart, signal) {
      const id = (last += 1);
      return new Promise((resolve) => {
        const end = (): void => {
          model.off("msg:custom", hear);
          resolve();
        };
        const hear = (content: unknown): void => {
          const answer = content as { id?: number; part?: string };
          if (answer.id !== id) return;
          if (answer.part === "end") end();
          else onPart(content as Part);
        };
        model.on("msg:custom", hear);
        signal.addEventListener("abort", end, { once: true });
        model.send({ id, question });
      });
    },
  };
}
