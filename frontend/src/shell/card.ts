import type { Act, Control } from "../controls/control";
import { isLocal } from "../numerics/record";
import type { Diagnosis, Finding, Remedy } from "../wire/record";
import type { Setting } from "../wire/setting";
import type { Setup } from "../wire/setup";
import { button, make, say } from "./dom";
import { type Icon, icon } from "./icons";

const SIGNS: { readonly [S in Finding["severity"]]: Icon } = {
  info: "info",
  warning: "warning",
  error: "error",
};

/** The verdict in one sentence with its numbers, and a button for each remedy that can be applied. */
export interface Card extends Control {
  /** Show a diagnosis of a setting; settled: whether that is the one that is chosen. */
  tell(diagnosis: Diagnosis, setting: Setting, settled: boolean): void;
}

/** train: train a saved run again with a remedy, which takes Python. */
export function cardOf(
  setup: Setup,
  act: Act,
  train: (setting: Setting, finding: number, remedy: number) => void,
): Card {
  const sign = make("span", { class: "verdict-sign" });
  const title = make("h2", {});
  const because = make("p", {});
  const layers = make("p", { class: "small" });
  const remedies = make("ul", { class: "remedies" });
  const more = make("ul", { class: "also" });
  const rest = make("details", {}, make("summary", {}, ""), more);
  const element = make(
    "section",
    { class: "card", "aria-label": "diagnosis" },
    make("div", { class: "verdict" }, sign, title),
    because,
    layers,
    remedies,
    rest,
  );
  const heard = make("div", { class: "heard", role: "status" });
  element.append(heard);
  let last: Diagnosis | null = null;
  let timer = 0;

  const tell = (diagnosis: Diagnosis, setting: Setting, settled: boolean): void => {
    if (diagnosis !== last) write(diagnosis, setting);
    for (const each of remedies.querySelectorAll("button")) each.disabled = !settled;
  };
  const write = (diagnosis: Diagnosis, setting: Setting): void => {
    last = diagnosis;
    const first = diagnosis.findings[0];
    element.dataset.severity = severityOf(first);
    element.dataset.verdict = diagnosis.verdict;
    sign.replaceChildren(
      icon(
        first === undefined
          ? "info"
          : first.severity === "info" && first.code === "converged"
            ? "good"
            : SIGNS[first.severity],
      ),
    );
    say(title, first?.title ?? "Cannot tell");
    say(
      because,
      first === undefined
        ? "The record does not say enough for a verdict."
        : sentence(first.because),
    );
    say(layers, layerWords(first));
    layers.hidden = layers.textContent === "";
    remedies.replaceChildren(...remedyItems(first, 0, setting));
    more.replaceChildren(
      ...diagnosis.findings
        .slice(1)
        .map((each) =>
          make(
            "li",
            {},
            make("strong", {}, each.title),
            ` ${[sentence(each.because), layerWords(each), ...tried(each, setting)].join(" ")}`,
          ),
        ),
    );
    rest.hidden = diagnosis.findings.length < 2;
    say(rest.firstElementChild as HTMLElement, `${diagnosis.findings.length - 1} more`);
    clearTimeout(timer);
    timer = window.setTimeout(() => say(heard, `Verdict: ${first?.title ?? "cannot tell"}`), 700);
  };

  const remedyItems = (
    finding: Finding | undefined,
    place: number,
    setting: Setting,
  ): HTMLElement[] => {
    if (finding === undefined) return [];
    const items = finding.remedies.map((remedy, index) => {
      const change = changeOf(remedy, setting, setup);
      const item = make("li", {}, make("span", {}, sentence(remedy.sentence)));
      if (setting.what === "run") {
        const can =
          setup.choices.apply && Object.keys(remedy.set).length > 0 && setup.link !== "none";
        if (can)
          item.append(
            button("Train again so", () => train(setting, place, index), { class: "apply" }),
          );
      } else if (
        change !== null &&
        (setup.link !== "none" || isLocal({ ...setting, ...change }, setup.table))
      ) {
        item.append(button("Apply", () => act({ setting: change }), { class: "apply" }));
      }
      return item;
    });
    if (setting.bug !== "none") {
      items.push(
        make(
          "li",
          {},
          make("span", {}, "This page put the bug in."),
          button("Take it out", () => act({ setting: { bug: "none" } }), { class: "apply" }),
        ),
      );
    }
    return items;
  };
  return { element, tell, show: () => {} };
}

/** What else a finding of a run proposes, in words: its card has buttons for the first alone. */
function tried({ remedies }: Finding, { what }: Setting): string[] {
  return what === "run" ? remedies.slice(0, 1).map((each) => sentence(each.sentence)) : [];
}

const MOST_NAMED = 6;

/** The layers that a finding is about, or "". */
function layerWords(finding: Finding | undefined): string {
  const names = finding?.layers ?? [];
  if (names.length === 0) return "";
  const more = names.length - MOST_NAMED;
  const shown = names.slice(0, MOST_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
  return `${names.length === 1 ? "Layer" : "Layers"}: ${shown}.`;
}

function severityOf(finding: Finding | undefined): string {
  if (finding === undefined) return "info";
  return finding.severity === "info" && finding.code === "converged" ? "good" : finding.severity;
}

/** What a remedy sets, in the terms of the page; null where it sets nothing that the page has. */
function changeOf(remedy: Remedy, setting: Setting, setup: Setup): Partial<Setting> | null {
  const change: { -readonly [K in keyof Setting]?: Setting[K] } = {};
  for (const [argument, value] of Object.entries(remedy.set)) {
    if (argument === "learning_rate") change.rate = typeof value === "number" ? value : null;
    else if (argument === "steps" && typeof value === "number")
      change.steps = Math.min(value, setup.choices.steps);
    else if (argument === "scale" && value === "standard")
      Object.assign(change, { scale: "standard" });
    else if (
      argument === "rule" &&
      typeof value === "string" &&
      setup.choices.rules.some((each) => each.name === value)
    )
      change.rule = value;
    else if (argument === "batch" && typeof value === "number") change.batch = value;
    else return null;
  }
  const keys = Object.keys(change) as (keyof Setting)[];
  if (keys.every((key) => change[key] === setting[key])) return null;
  if (
    ((change.scale !== undefined && change.scale !== setting.scale) || change.rule !== undefined) &&
    change.rate === undefined
  )
    change.rate = null;
  return change;
}

/** A sentence begins large and ends with a dot; options of a command line are not for this page. */
function sentence(told: string): string {
  const words = told.replace(/ \(--[^()]*\)/g, "");
  const whole = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
