import { counted, whole } from "../numerics/readable";
import { begun } from "../views/told";
import type { PassNow, WorkerNow, Workers } from "../wire/workers";
import { bytes, bytesWords, rowsWords, short } from "./amounts";
import { make, mark, say } from "./dom";
import type { Heard } from "./keeper";

/** Seconds after which one wonders whether a worker is still there. */
const SILENT = 10;
const TICK = 500;

/** How far the pass over the rows is, and a row for each worker. */
export interface WorkersPanel {
  readonly element: HTMLElement;
  /** null where the rows of what is shown were in memory. */
  show(heard: Heard | null): void;
  end(): void;
}

interface Row {
  readonly element: HTMLTableRowElement;
  show(worker: WorkerNow, most: number, since: number): void;
}

/** The heads of the columns, by what a column holds; the bar needs none. */
const HEADS = {
  worker: "worker",
  pieces: "pieces",
  rows: "rows",
  bytes: "bytes",
  seconds: "seconds",
  bar: "",
  beat: "heartbeat",
  state: "state",
};

export function workersPanel(): WorkersPanel {
  const title = make("h2", {});
  const fill = make("i", {});
  const bar = make(
    "div",
    { class: "pass", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100 },
    fill,
  );
  const body = make("tbody", {});
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...headsOf())), body);
  const room = make(
    "div",
    { class: "table-room", tabindex: "0", role: "region", "aria-label": "the workers" },
    table,
  );
  const element = make(
    "details",
    { class: "workers", open: true, hidden: true },
    make("summary", {}, title),
    bar,
    room,
  );
  const rows: Row[] = [];
  let now: Heard | null = null;
  let status = "";

  const write = (): void => {
    if (now === null) return;
    const { workers, at } = now;
    const since = (performance.now() - at) / 1000;
    const most = Math.max(...workers.workers.map((worker) => worker.seconds), 0);
    while (rows.length < workers.workers.length) {
      const row = rowOf();
      rows.push(row);
      body.append(row.element);
    }
    rows.forEach(({ element, show }, i) => {
      const worker = workers.workers[i];
      element.hidden = worker === undefined;
      if (worker !== undefined) show(worker, most, since);
    });
  };
  const timer = window.setInterval(() => {
    if (now?.workers.status === "running" && element.open) write();
  }, TICK);

  return {
    element,
    show(heard) {
      element.hidden = heard === null;
      if (heard === null || heard === now) return;
      now = heard;
      const { workers } = heard;
      if (status !== workers.status) {
        status = workers.status;
        element.dataset.status = status;
        element.open = status !== "done"; // at the end it steps back, and can be opened
      }
      say(title, titleOf(workers));
      const share = shareOf(workers.now);
      fill.style.setProperty("--share", String(share));
      mark(bar, "aria-valuenow", String(Math.round(100 * share)));
      mark(bar, "aria-label", `pass ${workers.now.number}`);
      write();
    },
    end: () => clearInterval(timer),
  };
}

function headsOf(): HTMLElement[] {
  return Object.entries(HEADS).map(([kind, words]) =>
    words === "" ? make("td", { class: kind }) : make("th", { scope: "col", class: kind }, words),
  );
}

function rowOf(): Row {
  const name = make("span", {});
  const below = make("small", {}); // the state, where there is no room for a column of it
  const first = make("th", { scope: "row", class: "worker" }, name, below);
  const [pieces, rows, size] = ["pieces", "rows", "bytes"].map((kind) =>
    make("td", { class: kind }),
  );
  const seconds = make("td", { class: "seconds" });
  const fill = make("i", {});
  const bar = make("td", { class: "bar" }, make("div", {}, fill));
  const heard = make("td", { class: "beat" });
  const state = make("td", { class: "state" });
  const element = make("tr", {}, first, pieces, rows, size, seconds, bar, heard, state);
  return {
    element,
    show(worker, most, since) {
      say(name, worker.name);
      say(pieces, whole(worker.pieces));
      say(rows, worker.rows === null ? "" : short(worker.rows));
      say(size, bytes(worker.size));
      say(seconds, worker.seconds.toFixed(most >= 10 ? 1 : most >= 1 ? 2 : 3));
      fill.style.setProperty("--share", String(most > 0 ? worker.seconds / most : 0));
      const age = worker.age === null ? null : worker.age + since;
      say(heard, age === null ? "" : ageWords(age));
      element.dataset.state =
        worker.state === "lost" ? "lost" : age !== null && age > SILENT ? "silent" : worker.state;
      say(state, stateWords(worker));
      say(below, worker.state === "lost" ? stateWords(worker) : restartWords(worker));
    },
  };
}

function ageWords(age: number): string {
  if (age < 10) return `${age.toFixed(1)} s ago`;
  return age < 120 ? `${Math.round(age)} s ago` : `${Math.round(age / 60)} min ago`;
}

function stateWords(worker: WorkerNow): string {
  return [worker.state, restartWords(worker)].filter((words) => words !== "").join(", ");
}

function restartWords({ restarts }: WorkerNow): string {
  return restarts === 0 ? "" : counted(restarts, "restart");
}

function shareOf({ size, of_size, pieces, of_pieces }: PassNow): number {
  return of_size > 0 ? size / of_size : pieces / Math.max(of_pieces, 1);
}

/** "Pass 12: descending — 3.1M of 4.0M rows, 210 of 270 MB". */
function titleOf({ status, now, workers }: Workers): string {
  const by = counted(workers.length, "worker");
  if (status === "done") {
    const rows = now.of_rows === null ? "all rows" : `${short(now.of_rows)} rows`;
    const passes = now.number === 1 ? "1 pass" : `${whole(now.number)} passes`;
    return `${passes} over ${rows} (${bytes(now.of_size)}) by ${by}`;
  }
  const done = now.rows === null ? [] : [rowsWords(now.rows, now.of_rows)];
  const far = [...done, bytesWords(now.size, now.of_size)].join(", ");
  const what = now.what === "" ? "" : `: ${now.what}`;
  const head = `pass ${whole(now.number)}${what} — ${far}`;
  return status === "running" ? begun(head) : `${begun(status)} in ${head}`;
}
