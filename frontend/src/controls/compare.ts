import { isLocal } from "../numerics/record";
import { readable } from "../numerics/readable";
import { button, make, say } from "../shell/dom";
import type { State } from "../state/state";
import type { Scene } from "../views/scene";
import type { Setup } from "../wire/setup";
import { type Act, type Control } from "./control";
import { isFocused, numberInput } from "./fields";
import { rateOf } from "./rate";

const LIMITS = { low: 1e-100, high: 1e100 };

/** Two runs in one picture: this one kept beside the next, or a branch of it. */
export function compare(setup: Setup, act: Act): Control {
  let latest: { state: State; scene: Scene } | null = null;
  const keep = button("Keep to compare", () =>
    act(({ setting }) => ({ beside: setting, branch: null })),
  );
  const branch = button("Branch here", () => {
    if (latest === null) return;
    const { state, scene } = latest;
    act({ branch: { at: scene.record.step[scene.row], rate: other(rateOf(state, scene), scene) } });
  });
  const rate = numberInput(
    LIMITS,
    (value) =>
      act((state) =>
        state.branch === null ? {} : { branch: { at: state.branch.at, rate: value } },
      ),
    "learning rate of the branch",
  );
  const words = make("span", { class: "small" });
  const away = button(
    "Remove",
    () => act((state) => (state.branch === null ? { beside: null } : { branch: null })),
    { class: "quiet" },
  );
  const told = make(
    "div",
    { class: "row beside" },
    make("span", { class: "dashes", "aria-hidden": "true" }),
    words,
    rate.input,
    away,
  );
  const element = make(
    "div",
    { class: "compare" },
    make("div", { class: "row" }, keep, branch),
    told,
    rate.told,
  );
  return {
    element,
    show(state, scene) {
      latest = { state, scene };
      const alone = setup.link === "none" && !isLocal(state.setting, setup.table);
      keep.hidden = state.setting.what === "run";
      branch.hidden = scene.record.params === null || alone || !setup.choices.branch;
      told.hidden = state.beside === null && state.branch === null && scene.beside === null;
      away.hidden = state.beside === null && state.branch === null;
      rate.input.hidden = state.branch === null;
      say(words, wordsOf(state, scene, setup));
      if (state.branch !== null && !isFocused(rate.input)) {
        rate.input.value = String(Number(state.branch.rate.toPrecision(4)));
      }
    },
  };
}

/** Another rate to begin a branch with: half, and always a stable one where that is known. */
function other(rate: number, scene: Scene): number {
  const stable = scene.record.facts.largest_stable_rate ?? Infinity;
  return Number((Math.min(rate, stable) / 2).toPrecision(4));
}

function wordsOf(state: State, scene: Scene, setup: Setup): string {
  if (state.branch !== null) return `from iteration ${state.branch.at}, α`;
  if (state.beside === null) return setup.beside?.title ?? "";
  if (state.beside.what === "run") return state.beside.run;
  const kept = scene.beside?.rate[0] ?? null;
  return `kept run, α = ${kept === null ? "auto" : readable(kept)}`;
}
