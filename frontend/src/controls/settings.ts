import { isLocal } from "../numerics/record";
import { make, say } from "../shell/dom";
import type { State } from "../state/state";
import type { Bug, Setting } from "../wire/setting";
import type { Setup } from "../wire/setup";
import { type Act, type Control } from "./control";
import { choice, isFocused, type Option, typed, unique } from "./fields";

const LOSSES: { readonly [L in Setting["loss"]]: string } = {
  squared: "squared error",
  logistic: "logistic (log loss)",
  huber: "Huber",
  poisson: "Poisson",
};
const BUGS: readonly Option[] = [
  { value: "none", label: "none" },
  { value: "sign", label: "sign flipped" },
  { value: "factor", label: "factor 1/m forgotten" },
  { value: "bias", label: "bias forgotten" },
  { value: "order", label: "one after the other" },
];

/** What is descended on and how, but for the learning rate and the start. */
export function settings(setup: Setup, act: Act): Control[] {
  const { choices, link } = setup;
  const set = (part: Partial<Setting>): void => act({ setting: part });
  const python = link !== "none";
  const isRun = (state: State): boolean => state.setting.what === "run";
  const noTable = (state: State): boolean => state.setting.what !== "table";
  const own = [
    typed(
      "Iterations",
      { low: 0, high: choices.steps, whole: true },
      (state) => state.setting.steps,
      (steps) => set({ steps }),
      isRun,
    ),
    choice(
      "Inputs",
      scales(setup),
      (state) => state.setting.scale,
      (scale) => rescaled(scale as Setting["scale"], set),
      noTable,
    ),
    choice(
      "Update rule",
      rules(setup, python),
      (state) => state.setting.rule,
      (rule) => set({ rule, rate: null }),
      isRun,
    ),
    choice(
      "Rows at each step",
      batches(setup, python),
      (state) => String(state.setting.batch ?? "all"),
      (batch) => set({ batch: batch === "all" ? null : Number(batch) }),
      noTable,
    ),
    choice(
      "Loss",
      offered(
        choices.losses.filter(
          (each) => python || each === "squared" || each === setup.setting.loss,
        ),
        (each) => LOSSES[each],
      ),
      (state) => state.setting.loss,
      (loss) => set({ loss: loss as Setting["loss"], rate: null }),
      noTable,
    ),
    choice(
      "Polynomial degree",
      degrees(setup, python),
      (state) => String(state.setting.degree),
      (degree) => chooseDegree(Number(degree), setup.setting.scale, set),
      noTable,
    ),
    choice(
      "Kept for validation",
      [
        { value: "0", label: "no rows" },
        { value: "0.3", label: "30 % of rows" },
      ],
      (state) => String(state.setting.holdout),
      (share) => set({ holdout: Number(share) }),
      noTable,
    ),
    choice(
      "Bug in the gradient",
      BUGS,
      (state) => state.setting.bug,
      (bug) => set({ bug: bug as Bug }),
      noTable,
    ),
  ];
  return [subject(setup, act), expression(act), ...own.map((each) => playedBack(each, setup))];
}

/** What a file only plays back cannot be set in it: such a control is not shown there. */
function playedBack(control: Control, setup: Setup): Control {
  return {
    element: control.element,
    show(state, scene) {
      control.show(state, scene);
      if (setup.link === "none" && !isLocal(state.setting, setup.table))
        control.element.hidden = true;
    },
  };
}

/** The table, or a curve of one variable: the smallest case there is. */
function subject(setup: Setup, act: Act): Control {
  const options = [
    { value: "table", label: setup.title },
    { value: "curve", label: "a curve of one variable" },
  ];
  const own = choice(
    "Descend on",
    setup.table === null ? [] : options,
    (state) => state.setting.what,
    (what) =>
      act(
        what === "table"
          ? { setting: setup.setting, look: { at: 0 }, beside: null, branch: null }
          : {
              setting: {
                what: "curve",
                expression: setup.setting.expression || "w**2",
                start: null,
                rate: 0.1,
                steps: 50,
                rule: "gradient_descent",
                batch: null,
                bug: "none",
              },
              look: { at: 0 },
              beside: null,
              branch: null,
            },
      ),
  );
  own.element.classList.add("wide");
  return own;
}

/** The curve, as it is typed: read again at every letter, and refused in words below. */
function expression(act: Act): Control {
  const input = make("input", {
    type: "text",
    spellcheck: "false",
    autocomplete: "off",
    maxlength: 500,
  });
  const label = make("label", { for: (input.id = unique("expression")) }, "J(w) =");
  const element = make("div", { class: "field wide" }, label, input);
  input.addEventListener("input", () => act({ setting: { expression: input.value, start: null } }));
  return {
    element,
    show(state, scene) {
      element.hidden = state.setting.what !== "curve";
      say(label, `J(${scene.record.names[0]}) =`);
      if (!isFocused(input)) input.value = state.setting.expression;
    },
  };
}

/** Another unit makes another cost: a rate in numbers was for the one before. */
function rescaled(scale: Setting["scale"], set: (part: Partial<Setting>) => void): void {
  set({ scale, rate: null });
}

/** Powers of raw inputs differ by orders of magnitude: a degree above 1 begins standardised. */
function chooseDegree(
  degree: number,
  own: Setting["scale"],
  set: (part: Partial<Setting>) => void,
): void {
  set({ degree, rate: null, scale: degree > 1 ? "standard" : own });
}

function scales(setup: Setup): Option[] {
  const unit = setup.table?.unit ?? 1;
  const list = [{ value: "raw", label: "raw" }];
  if (unit !== 1) list.push({ value: "unit", label: `per ${unit.toLocaleString("en")}` });
  return [...list, { value: "standard", label: "standardised" }];
}

function rules(setup: Setup, python: boolean): Option[] {
  const list = setup.choices.rules.map((each) => ({ value: each.name, label: each.label }));
  return python
    ? list
    : list.filter((each) => each.value === setup.setting.rule || each.value === "gradient_descent");
}

function batches(setup: Setup, python: boolean): Option[] {
  const rows = setup.table?.x.length ?? Infinity;
  const sizes = python ? [32, 8, 1].filter((size) => size < rows) : [];
  const chosen = setup.setting.batch;
  if (chosen !== null && !sizes.includes(chosen)) sizes.unshift(chosen);
  return [
    { value: "all", label: "all: batch" },
    ...sizes.map((size) => ({
      value: String(size),
      label: size === 1 ? "1: stochastic" : `${size}: mini-batch`,
    })),
  ];
}

function degrees(setup: Setup, python: boolean): Option[] {
  const most = python ? setup.choices.degree : Math.max(1, setup.setting.degree);
  return Array.from({ length: most }, (_, i) => ({ value: String(i + 1), label: String(i + 1) }));
}

function offered<T extends string>(values: readonly T[], label: (value: T) => string): Option[] {
  return values.map((value) => ({ value, label: label(value) }));
}
