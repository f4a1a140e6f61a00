import type { Control } from "../controls/control";
import { readable } from "../numerics/readable";
import type { Scene } from "../views/scene";
import { button, make } from "./dom";
import { csvOf, download } from "./save";

const ROWS = 200;
const COLUMNS = 6;

/** The numbers of the record as a table, for who would rather read than look, and as CSV. */
export function numbersTable(title: string): Control {
  const table = make("table", {});
  const words = make("span", { class: "small" });
  let now: Scene | null = null;
  const csv = button("Save as CSV", () => {
    if (now !== null) download(`${title}-record.csv`, csvOf(now), "text/csv");
  });
  const room = make(
    "div",
    { class: "table-room", tabindex: "0", role: "region", "aria-label": "numbers of the record" },
    table,
  );
  const element = make(
    "details",
    { class: "numbers" },
    make("summary", {}, "The numbers as a table"),
    make("div", { class: "row" }, csv, words),
    room,
  );
  let written: unknown = null;
  const write = (): void => {
    if (!element.open || now === null) return;
    if (written !== now.record) table.replaceChildren(...parts(now, words));
    written = now.record;
    markRow(table, now);
  };
  element.addEventListener("toggle", write);
  return {
    element,
    show(_state, scene) {
      now = scene;
      write();
    },
  };
}

function parts(scene: Scene, words: HTMLElement): HTMLElement[] {
  const { record } = scene;
  const every = Math.max(1, Math.ceil(record.step.length / ROWS));
  const names = record.names.slice(0, COLUMNS);
  words.textContent =
    (every > 1 ? `one kept row in ${every}; the CSV has all` : `${record.step.length} rows`) +
    (names.length < record.names.length
      ? `, ${names.length} of ${record.names.length} parameters`
      : "");
  const heads = ["iteration", "J", ...(record.validation ? ["J validation"] : []), "α", ...names];
  if (record.gradient) heads.push(...names.map((name) => `∂J/∂${name}`));
  const body = make("tbody", {});
  for (let k = 0; k < record.step.length; k += every) {
    const cells = [
      record.loss[k],
      ...(record.validation ? [record.validation[k]] : []),
      record.rate[k],
    ];
    for (const source of [record.params, record.gradient]) {
      if (source) cells.push(...names.map((_, i) => source[k][i]));
    }
    const row = make("tr", {}, make("th", { scope: "row" }, record.step[k].toLocaleString("en")));
    row.dataset.row = String(k);
    row.append(
      ...cells.map((cell) => make("td", {}, cell === null ? "not finite" : readable(cell, 6))),
    );
    body.append(row);
  }
  const head = make(
    "thead",
    {},
    make("tr", {}, ...heads.map((each) => make("th", { scope: "col" }, each))),
  );
  return [head, body];
}

function markRow(table: HTMLTableElement, scene: Scene): void {
  let nearest: HTMLElement | null = null;
  for (const row of table.querySelectorAll<HTMLElement>("tr[data-row]")) {
    row.removeAttribute("aria-current");
    if (Number(row.dataset.row) <= scene.row) nearest = row;
  }
  nearest?.setAttribute("aria-current", "true");
}
