import type { Act, Control } from "../controls/control";
import { tick } from "../controls/fields";
import { questionFor, type Question } from "../state/questions";
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
  let last = "";

  const put = (question: Question, key: string, next: number | null): void => {
    if (key === last) return;
    last = key;
    say(words, question.words);
    say(answer, "");
    choices.replaceChildren(
      ...question.choices.map((choice, place) =>
        button(choice, () => {
          const right = place === question.answer;
          answer.dataset.right = String(right);
          say(
            answer,
            `${right ? "Yes." : `No: ${question.choices[question.answer]}.`} ${question.reason}`,
          );
          for (const each of choices.children) (each as HTMLButtonElement).disabled = true;
          if (next !== null)
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
      box.show(state, scene);
      const question = state.look.ask ? questionFor(scene) : null;
      asked.hidden = !state.look.ask;
      if (question === null) {
        last = "";
        say(words, "There is no step from here to ask about.");
        choices.replaceChildren();
        say(answer, "");
        return;
      }
      const key = `${scene.row} ${JSON.stringify(state.setting)} ${question.words}`;
      put(question, key, scene.record.step[scene.row + 1] ?? null);
    },
  };
}
