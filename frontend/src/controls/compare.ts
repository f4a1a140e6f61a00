import { readable } from "../numerics/readable";
import { button, make, say } from "../shell/dom";
import type { Scene } from "../views/scene";
import type { State } from "../state/state";
import { isLocal } from "../numerics/record";
import type { Setup } from "../wire/setup";
import { isFocused } from "./fields";
import { type Act, type Control } from "./control";
import { rateOf } from "./rate";

const MORE = 3;

/** Two runs in one picture: this one kept beside the next, or a branch of it. */
export function compare(setup: Setup, act: Act): Control {
  let now: { state: State; scene: Scene } | null = null;
  const keep = button("Keep this run to compare", () => {
    if (now !== null) act({ beside: now.state.setting, branch: null });
  });
  const branch = button("Branch from here", () => {
    if (now === null) return;
    const { record, row } = now.scene;
    act({ branch: { at: record.step[row], rate: MORE * rateOf(now.state, now.scene) }, beside: null });
  });
  const rate = make("input", { type: "number", step: "any", inputmode: "decimal", "aria-label": "learning rate of the branch", autocomplete: "off" });
  rate.addEventListener("input", () => {
    const value = Number(rate.value);
    const old = now?.state.branch;
    if (old && value > 0 && Number.isFinite(value)) act({ branch: { at: old.at, rate: value } });
  });
  const words = make("span", { class: "small" });
  const away = button("Remove", () => act({ beside: null, branch: null }), { class: "quiet" });
  const told = make("div", { class: "row beside" }, make("span", { class: "dashes", "aria-hidden": "true" }), words, rate, away);
  const element = make("div", { class: "compare" }, make("div", { class: "row" }, keep, branch), told);
  return {
    element,
    show(state, scene) {
      now = { state, scene };
      const isRun = state.setting.what === "run";
      keep.hidden = isRun;
      branch.hidden = scene.record.params === null || (setup.link === "none" && !isLocal(state.setting, setup.table));
      const other = state.beside !== null || state.branch !== null;
      told.hidden = !other && scene.beside === null;
      away.hidden = !other;
      rate.hidden = state.branch === null;
      if (state.branch !== null) {
        say(words, `from iteration ${state.branch.at}, α`);
        if (!isFocused(rate)) rate.value = String(Number(state.branch.rate.toPrecision(6)));
      } else if (state.beside !== null) {
        const kept = scene.beside?.rate[0] ?? null;
        say(words, `kept run, α = ${kept === null ? "auto" : readable(kept)}`);
      } else {
        say(words, setup.beside?.title ?? "the run before the remedy");
      }
    },
  };
}
