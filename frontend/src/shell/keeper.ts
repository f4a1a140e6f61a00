import type { Link, Part, Question } from "../link/link";
import { branchRecord, isLocal, localProfile, localRecord } from "../numerics/record";
import { Refusal } from "../numerics/refusal";
import type { State } from "../state/state";
import type { DescentRecord, Diagnosis, Profile } from "../wire/record";
import type { Setting } from "../wire/setting";
import type { Setup } from "../wire/setup";
import type { Workers } from "../wire/workers";
import { type Asker, askerOf, shelf } from "./asking";

/** A record with the setting that it is of, which may be older than the one that is chosen. */
export interface Shown {
  readonly setting: Setting;
  readonly record: DescentRecord;
}

/** Workers, and when the page heard of them (`performance.now()`). */
export interface Heard {
  readonly workers: Workers;
  readonly at: number;
}

/** Where records come from: computed here at once, or asked of Python and kept when they come. */
export interface Keeper {
  /** The record of a setting; while Python works on it, the last one there was. */
  main(setting: Setting): Shown | null;
  /** The run laid under the main one: a branch of it, or another setting. */
  beside(state: State, main: Shown): DescentRecord | null;
  /** J along a line at a row; while Python works on it, the last one along that line. */
  profile(shown: Shown, row: number, along: number): Profile | null;
  /** Python's word on a record, where it has come; else the record's own. */
  diagnosis(shown: Shown): Diagnosis;
  /** Train a saved run again with a remedy; onRun: the new run's id, when it is there. */
  apply(setting: Setting, finding: number, remedy: number, onRun: (run: string) => void): void;
  /** Hear of a saved run that grows; its first step may still be to come. */
  follow(setting: Setting): void;
  /** Who walks over the rows of the run of a setting, as Python said last, and when it did. */
  workers(setting: Setting): Heard | null;
  /** What a saved run is, in the sentence that Python says last; null where it has said none. */
  wordsOf(run: string): string | null;
  /** Whether a record is awaited, and why one cannot be had, in words. */
  readonly status: { readonly working: boolean; readonly refused: string };
  end(): void;
}

const PATIENCE = { record: 40, profile: 0, diagnosis: 180, growing: 600 };
const ALONE =
  "This file computes lines and curves by itself; for anything else open `steepest lab`.";

/** onNews: called whenever something came from Python. */
export function keeperOf(setup: Setup, link: Link | null, onNews: () => void): Keeper {
  const records = shelf<DescentRecord>();
  const profiles = shelf<Profile>();
  const spoken = shelf<Diagnosis>();
  const here = (setting: Setting): boolean => isLocal(setting, setup.table);
  const asking = {
    record: askerOf(link, onNews),
    beside: askerOf(link, onNews),
    profile: askerOf(link, onNews, "in turn"),
    diagnosis: askerOf(link, onNews),
  };
  const said = new Map<string, string>();
  const longer = new AbortController();
  let last: Shown | null = null;
  let lastProfile: { of: string; profile: Profile } | null = null;
  let applying = false;
  let following = "";
  let unreadable = "";
  let turnedDown = "";
  let heard: Heard | null =
    setup.workers === null ? null : { workers: setup.workers, at: performance.now() };
  if (setup.played !== null) records.put(JSON.stringify(setup.setting), setup.played);

  const keep = (
    key: string,
    run: string,
    part: { record: DescentRecord; words?: string },
  ): void => {
    records.put(key, part.record);
    if (part.words !== undefined) said.set(run, part.words);
  };
  const asked = (asker: Asker, setting: Setting, question: Question): DescentRecord | null => {
    const key = JSON.stringify(question.ask === "record" ? setting : question);
    const known = records.get(key);
    if (key === following || (known !== undefined && !known.growing)) asker.rest();
    else {
      const patience = known === undefined ? PATIENCE.record : PATIENCE.growing;
      asker.ask(key, question, patience, (part) => {
        if (part.part === "record") keep(key, setting.run, part);
      });
    }
    return known ?? null;
  };
  const computed = (setting: Setting, onRefusal?: (words: string) => void): DescentRecord | null =>
    sound(() => local(setting, "", () => localRecord(setting, setup.table)), onRefusal);
  const found = (setting: Setting): DescentRecord | null => {
    unreadable = "";
    if (here(setting)) {
      asking.record.rest();
      return computed(setting, (refusal) => (unreadable = refusal));
    }
    const record = asked(asking.record, setting, { ask: "record", setting });
    if (record === null && link === null) unreadable = ALONE;
    return record;
  };
  /** Where the page begins, in place of a record that cannot be had. */
  const first = (): Shown | null => {
    const { setting } = setup;
    const record = setup.played ?? (here(setting) ? computed(setting) : null);
    return record === null ? null : { setting, record };
  };
  /** A question that takes long, without an end of patience. */
  const listen = (question: Question, keep: (part: Part) => void): Promise<void> => {
    const hear = (part: Part): void => {
      turnedDown = part.part === "refused" ? part.words : "";
      keep(part);
      onNews();
    };
    return link === null ? Promise.resolve() : link.ask(question, hear, longer.signal);
  };

  return {
    main(setting) {
      if (last !== null && last.setting === setting && here(setting)) return last;
      const record = found(setting);
      if (record !== null) last = { setting, record };
      return (last ??= first());
    },
    beside({ branch, beside }, { setting, record }) {
      const asks = branch === null ? beside !== null && !here(beside) : !here(setting);
      if (!asks) asking.beside.rest();
      if (branch !== null) {
        if (here(setting)) {
          const { at, rate } = branch;
          const compute = (): DescentRecord => branchRecord(setting, setup.table, record, at, rate);
          return sound(() => local(setting, `branch ${at} ${rate}`, compute));
        }
        const question: Question = { ask: "branch", setting, ...branch };
        return asked(asking.beside, setting, question);
      }
      if (beside === null) return setup.beside?.record ?? null;
      return here(beside)
        ? computed(beside)
        : asked(asking.beside, beside, { ask: "record", setting: beside });
    },
    profile({ setting, record }, row, along) {
      if (here(setting)) return sound(() => localProfile(setting, setup.table, record, row, along));
      if (record.params === null || !record.known) return null;
      const step = record.step[row];
      const of = `${JSON.stringify(setting)} ${along}`;
      const key = `${of} ${step} ${record.steps}`;
      const known = profiles.get(key);
      if (known === undefined) {
        asking.profile.ask(
          key,
          { ask: "profile", setting, step, along },
          PATIENCE.profile,
          (part) => {
            if (part.part !== "profile") return;
            profiles.put(key, part.profile);
            lastProfile = { of, profile: part.profile };
          },
        );
      } else lastProfile = { of, profile: known };
      return lastProfile?.of === of ? lastProfile.profile : null;
    },
    diagnosis({ setting, record }) {
      if (!here(setting)) return record.diagnosis;
      const key = JSON.stringify(setting);
      const known = spoken.get(key);
      if (known === undefined) {
        asking.diagnosis.ask(key, { ask: "diagnosis", setting }, PATIENCE.diagnosis, (part) => {
          if (part.part === "diagnosis") spoken.put(key, part.diagnosis);
        });
      }
      return known ?? record.diagnosis;
    },
    apply(setting, finding, remedy, onRun) {
      applying = true;
      const hear = (part: Part): void => {
        if (part.part !== "applied") return;
        keep(JSON.stringify({ ...setting, run: part.run }), part.run, part);
        onRun(part.run);
      };
      void listen({ ask: "apply", setting, finding, remedy }, hear).then(() => {
        applying = false;
        onNews();
      });
    },
    follow(setting) {
      following = JSON.stringify(setting);
      const hear = (part: Part): void => {
        if (part.part === "record") keep(following, setting.run, part);
        if (part.part !== "workers") return;
        heard = { workers: part.workers, at: performance.now() };
        said.set(setting.run, part.words);
      };
      void listen({ ask: "follow" }, hear).then(() => {
        following = "";
        onNews();
      });
    },
    workers: ({ what, run }) => (what === "run" && run === setup.setting.run ? heard : null),
    wordsOf: (run) => said.get(run) ?? null,
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
