import { make, mark } from "../shell/dom";
import type { State } from "../state/state";
import type { Scene } from "../views/scene";
import type { Control } from "./control";

let made = 0;

/** A name that no other element has, to tie a label to its field. */
export function unique(stem: string): string {
  return `${stem}-${(made += 1)}`;
}

/** A label above its field, and room for a word on it. */
export function field(
  words: string,
  input: HTMLElement,
  hint: HTMLElement | null = null,
): HTMLElement {
  if (input.id === "") input.id = unique("field");
  return make("div", { class: "field" }, make("label", { for: input.id }, words), input, hint);
}

/** A choice of one among several. */
export interface Option {
  readonly value: string;
  readonly label: string;
}

/**
 * A drop-down list, of options that stay or that depend on what is shown; a list of less than two
 * is not shown.
 */
export function choice(
  words: string,
  options: readonly Option[] | ((state: State, scene: Scene) => readonly Option[]),
  read: (state: State, scene: Scene) => string,
  choose: (value: string) => void,
  hidden: (state: State, scene: Scene) => boolean = () => false,
): Control {
  const list = make("select", {});
  list.addEventListener("change", () => choose(list.value));
  const element = field(words, list);
  let written = "";
  return {
    element,
    show(state, scene) {
      const offered = typeof options === "function" ? options(state, scene) : options;
      element.hidden = hidden(state, scene) || offered.length < 2;
      const key = offered.map((each) => `${each.value} ${each.label}`).join("\n");
      if (key !== written) {
        list.replaceChildren(
          ...offered.map(({ value, label }) => make("option", { value }, label)),
        );
      }
      written = key;
      const value = read(state, scene);
      if (list.value !== value) list.value = value;
    },
  };
}

/** A number that is typed; nothing happens before it is one within its limits. */
export function typed(
  words: string,
  limits: Limits,
  read: (state: State, scene: Scene) => number | null,
  write: (value: number) => void,
  hidden: (state: State, scene: Scene) => boolean = () => false,
): Control {
  const { input, told } = numberInput(limits, write);
  const element = field(words, input, told);
  return {
    element,
    show(state, scene) {
      element.hidden = hidden(state, scene);
      const value = read(state, scene);
      if (isFocused(input)) return;
      const text = value === null ? "" : String(Number(value.toPrecision(6)));
      if (input.value !== text) input.value = text;
    },
  };
}

/** What numbers a field takes. */
export interface Limits {
  readonly low: number;
  readonly high: number;
  readonly whole?: boolean;
}

/** A field for a number, and where it says what it expected; both are placed by who asks. */
export function numberInput(
  limits: Limits,
  write: (value: number) => void,
  label: string | null = null,
): { readonly input: HTMLInputElement; readonly told: HTMLElement } {
  const kind = limits.whole ? "numeric" : "decimal";
  const input = make("input", {
    type: "text",
    class: "number",
    inputmode: kind,
    autocomplete: "off",
    spellcheck: "false",
    "aria-label": label,
  });
  const told = make("span", { class: "refused", role: "status", id: unique("told") });
  const enter = (): void => {
    const value = input.value.trim() === "" ? Number.NaN : Number(input.value);
    const sound =
      value >= limits.low && value <= limits.high && (!limits.whole || Number.isInteger(value));
    mark(input, "aria-invalid", sound ? null : "true");
    mark(input, "aria-describedby", sound ? null : told.id);
    told.textContent = sound ? "" : expected(limits);
    if (sound) write(value);
  };
  const step = (event: KeyboardEvent): void => {
    const way = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (way === 0 || !Number.isFinite(Number(input.value))) return;
    event.preventDefault();
    const value = Number(input.value);
    const size = limits.whole ? 1 : 10 ** Math.floor(Math.log10(Math.abs(value) || 1) - 1);
    input.value = String(Number((value + way * size).toPrecision(12)));
    enter();
  };
  input.addEventListener("input", enter);
  input.addEventListener("keydown", step);
  input.addEventListener("blur", () => {
    mark(input, "aria-invalid", null);
    mark(input, "aria-describedby", null);
    told.textContent = "";
  });
  return { input, told };
}

function expected(limits: Limits): string {
  const kind = limits.whole ? "a whole number" : "a number";
  if (limits.high >= 1e100) return limits.low > 0 ? `${kind} above 0` : kind;
  return `${kind} from ${limits.low.toLocaleString("en")} to ${limits.high.toLocaleString("en")}`;
}

/** Whether the reader is in this field: what is being typed is not overwritten. */
export function isFocused(element: HTMLElement): boolean {
  return (element.getRootNode() as Document | ShadowRoot).activeElement === element;
}

/** A slider with its value in words. */
export function slider(
  words: string,
  range: { readonly low: number; readonly high: number; readonly step: number },
  read: (state: State, scene: Scene) => number,
  write: (value: number) => void,
  spoken: (state: State, scene: Scene) => string,
  hidden: (state: State, scene: Scene) => boolean = () => false,
): Control {
  const input = make("input", { type: "range", min: range.low, max: range.high, step: range.step });
  input.addEventListener("input", () => write(Number(input.value)));
  const value = make("output", { "aria-live": "off" });
  const element = field(words, input, value);
  element.classList.add("slid");
  return {
    element,
    show(state, scene) {
      element.hidden = hidden(state, scene);
      const now = String(read(state, scene));
      if (input.value !== now) input.value = now;
      const said = spoken(state, scene);
      if (value.textContent !== said) value.textContent = said;
      mark(input, "aria-valuetext", said);
    },
  };
}

/** A box to tick. */
export function tick(
  words: string,
  read: (state: State, scene: Scene) => boolean,
  write: (on: boolean) => void,
  hidden: (state: State, scene: Scene) => boolean = () => false,
): Control {
  const input = make("input", { type: "checkbox" });
  input.addEventListener("change", () => write(input.checked));
  const element = make("label", { class: "tick" }, input, words);
  return {
    element,
    show(state, scene) {
      element.hidden = hidden(state, scene);
      input.checked = read(state, scene);
    },
  };
}
