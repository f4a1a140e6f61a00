import { readable } from "../numerics/readable";
import { button, make, mark, say } from "../shell/dom";
import type { State } from "../state/state";
import type { Scene } from "../views/scene";
import { type Act, type Control } from "./control";
import { isFocused, unique } from "./fields";

const STEPS = 1000;
/** Of the largest stable value: where the slider begins and ends. */
const LOWEST = 1e-4;
const HIGHEST = 10;
/** Where the largest stable value is not known: about the rate that is used. */
const ABOUT = { low: 1e-3, high: 1e3 };

/** The learning rate: a slider by its logarithm, on which the largest stable value is marked. */
export function rateControl(act: Act): Control {
  const id = unique("rate");
  const input = make("input", { type: "range", min: 0, max: STEPS, step: 1, id, class: "rate" });
  const number = make("input", { type: "number", step: "any", inputmode: "decimal", "aria-label": "learning rate, as a number", autocomplete: "off" });
  const share = make("output", { for: id, class: "share" });
  const limit = make("span", { class: "limit", "aria-hidden": "true" }, make("i"), make("b", {}, "stable below"));
  const best = button("auto", () => act({ setting: { rate: null } }), { class: "quiet", title: "For the plain rule on a line one over the sharpness; else what Python takes by itself" });
  const track = make("div", { class: "track" }, input, limit);
  const element = make(
    "div",
    { class: "field rated" },
    make("div", { class: "row" }, make("label", { for: id }, "Learning rate α"), number, best),
    track,
    share,
  );
  let range = { low: 1e-4, high: 10 };
  const at = (rate: number): number =>
    (STEPS * Math.log(rate / range.low)) / Math.log(range.high / range.low);
  const rateAt = (place: number): number =>
    Number((range.low * (range.high / range.low) ** (place / STEPS)).toPrecision(3));

  input.addEventListener("input", () => act({ setting: { rate: rateAt(Number(input.value)) } }));
  number.addEventListener("input", () => {
    const rate = Number(number.value);
    const sound = rate > 0 && Number.isFinite(rate);
    mark(number, "aria-invalid", sound ? null : "true");
    if (sound) act({ setting: { rate } });
  });
  let held = false;
  input.addEventListener("pointerdown", () => (held = true));
  input.addEventListener("pointerup", () => (held = false));

  return {
    element,
    show(state, scene) {
      element.hidden = state.setting.what === "run";
      const rate = rateOf(state, scene);
      const stable = scene.record.facts.largest_stable_rate;
      if (!held) range = rangeOf(rate, stable);
      const place = String(Math.round(at(rate)));
      if (input.value !== place && !held) input.value = place;
      if (!isFocused(number)) number.value = String(Number(rate.toPrecision(6)));
      const said = `${changing(state, scene) ? "now " : ""}${shareOf(rate, stable)}`;
      say(share, said);
      mark(input, "aria-valuetext", `${readable(rate)}; ${said}`);
      limit.hidden = stable === null;
      if (stable !== null) limit.style.setProperty("--at", String(at(stable) / STEPS));
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

function rangeOf(rate: number, stable: number | null): { low: number; high: number } {
  const about = stable === null ? { low: rate * ABOUT.low, high: rate * ABOUT.high } : { low: stable * LOWEST, high: stable * HIGHEST };
  return { low: Math.min(about.low, rate), high: Math.max(about.high, rate) };
}

/** The rate as a share of the largest stable one, in words. */
function shareOf(rate: number, stable: number | null): string {
  if (stable === null) return "the largest stable value is not known for this cost";
  const share = rate / stable;
  const words = share < 10 ? `${readable(100 * share, 3)} %` : `${readable(share, 3)} times`;
  return `${words} of the largest stable value, ${readable(stable)}`;
}
