import { isLocal } from "../numerics/record";
import { readable } from "../numerics/readable";
import { button, make, mark, say } from "../shell/dom";
import type { State } from "../state/state";
import type { Scene } from "../views/scene";
import type { Setup } from "../wire/setup";
import { type Act, type Control } from "./control";
import { isFocused, numberInput, unique } from "./fields";

const STEPS = 1000;
/** Of the largest stable value: where the slider begins and ends. */
const SHARES = { low: 1e-4, high: 10 };
/** Of the rate itself, where the largest stable value is not known. */
const ABOUT = { low: 1e-3, high: 1e3 };
const LIMITS = { low: 1e-100, high: 1e100 };

interface Range {
  readonly low: number;
  readonly high: number;
}

/** The learning rate: a slider by its logarithm, on which the largest stable value is marked. */
export function rateControl(setup: Setup, act: Act): Control {
  const set = (rate: number | null): void => act({ setting: { rate } });
  const id = unique("rate");
  const input = make("input", { type: "range", min: 0, max: STEPS, step: 1, id, class: "rate" });
  const number = numberInput(LIMITS, set, "learning rate, as a number");
  const share = make("output", { for: id, class: "share", "aria-live": "off" });
  const limit = make(
    "span",
    { class: "limit", "aria-hidden": "true" },
    make("i"),
    make("b", {}, "stable below"),
  );
  const auto = button("auto", () => set(null), {
    class: "quiet",
    title: "For plain descent on a line one over the sharpness; else what Python takes by itself",
  });
  const label = make("label", { for: id }, "Learning rate α");
  const element = make(
    "div",
    { class: "field rated" },
    make("div", { class: "row" }, label, number.input, auto),
    number.told,
    make("div", { class: "track" }, input, limit),
    share,
  );
  let range: Range = { low: 1e-4, high: 10 };
  const placeOf = (rate: number): number =>
    (STEPS * Math.log(rate / range.low)) / Math.log(range.high / range.low);
  const rateAt = (place: number): number =>
    Number((range.low * (range.high / range.low) ** (place / STEPS)).toPrecision(3));
  input.addEventListener("input", () => set(rateAt(Number(input.value))));

  // while a hand is on the slider its ends stay where they are
  let held = false;
  input.addEventListener("pointerdown", () => (held = true));
  for (const end of ["pointerup", "pointercancel", "lostpointercapture", "blur"] as const) {
    input.addEventListener(end, () => (held = false));
  }

  return {
    element,
    show(state, scene) {
      const fixed = setup.link === "none" && !isLocal(state.setting, setup.table);
      element.hidden = fixed || state.setting.what === "run";
      const rate = rateOf(state, scene);
      const stable = scene.record.facts.largest_stable_rate;
      if (!held) range = rangeOf(rate, stable, range);
      const place = String(Math.round(placeOf(rate)));
      if (input.value !== place && !held) input.value = place;
      if (!isFocused(number.input)) number.input.value = String(Number(rate.toPrecision(4)));
      const said = shareOf(state, scene, rate, stable);
      say(share, said);
      mark(input, "aria-valuetext", `${readable(rate)}; ${said}`);
      limit.hidden = stable === null;
      if (stable !== null) limit.style.setProperty("--at", String(placeOf(stable) / STEPS));
      const steady = !changing(state, scene);
      element.classList.toggle("beyond", steady && stable !== null && rate > stable);
    },
  };
}

/** The rate of the setting; of "auto" that of the step that is shown. */
export function rateOf({ setting }: State, { record, row }: Scene): number {
  return setting.rate ?? record.rate[row] ?? record.rate.find((each) => each !== null) ?? 0.1;
}

/** Whether the rate was left to Python, and is another one at every step. */
function changing({ setting }: State, { record }: Scene): boolean {
  const first = record.rate[0];
  return setting.rate === null && record.rate.some((each) => each !== null && each !== first);
}

/** Around the largest stable rate; where that is not known, as before, if the rate is in it. */
function rangeOf(rate: number, stable: number | null, before: Range): Range {
  if (stable === null) {
    if (rate >= before.low && rate <= before.high) return before;
    return { low: rate * ABOUT.low, high: rate * ABOUT.high };
  }
  return { low: Math.min(stable * SHARES.low, rate), high: Math.max(stable * SHARES.high, rate) };
}

/** The rate as a share of the largest stable one, in words. */
function shareOf(state: State, scene: Scene, rate: number, stable: number | null): string {
  if (stable === null) return "the largest stable value is not known for this cost";
  const share = rate / stable;
  const words = share < 10 ? `${readable(100 * share, 3)} %` : `${readable(share, 3)} times`;
  const { bug, batch } = scene.setting;
  const of = `of the largest stable value, ${readable(stable)}`;
  if (bug !== "none") return `${words} ${of}, of the cost without the bug`;
  if (batch !== null) return `${words} ${of}, with all rows at each step`;
  return changing(state, scene) ? `chosen anew at each step; now ${words} ${of}` : `${words} ${of}`;
}
