import type { Link, Part, Question } from "../link/link";
import { branchRecord, isLocal, localProfile, localRecord } from "../numerics/record";
import { Refusal } from "../numerics/refusal";
import type { State } from "../state/state";
import type { DescentRecord, Diagnosis, Profile } from "../wire/record";
import type { Setting } from "../wire/setting";
import type { Setup } from "../wire/setup";
import { type Asker, askerOf, shelf } from "./asking";

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
  /** Whether a record is awaited, and why one cannot be had, in words. */
  readonly status: { readonly working: boolean; readonly refused: string };
  end(): void;
}

const PATIENCE = { record: 40, profile: 40, diagnosis: 180 };
const ALONE =
  "This page computes lines and curves by itself; for anything else open it with `steepest lab`.";

/** onNews: called whenever something came from Python. */
export function keeperOf(setup: Setup, link: Link | null, onNews: () => void): Keeper {
  const records = shelf<DescentRecord>();
  const profiles = shelf<Profile>();
  const spoken = shelf<Diagnosis>();
  const first = JSON.stringify(setup.setting);
  const here = (setting: Setting): boolean => isLocal(setting, setup.table);
  const asking = {
    record: askerOf(link, PATIENCE.record, onNews),
    beside: askerOf(link, PATIENCE.record, onNews),
    profile: askerOf(link, PATIENCE.profile, onNews),
    diagnosis: askerOf(link, PATIENCE.diagnosis, onNews),
  };
  const longer = new AbortController();
  let shown: DescentRecord | null = null;
  let grown: DescentRecord | null = null;
  let replaced: DescentRecord | null = setup.beside?.record ?? null;
  let applying = false;
  let unreadable = "";
  let turnedDown = "";

  /** Where the page begins, in place of a record that cannot be had. */
  const own = (): DescentRecord | null =>
    setup.played ?? (here(setup.setting) ? localRecord(setup.setting, setup.table) : null);

  const asked = (asker: Asker, key: string, question: Question): DescentRecord | null => {
    const known = records.get(key);
    if (known !== undefined && !known.growing) asker.rest();
    else {
      asker.ask(key, question, (part) => {
        if (part.part === "record") records.put(key, part.record);
      });
    }
    return known ?? null;
  };
  const computed = (setting: Setting): DescentRecord | null => {
    return sound(
      () => local(setting, "", () => localRecord(setting, setup.table)),
      (words) => (unreadable = words),
    );
  };
  /** What needs no question; undefined where one has to be asked. */
  const atHand = (setting: Setting): DescentRecord | null | undefined => {
    if (here(setting)) return computed(setting);
    if (grown !== null && setting.what === "run") return grown;
    return setup.played !== null && JSON.stringify(setting) === first ? setup.played : undefined;
  };
  const found = (setting: Setting): DescentRecord | null => {
    unreadable = "";
    const ready = atHand(setting);
    if (ready !== undefined) {
      asking.record.rest();
      return ready;
    }
    if (link === null) unreadable = ALONE;
    const key = JSON.stringify(setting);
    return asked(asking.record, key, { ask: "record", setting });
  };
  /** A question that takes long, without an end of patience. */
  const listen = (question: Question, keep: (part: Part) => void): Promise<void> =>
    link === null
      ? Promise.resolve()
      : link.ask(
          question,
          (part) => {
            turnedDown = part.part === "refused" ? part.words : "";
            keep(part);
            onNews();
          },
          longer.signal,
        );

  return {
    main(setting) {
      return (shown = found(setting) ?? shown ?? own());
    },
    beside({ branch, beside, setting }, main) {
      const asks = branch === null ? beside !== null && !here(beside) : !here(setting);
      if (!asks) asking.beside.rest();
      if (branch !== null) {
        if (here(setting)) {
          const use = `branch ${branch.at} ${branch.rate}`;
          const { at, rate } = branch;
          return sound(() => local(setting, use, () => branchRecord(setting, setup.table, main, at, rate)));
        }
        const question: Question = { ask: "branch", setting, ...branch };
        return asked(asking.beside, JSON.stringify(question), question);
      }
      if (beside === null) return replaced;
      if (here(beside)) return sound(() => local(beside, "", () => localRecord(beside, setup.table)));
      const key = JSON.stringify(beside);
      if (setup.played !== null && key === first) return setup.played;
      return asked(asking.beside, key, { ask: "record", setting: beside });
    },
    profile(setting, record, row, along) {
      if (here(setting)) return sound(() => localProfile(setting, setup.table, record, row, along));
      if (record.params === null) return null;
      const step = record.step[row];
      const key = `${JSON.stringify(setting)} ${step} ${along} ${record.steps}`;
      const known = profiles.get(key);
      if (known === undefined) {
        asking.profile.ask(key, { ask: "profile", setting, step, along }, (part) => {
          if (part.part === "profile") profiles.put(key, part.profile);
        });
      }
      return known ?? null;
    },
    diagnosis(setting, record) {
      if (!here(setting)) return record.diagnosis;
      const key = JSON.stringify(setting);
      const known = spoken.get(key);
      if (known === undefined) {
        asking.diagnosis.ask(key, { ask: "diagnosis", setting }, (part) => {
          if (part.part === "diagnosis") spoken.put(key, part.diagnosis);
        });
      }
      return known ?? record.diagnosis;
    },
    apply(finding, remedy) {
      const before = shown;
      applying = true;
      const keep = (part: Part): void => {
        if (part.part === "applied") [replaced, grown] = [before, part.record];
      };
      void listen({ ask: "apply", finding, remedy }, keep).then(() => {
        applying = false;
        onNews();
      });
    },
    follow() {
      void listen({ ask: "follow" }, (part) => {
        if (part.part === "record") grown = part.record;
      });
    },
    get status() {
      const refused = unreadable || asking.record.refused || asking.beside.refused || turnedDown;
      return { working: applying || asking.record.waiting || asking.beside.waiting, refused };
    },
    end() {
      longer.abort();
      for (const asker of Object.values(asking)) asker.rest();
    },
  };
}

/** What is computed, or null where an expression that is being typed cannot be read. */
function sound<T>(compute: () => T, onRefusal: (words: string) => void = () => {}): T | null {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    onRefusal(error.message);
    return null;
  }
}

/** Settings never change, so that a record can be kept with the object that it is of. */
const kept = new WeakMap<Setting, Map<string, DescentRecord>>();

function local(setting: Setting, use: string, compute: () => DescentRecord): DescentRecord {
  const known = kept.get(setting) ?? new Map<string, DescentRecord>();
  kept.set(setting, known);
  let record = known.get(use);
  if (record === undefined) {
    record = compute();
    if (known.size > 3) known.clear(); // a branch whose rate is dragged leaves many behind
    known.set(use, record);
  }
  return record;
}
