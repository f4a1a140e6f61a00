import type { Link, Part, Question } from "../link/link";
import { branchRecord, isLocal, localProfile, localRecord } from "../numerics/record";
import { Refusal } from "../numerics/refusal";
import type { State } from "../state/state";
import type { DescentRecord, Diagnosis, Profile } from "../wire/record";
import type { Setting } from "../wire/setting";
import type { Setup } from "../wire/setup";

/** Where records come from: computed here at once, or asked of Python and kept when they come. */
export interface Keeper {
  /** The record of a setting; while Python works on it, the last one there was. */
  main(setting: Setting): DescentRecord | null;
  /** The run laid under the main one: a branch of it, another setting, or what a remedy replaced. */
  beside(state: State, main: DescentRecord): DescentRecord | null;
  profile(setting: Setting, record: DescentRecord, row: number, along: number): Profile | null;
  /** Python's word on a record, where it has come; else the record's own. */
  diagnosis(setting: Setting, record: DescentRecord): Diagnosis;
  /** Train a saved run again with a remedy. */
  apply(finding: number, remedy: number): void;
  /** Hear of a saved run that grows. */
  follow(): void;
  /** What is awaited or was refused, in words; "" where nothing is. */
  readonly status: { readonly working: boolean; readonly refused: string };
  end(): void;
}

const PATIENCE = { record: 40, profile: 40, diagnosis: 180 };
const KEPT = 24;

/** onNews: called whenever something came from Python. */
export function keeperOf(setup: Setup, link: Link | null, onNews: () => void): Keeper {
  const records = shelf<DescentRecord>();
  const profiles = shelf<Profile>();
  const spoken = shelf<Diagnosis>();
  const status = { working: false, refused: "" };
  let shown: DescentRecord | null = setup.played;
  let grown: DescentRecord | null = null;
  let replaced: DescentRecord | null = null;
  const first = JSON.stringify(setup.setting);
  const asking = {
    record: asker(link, PATIENCE.record),
    beside: asker(link, PATIENCE.record),
    profile: asker(link, PATIENCE.profile),
    diagnosis: asker(link, PATIENCE.diagnosis),
  };
  const longer = new AbortController();

  const heard = (part: Part, keep: (part: Part) => void): void => {
    if (part.part === "refused") status.refused = part.words;
    else keep(part);
    onNews();
  };
  const ask = (kind: keyof typeof asking, key: string, question: Question, keep: (part: Part) => void): void => {
    const begun = (): void => {
      status.working = kind === "record" || kind === "beside";
    };
    const ended = (): void => {
      status.working = false;
      onNews();
    };
    asking[kind](key, question, (part) => heard(part, keep), begun, ended);
  };
  const asked = (kind: "record" | "beside", key: string, question: Question): DescentRecord | undefined => {
    const known = records.get(key);
    if (known === undefined) {
      ask(kind, key, question, (part) => {
        if (part.part === "record") records.put(key, part.record);
      });
    }
    return known;
  };

  return {
    status,
    main(setting) {
      if (isLocal(setting, setup.table)) {
        try {
          shown = local(setting, () => localRecord(setting, setup.table));
          status.refused = "";
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          status.refused = error.message; // the last record that there was stays
        }
        return shown;
      }
      const key = JSON.stringify(setting);
      if (grown !== null && setting.what === "run") return (shown = grown);
      if (setup.played !== null && key === first) return (shown = setup.played);
      if (link === null) {
        status.refused = "This page computes lines and curves by itself; for the rest open it with `steepest lab`.";
        return shown;
      }
      const known = asked("record", key, { ask: "record", setting });
      if (known !== undefined) status.refused = "";
      return (shown = known ?? shown);
    },
    beside(state, main) {
      const { branch, beside, setting } = state;
      if (branch !== null) {
        if (isLocal(setting, setup.table)) {
          return local(setting, () => branchRecord(setting, setup.table, main, branch.at, branch.rate), `${branch.at},${branch.rate}`);
        }
        if (link === null) return null;
        const question: Question = { ask: "branch", setting, ...branch };
        return asked("beside", JSON.stringify(question), question) ?? null;
      }
      if (beside === null) return replaced;
      if (isLocal(beside, setup.table)) return local(beside, () => localRecord(beside, setup.table), "beside");
      const key = JSON.stringify(beside);
      if (setup.played !== null && key === first) return setup.played;
      return link === null ? null : (asked("beside", key, { ask: "record", setting: beside }) ?? null);
    },
    profile(setting, record, row, along) {
      if (isLocal(setting, setup.table)) return localProfile(setting, setup.table, record, row, along);
      if (link === null || record.params === null) return null;
      const step = record.step[row];
      const key = `${JSON.stringify(setting)} ${step} ${along} ${record.steps}`;
      const known = profiles.get(key);
      if (known === undefined) {
        ask("profile", key, { ask: "profile", setting, step, along }, (part) => {
          if (part.part === "profile") profiles.put(key, part.profile);
        });
      }
      return known ?? null;
    },
    diagnosis(setting, record) {
      if (link === null || !isLocal(setting, setup.table)) return record.diagnosis;
      const key = JSON.stringify(setting);
      const known = spoken.get(key);
      if (known === undefined) {
        ask("diagnosis", key, { ask: "diagnosis", setting }, (part) => {
          if (part.part === "diagnosis") spoken.put(key, part.diagnosis);
        });
      }
      return known ?? record.diagnosis;
    },
    apply(finding, remedy) {
      if (link === null) return;
      status.working = true;
      const question: Question = { ask: "apply", finding, remedy };
      const keep = (part: Part): void => {
        if (part.part !== "applied") return;
        replaced = shown;
        grown = part.record;
      };
      void link.ask(question, (part) => heard(part, keep), longer.signal).then(() => {
        status.working = false;
        onNews();
      });
    },
    follow() {
      if (link === null) return;
      const keep = (part: Part): void => {
        if (part.part === "record") grown = part.record;
      };
      void link.ask({ ask: "follow" }, (part) => heard(part, keep), longer.signal);
    },
    end() {
      longer.abort();
      for (const each of Object.values(asking)) each("", null, () => {}, () => {}, () => {});
    },
  };
}

/** The last value for each use of a setting object: settings never change, so identity is enough. */
const computed = new WeakMap<Setting, Map<string, DescentRecord>>();

function local(setting: Setting, compute: () => DescentRecord, use = ""): DescentRecord {
  const known = computed.get(setting) ?? new Map<string, DescentRecord>();
  computed.set(setting, known);
  let record = known.get(use);
  if (record === undefined) {
    record = compute();
    if (known.size > 3) known.clear(); // a branch whose rate is dragged leaves many behind
    known.set(use, record);
  }
  return record;
}

interface Shelf<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
}

/** The last few values that came, by key. */
function shelf<T>(): Shelf<T> {
  const kept = new Map<string, T>();
  return {
    get: (key) => kept.get(key),
    put(key, value) {
      kept.delete(key);
      kept.set(key, value);
      if (kept.size > KEPT) kept.delete(kept.keys().next().value as string);
    },
  };
}

type Asker = (
  key: string,
  question: Question | null,
  onPart: (part: Part) => void,
  onBegin: () => void,
  onEnd: () => void,
) => void;

/** Asks for the newest wish only: an older question that is still open is given up. */
function asker(link: Link | null, patience: number): Asker {
  let open = "";
  let timer = 0;
  let stop = new AbortController();
  return (key, question, onPart, onBegin, onEnd) => {
    if (key === open || link === null) return;
    open = key;
    clearTimeout(timer);
    stop.abort();
    if (question === null) return;
    const mine = (stop = new AbortController());
    timer = window.setTimeout(() => {
      onBegin();
      void link.ask(question, onPart, mine.signal).then(() => {
        if (mine.signal.aborted) return;
        open = "";
        onEnd();
      });
    }, patience);
  };
}
