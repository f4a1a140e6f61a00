import { compare } from "../controls/compare";
import type { Control } from "../controls/control";
import { facts } from "../controls/facts";
import { lessons } from "../controls/lessons";
import { rateControl } from "../controls/rate";
import { settings } from "../controls/settings";
import { start } from "../controls/start";
import { transport } from "../controls/transport";
import type { Link } from "../link/link";
import { isLocal } from "../numerics/record";
import { changed } from "../state/changed";
import { fragmentOf, stateOf } from "../state/fragment";
import { history } from "../state/history";
import type { Change, State } from "../state/state";
import { VIEWS } from "../views/all";
import type { Scene } from "../views/scene";
import type { Setup } from "../wire/setup";
import { cardOf } from "./card";
import { make, say } from "./dom";
import { feetOf, remember } from "./feet";
import { header } from "./header";
import { keeperOf } from "./keeper";
import { numbersTable } from "./numbers_table";
import css from "./page.css";
import { type Panel, panelOf } from "./panel";
import { playerOf } from "./player";
import { quizOf } from "./quiz";
import { rowAt } from "./rows";
import { inPlaneOf } from "./shared_plane";
import { stepWords } from "./step_words";
import { themeOf } from "./theme";

/** The page around the lab: no margin, and the height of the window at least. */
function bare(): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("body { margin: 0; } #steepest-lab { min-height: 100vh; }");
  return sheet;
}

/** A lab on the page, for who embeds or tests it. */
export interface Lab {
  readonly state: State;
  readonly scene: Scene | null;
  act(change: Change): void;
  /** Milliseconds that the last redraws took, newest last. */
  readonly redraws: readonly number[];
  end(): void;
}

const REMEMBERED = 400;
const QUIET = 250;

/**
 * Put the lab into an element. The state is read from and written to the link's fragment where
 * the page is the lab's own, and kept inside in a notebook.
 */
export function mount(host: HTMLElement, setup: Setup, link: Link | null, ownPage: boolean): Lab {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  if (ownPage) document.adoptedStyleSheets = [bare()];

  let state = stateOf(ownPage ? location.hash : "", setup);
  let scene: Scene | null = null;
  let hover: number | null = null;
  let asked = 0;
  let quiet = 0;
  let grown: { record: { growing: boolean }; last: number } = { record: { growing: false }, last: 0 };
  const redraws: number[] = [];
  const past = history();

  const refresh = (): void => {
    if (asked === 0) asked = requestAnimationFrame(redraw);
  };
  const become = (next: State): void => {
    state = next;
    refresh();
  };
  const act = (change: Change): void => {
    const next = changed(state, change);
    const other = next.setting !== state.setting || next.beside !== state.beside || next.branch !== state.branch;
    if (other) past.note(state, performance.now());
    become(next);
  };
  const keeper = keeperOf(setup, link, refresh);
  const theme = themeOf(setup, host, refresh);
  const player = playerOf(() => scene?.record ?? null, () => (scene === null ? 0 : rowAt(scene.record, state.look.at)), (step) => act({ look: { at: step } }), refresh);

  const sceneOf = (): Scene | null => {
    const record = keeper.main(state.setting);
    if (record === null) return null;
    const other = keeper.beside(state, record);
    const row = hover === null ? rowAt(record, state.look.at) : Math.min(hover, record.step.length - 1);
    const place = Math.min(state.look.along, record.names.length - 1);
    return {
      setting: state.setting,
      look: state.look,
      record,
      beside: other === null ? null : inPlaneOf(record, other),
      row,
      hover,
      table: setup.table,
      palette: theme.palette,
      profile: keeper.profile(state.setting, record, row, place),
      touchable: isLocal(state.setting, setup.table),
    };
  };

  const ears = {
    act,
    hover(row: number | null) {
      if (row === hover) return;
      hover = row;
      refresh();
    },
    enlarge(panel: Panel) {
      const on = panel.element.classList.toggle("enlarged");
      views.classList.toggle("one", on);
      refresh();
    },
  };
  const panels = VIEWS.map((view) => ({ panel: panelOf(view, setup.title, ears, []), feet: feetOf(view.name, setup, act) }));
  for (const { panel, feet } of panels) panel.element.querySelector(".feet")?.append(...feet.map((each) => each.element));

  const lesson = lessons(setup, act);
  const top = header(setup, lesson.menu, {
    undo: () => takeBack(past.undo(state)),
    redo: () => takeBack(past.redo(state)),
    link: () => (ownPage ? location.href : `#${fragmentOf(state, setup)}`),
  });
  const takeBack = (to: State | null): void => {
    if (to !== null) become(to);
  };
  const card = cardOf(setup, act, (finding, remedy) => keeper.apply(finding, remedy));
  const words = stepWords(setup.title);
  const table = numbersTable(setup.title);
  const bar = transport(act, () => scene, player);
  const status = make("p", { class: "status", role: "status" });
  const choices = settings(setup, act);
  const grid = make("div", { class: "choices" }, ...choices.map((each) => each.element));
  const quiz = quizOf(act);
  const known = facts();
  const [rate, begin, beside] = [rateControl(act), start(setup, act), compare(setup, act)];
  const side = make("aside", { class: "controls", "aria-label": "controls" }, rate.element, begin.element, grid, beside.element, status, card.element, known.element, quiz.element);
  const first = make("p", { class: "first", role: "status" });
  const views = make("div", { class: "views" });
  for (const { panel } of panels) {
    views.append(panel.element);
    if (panel.view.name === "bowl") views.append(words.element);
  }
  const lab = make("div", { class: "lab" }, top.element, lesson.element, first, make("div", { class: "body" }, side, make("main", {}, views, table.element)), bar.element);
  root.replaceChildren(lab);
  const controls: Control[] = [lesson, rate, begin, ...choices, beside, known, quiz, words, table, bar, ...panels.flatMap((each) => each.feet)];

  function redraw(): void {
    asked = 0;
    const began = performance.now();
    remember(act, state.look.costs);
    scene = sceneOf();
    lab.classList.toggle("empty", scene === null);
    if (scene === null) {
      say(first, keeper.status.refused || "Python is working on the first record ...");
      return;
    }
    keepUp(scene);
    for (const control of controls) control.show(state, scene);
    card.tell(keeper.diagnosis(state.setting, scene.record), state.setting);
    for (const { panel } of panels) {
      panel.element.hidden = !panel.view.suits(scene);
      if (!panel.element.hidden) panel.draw(scene);
    }
    views.classList.toggle("single", scene.record.names.length === 1);
    showStatus(scene);
    top.show(past.undoable, past.redoable);
    redraws.push(performance.now() - began);
    if (redraws.length > REMEMBERED) redraws.shift();
    clearTimeout(quiet);
    quiet = window.setTimeout(settle, QUIET);
  }

  /** Whoever looks at the last step of a record that grows goes on looking at the last step. */
  function keepUp(now: Scene): void {
    const last = now.record.step[now.record.step.length - 1];
    if (now.record !== grown.record && grown.record.growing && state.look.at >= grown.last && last > grown.last) {
      state = changed(state, { look: { at: last } });
      refresh();
    }
    grown = { record: now.record, last };
  }

  /** What may wait until things stand still: the link, and the words for who cannot see. */
  function settle(): void {
    if (scene === null) return;
    for (const { panel } of panels) if (!panel.element.hidden) panel.describe(scene);
    if (!ownPage) return;
    const fragment = fragmentOf(state, setup);
    if (fragment !== location.hash.slice(1)) window.history.replaceState(null, "", `${location.pathname}${location.search}#${fragment}`);
  }

  function showStatus(now: Scene): void {
    const { working, refused } = keeper.status;
    say(status, refused || (working ? "Python is working ..." : now.record.note));
    status.classList.toggle("refused", refused !== "");
    lab.classList.toggle("waiting", working || refused !== "");
  }

  const keys = (event: KeyboardEvent): void => {
    const target = event.composedPath()[0] as HTMLElement;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && target.tagName !== "INPUT") {
      takeBack(event.shiftKey ? past.redo(state) : past.undo(state));
      event.preventDefault();
    } else if (event.key === " " && (target === host || target.tagName === "BODY")) {
      if (player.playing) player.pause();
      else player.play();
      event.preventDefault();
    } else if (event.key === "Escape") {
      for (const { panel } of panels) if (panel.element.classList.contains("enlarged")) ears.enlarge(panel);
    }
  };
  const moved = (): void => {
    if (location.hash.slice(1) !== fragmentOf(state, setup)) become(stateOf(location.hash, setup));
  };
  const resized = new ResizeObserver(refresh);
  resized.observe(host);
  host.ownerDocument.addEventListener("keydown", keys);
  if (ownPage) window.addEventListener("hashchange", moved);

  if (setup.played?.growing && location.hash.length < 2) {
    const { step } = setup.played;
    state = changed(state, { look: { at: step[step.length - 1] } });
  }
  redraw();
  if (setup.played?.growing) keeper.follow();
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (ownPage && location.hash.length < 2 && !still && !setup.played?.growing) player.play();

  return {
    get state() {
      return state;
    },
    get scene() {
      return scene;
    },
    act,
    redraws,
    end() {
      player.pause();
      keeper.end();
      theme.end();
      resized.disconnect();
      host.ownerDocument.removeEventListener("keydown", keys);
      window.removeEventListener("hashchange", moved);
      cancelAnimationFrame(asked);
      clearTimeout(quiet);
    },
  };
}
