import { compare } from "../controls/compare";
import type { Act, Control } from "../controls/control";
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
import type { DescentRecord } from "../wire/record";
import type { Setup } from "../wire/setup";
import { addressOf } from "./address";
import { cardOf } from "./card";
import { make, say } from "./dom";
import { dress } from "./dress";
import { feetOf } from "./feet";
import { header } from "./header";
import { keeperOf, type Shown } from "./keeper";
import { listenToKeys } from "./keyboard";
import { numbersTable } from "./numbers_table";
import { panelOf } from "./panel";
import { playerOf } from "./player";
import { quizOf } from "./quiz";
import { atProfile, rowAt } from "../views/rows";
import { inPlaneOf } from "./shared_plane";
import { stepWords } from "./step_words";
import { themeOf } from "./theme";
import { workersPanel } from "./workers";

/** A lab on the page, for who embeds or tests it. */
export interface Lab {
  readonly state: State;
  readonly scene: Scene | null;
  act(change: Change): void;
  /** Whether all that was asked for is drawn, or was refused. */
  readonly settled: boolean;
  /** Milliseconds that the last redraws took, newest last. */
  readonly redraws: readonly number[];
  end(): void;
}

const WORKING = "Python is working on the first record ...";
const NO_STEP = "No step has been taken yet; the pictures begin with the first.";
const REMEMBERED = 400;
const QUIET = 250;

/**
 * Put the lab into an element. The state is read from and written to the link's fragment where
 * the page is the lab's own, and kept inside in a notebook.
 */
export function mount(host: HTMLElement, setup: Setup, link: Link | null, ownPage: boolean): Lab {
  const fresh = !ownPage || location.hash.length < 2;
  let state = stateOf(ownPage ? location.hash : "", setup);
  let shown: Shown | null = null;
  let scene: Scene | null = null;
  let hover: number | null = null;
  let awaited = 0;
  let quiet = 0;
  const redraws: number[] = [];
  const past = history();

  const refresh = (): void => {
    if (awaited === 0) awaited = requestAnimationFrame(redraw);
  };
  const become = (next: State | null): void => {
    if (next === null) return;
    state = next;
    refresh();
  };
  const act: Act = (given) => {
    const next = changed(state, typeof given === "function" ? given(state) : given);
    const other =
      next.setting !== state.setting ||
      next.beside !== state.beside ||
      next.branch !== state.branch;
    if (other) past.note(state, next, performance.now());
    become(next);
  };
  const point = (row: number | null): void => {
    if (row === hover) return;
    hover = row;
    refresh();
  };

  const keeper = keeperOf(setup, link, refresh);
  const theme = themeOf(setup, host, refresh);
  const player = playerOf(
    () => scene?.record ?? null,
    () => (scene === null ? 0 : rowAt(scene.record, state.look.at)),
    (step) => act({ look: { at: step } }),
    refresh,
  );
  const address = addressOf(
    () => fragmentOf(state, setup),
    (fragment) => become(stateOf(fragment, setup)),
    ownPage,
  );
  const undo = (): void => become(past.undo(state));
  const redo = (): void => become(past.redo(state));

  const lesson = lessons(setup, act);
  const top = header(setup, lesson.menu, { undo, redo, link: address.now });
  const rate = rateControl(setup, act);
  const card = cardOf(setup, act, (setting, finding, remedy) => {
    const onRun = (run: string): void =>
      act({ setting: { run }, beside: setting, branch: null, look: { at: 0 } });
    keeper.apply(setting, finding, remedy, onRun);
  });
  const status = make("p", { class: "status", role: "status" });
  const quiz = quizOf(act);
  const begin = start(setup, act);
  const choices = settings(setup, act);
  const beside = compare(setup, act);
  const known = facts();
  const words = stepWords(setup.title, enlarge);
  const table = numbersTable(setup.title);
  const bar = transport(act, () => scene, player);
  const panels = VIEWS.map((view) => {
    const feet = feetOf(view.name, setup, act);
    return { feet, ...panelOf(view, setup.title, { act, hover: point, enlarge }, feet) };
  });
  const controls: Control[] = [
    lesson,
    rate,
    quiz,
    begin,
    ...choices,
    beside,
    known,
    words,
    table,
    bar,
    ...panels.flatMap((each) => each.feet),
  ];

  const first = make("p", { class: "first", role: "status" });
  const workers = workersPanel();
  const grid = make("div", { class: "choices" }, ...choices.map((each) => each.element));
  const side = make(
    "aside",
    { class: "controls", "aria-label": "controls" },
    ...[rate, card, quiz, begin].map((each) => each.element),
    grid,
    beside.element,
    status,
    known.element,
  );
  const views = make("div", { class: "views" });
  for (const { view, element } of panels) {
    views.append(element);
    if (view.name === "bowl") views.append(words.element);
  }
  const body = make("div", { class: "body" }, side, make("main", {}, views, table.element));
  const lab = make(
    "div",
    { class: "lab" },
    top.element,
    lesson.element,
    workers.element,
    first,
    body,
    bar.element,
  );
  dress(host, ownPage).replaceChildren(lab);

  function enlarge(element: HTMLElement): void {
    const on = element.classList.toggle("enlarged");
    views.classList.toggle("one", on);
    refresh();
    if (on) element.scrollIntoView({ block: "start" });
  }

  function sceneOf({ record, setting }: Shown): Scene {
    const here = setting === state.setting;
    const other = here ? keeper.beside(state, { record, setting }) : null;
    const row =
      hover === null ? rowAt(record, state.look.at) : Math.min(hover, record.step.length - 1);
    const place = Math.min(state.look.along, record.names.length - 1);
    return {
      setting,
      look: state.look,
      record,
      beside: other === null ? null : inPlaneOf(record, other),
      row,
      hover,
      table: setup.table,
      palette: theme.palette,
      profile: keeper.profile({ record, setting }, row, place),
      reachable: link !== null,
      touchable: here && isLocal(setting, setup.table),
    };
  }

  function redraw(): void {
    awaited = 0;
    const began = performance.now();
    const before = shown;
    shown = keeper.main(state.setting);
    lab.classList.toggle("empty", shown === null);
    workers.show(keeper.workers(state.setting));
    top.show(state, keeper.wordsOf(state.setting.run), past.undoable, past.redoable);
    if (shown === null) {
      say(first, keeper.status.refused || (setup.growing ? NO_STEP : WORKING));
      return;
    }
    keepUp(before, shown);
    scene = sceneOf(shown);
    for (const control of controls) control.show(state, scene);
    card.tell(keeper.diagnosis(shown), shown.setting, shown.setting === state.setting);
    views.classList.toggle("single", scene.record.names.length === 1);
    const { plane, fit, known } = scene.record;
    views.classList.toggle("few", plane === null && fit === null && !known);
    views.classList.toggle("bare", plane !== null && fit === null && !known);
    for (const panel of panels) panel.draw(panel.view.name === "slope" ? atProfile(scene) : scene);
    showStatus(shown);
    address.note();
    redraws.push(performance.now() - began);
    if (redraws.length > REMEMBERED) redraws.shift();
    clearTimeout(quiet);
    quiet = window.setTimeout(describe, QUIET);
  }

  /** Whoever looks at the last step of a record that grows goes on looking at the last step. */
  function keepUp(before: Shown | null, { record, setting }: Shown): void {
    if (before === null && setup.growing && fresh) lookAtLast(record);
    if (before === null || before.setting !== setting || !before.record.growing) return;
    const [was, is] = [before.record, record].map(({ step }) => step[step.length - 1]);
    if (state.look.at >= was && is > was) state = changed(state, { look: { at: is } });
  }

  function lookAtLast({ step }: DescentRecord): void {
    state = changed(state, { look: { at: step[step.length - 1] } });
  }

  /** The words for who cannot see may wait until things stand still. */
  function describe(): void {
    if (scene !== null) for (const panel of panels) panel.describe(scene);
  }

  function showStatus({ setting, record }: Shown): void {
    const { working, refused } = keeper.status;
    const old = setting !== state.setting;
    say(status, refused || (working ? "Python is working ..." : record.note));
    status.classList.toggle("refused", refused !== "");
    lab.classList.toggle("old", old);
  }

  const deaf = listenToKeys(host, {
    undo,
    redo,
    play: () => (player.playing ? player.pause() : player.play()),
    leave: () => {
      for (const menu of lab.querySelectorAll<HTMLDetailsElement>("details.menu[open]"))
        menu.open = false;
      for (const { element } of [...panels, words])
        if (element.classList.contains("enlarged")) enlarge(element);
    },
  });
  const resized = new ResizeObserver(refresh);
  resized.observe(host);

  if (setup.growing) keeper.follow(setup.setting);
  redraw();
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (ownPage && fresh && !still && !setup.growing) player.play();

  return {
    get state() {
      return state;
    },
    get scene() {
      return scene;
    },
    act,
    get settled() {
      const { working, refused } = keeper.status;
      return !working && (shown?.setting === state.setting || (awaited === 0 && refused !== ""));
    },
    redraws,
    end() {
      player.pause();
      keeper.end();
      theme.end();
      workers.end();
      address.end();
      deaf();
      resized.disconnect();
      cancelAnimationFrame(awaited);
      clearTimeout(quiet);
    },
  };
}
