import type { Link, Part } from "./link";

/** What the page needs of an anywidget model. */
export interface WidgetModel {
  get(name: string): unknown;
  send(content: unknown): void;
  on(name: "msg:custom", call: (content: unknown) => void): void;
  off(name: "msg:custom", call: (content: unknown) => void): void;
}

/**
 * The link of a notebook: questions and answers are messages that carry a name. One widget may
 * be shown twice, and both hear every answer, so that names have to differ between them.
 */
export function widgetLink(model: WidgetModel): Link {
  const view = crypto.getRandomValues(new Uint32Array(2)).join("-");
  let last = 0;
  return {
    ask(question, onPart, signal) {
      const id = `${view}-${(last += 1)}`;
      return new Promise((resolve) => {
        const end = (): void => {
          model.off("msg:custom", hear);
          resolve();
        };
        const hear = (content: unknown): void => {
          const answer = content as { id?: string; part?: string };
          if (answer.id !== id) return;
          if (answer.part === "end") end();
          else onPart(content as Part);
        };
        model.on("msg:custom", hear);
        const stop = (): void => {
          model.send({ id, stop: true });
          end();
        };
        signal.addEventListener("abort", stop, { once: true });
        model.send({ id, question });
      });
    },
  };
}
