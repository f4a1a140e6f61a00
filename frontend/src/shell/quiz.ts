import type { Act, Control } from "../controls/control";
import { tick } from "../controls/fields";
import { questionFor, type Question } from "../state/questions";
import type { Scene } from "../views/scene";
import type { DescentRecord } from "../wire/record";
import { button, make, say } from "./dom";

/** Check yourself: a question before each step, its answer and the reason from today's numbers. */
export function quizOf(act: Act): Control {
  const box = tick(
    "Check yourself: ask me before each step",
    (state) => state.look.ask,
    (ask) => act({ look: { ask } }),
  );
  const words = make("p", {});
  const choices = make("div", { class: "row", role: "group", "aria-label": "answers" });
  const answer = make("p", { class: "answer", role: "status" });
  const asked = make("div", { class: "asked" }, words, choices, answer);
  const element = make(
    "section",
    { class: "quiz", "aria-label": "check yourself" },
    box.element,
    asked,
  );
  let last: { record: DescentRecord; row: number } | null = null;

  const put = (question: Question, { record, row }: Scene): void => {
    if (last?.record === record && last.row === row) return;
    last = { record, row };
    const next = record.step[row + 1];
    say(words, question.words);
    say(answer, "");
    choices.replaceChildren(
      ...question.choices.map((choice, place) =>
        button(choice, () => {
          const right = place === question.answer;
          answer.dataset.right = String(right);
          say(
            answer,
            `${right ? "Right." : `The answer is: ${question.choices[question.answer]}.`} ${begun(question.reason)}`,
          );
          for (const each of choices.children) (each as HTMLButtonElement).disabled = true;
          if (next !== undefined)
            answer.append(
              " ",
              button("Take the step", () => act({ look: { at: next } }), { class: "apply" }),
            );
        }),
      ),
    );
  };
  return {
    element,
    show(state, scene) {
      // whether the loss of the next batch is higher is chance
      const { params, trend } = scene.record;
      element.hidden = params === null && trend !== null;
      box.show(state, scene);
      // a question about a record that is being replaced would be answered from the wrong one
      const settled = scene.setting === state.setting;
      const question = state.look.ask && settled ? questionFor(scene) : null;
      asked.hidden = !state.look.ask;
      if (question === null) {
        last = null;
        say(words, settled ? "There is no step from here to ask about." : "Python is working ...");
        choices.replaceChildren();
        say(answer, "");
        return;
      }
      put(question, scene);
    },
  };
}

/** A sentence begins large. */
function begun(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
