import type { Setup } from "../wire/setup";
import type { Setting } from "../wire/setting";
import { firstLook } from "./defaults";
import type { Look, State } from "./state";

/** How one field is written into a link, and read from it; undefined: not to be believed. */
interface Codec<T> {
  write(value: T): string;
  read(words: string): T | undefined;
}

type Codecs<T> = { readonly [K in keyof T]: Codec<T[K]> };

const number = (low: number, high: number): Codec<number> => ({
  write: String,
  read: (words) => between(words, low, high),
});
const whole = (low: number, high: number): Codec<number> => ({
  write: String,
  read: (words) => {
    const value = between(words, low, high);
    return Number.isInteger(value) ? value : undefined;
  },
});
const yes: Codec<boolean> = { write: (on) => (on ? "1" : "0"), read: (words) => words === "1" };
const text: Codec<string> = {
  write: (words) => words,
  read: (words) => (words.length <= 500 ? words : undefined),
};
const one = <T extends string>(...all: readonly T[]): Codec<T> => ({
  write: (value) => value,
  read: (words) => all.find((each) => each === words),
});
const orNull = <T>(none: string, codec: Codec<T>): Codec<T | null> => ({
  write: (value) => (value === null ? none : codec.write(value)),
  read: (words) => (words === none ? null : codec.read(words)),
});
const numbers = (most: number): Codec<readonly number[]> => ({
  write: (values) => values.join(","),
  read: (words) => listed(words, ",", most),
});
const pair = (low: number, high: number): Codec<readonly [number, number]> => ({
  write: (values) => values.join(","),
  read: (words) => {
    const values = listed(words, ",", 2);
    if (values?.length !== 2 || values.some((each) => each < low || each > high)) return undefined;
    return [values[0], values[1]];
  },
});
const names: Codec<readonly string[]> = {
  write: (values) => values.map(encodeURIComponent).join(","),
  read: (words) => {
    try {
      return words === "" ? [] : words.split(",").slice(0, 50).map(decodeURIComponent);
    } catch {
      return undefined;
    }
  },
};
const points: Codec<Setting["moved"]> = {
  write: (values) => values.map((each) => each.join(":")).join(","),
  read: (words) => {
    const read = words
      .split(",")
      .slice(0, 5000)
      .map((each) => listed(each, ":", 3));
    const sound = read.every((each) => each?.length === 3 && Number.isInteger(each[0]));
    return sound ? (read as unknown as Setting["moved"]) : undefined;
  },
};

/** As `steepest.live.setting` has them. */
const HELD = 0.3;
const [SMALLEST_RATE, LARGEST_RATE] = [1e-100, 1e100];

const SETTING: Codecs<Setting> = {
  what: one("table", "curve", "run"),
  run: text,
  features: names,
  scale: one("raw", "unit", "standard"),
  degree: whole(1, 9),
  loss: one("squared", "logistic", "huber", "poisson"),
  rule: text,
  batch: orNull("all", whole(1, 1e9)),
  seed: whole(0, 2 ** 32 - 1),
  bug: one("none", "sign", "factor", "bias", "order"),
  holdout: number(0, HELD),
  rate: orNull("auto", number(SMALLEST_RATE, LARGEST_RATE)),
  steps: whole(0, 20_000),
  start: orNull("default", numbers(50)),
  expression: text,
  moved: points,
  plane: one("steepest", "path", "chosen"),
  chosen: pair(0, 49),
};

const SEEN: Codecs<Look> = {
  at: whole(0, 1e12),
  log: yes,
  along: whole(-1, 49),
  secant: number(-1, 1),
  shown: text,
  example: whole(0, 1e6),
  threshold: number(0, 1),
  costs: pair(0, 1e9),
  turn: number(-720, 720),
  tilt: number(0, 90),
  layers: one("ratio", "gradient"),
  ask: yes,
};

/** The part of a link after #: all that differs from where the page begins. */
export function fragmentOf(state: State, setup: Setup): string {
  const words = new URLSearchParams();
  write(words, "", SETTING, state.setting, setup.setting);
  write(words, "", SEEN, state.look, firstLook(setup));
  if (state.beside !== null) {
    words.set("beside", "1");
    write(words, "beside.", SETTING, state.beside, setup.setting);
  }
  if (state.branch !== null) words.set("branch", `${state.branch.at},${state.branch.rate}`);
  return words.toString();
}

/** The state of a link; what it does not say, or says wrongly, is where the page begins. */
export function stateOf(fragment: string, setup: Setup): State {
  const words = new URLSearchParams(fragment.replace(/^#/, ""));
  const setting = settingOf(words, "", setup);
  return {
    setting,
    look: read(words, "", SEEN, firstLook(setup)),
    beside: words.has("beside") ? settingOf(words, "beside.", setup) : null,
    branch: branchOf(words.get("branch") ?? "", setting),
  };
}

function branchOf(words: string, setting: Setting): State["branch"] {
  const [at, rate] = listed(words, ",", 2) ?? [];
  const sound = Number.isInteger(at) && at >= 0 && rate >= SMALLEST_RATE && rate <= LARGEST_RATE;
  return sound && (setting.what === "run" || at <= setting.steps) ? { at, rate } : null;
}

/** A page shows its own table or run, or a curve; a link to something else is not believed. */
function settingOf(words: URLSearchParams, prefix: string, setup: Setup): Setting {
  const found = read(words, prefix, SETTING, setup.setting);
  const own = setup.setting.what;
  const rows = setup.table?.x.length ?? 0;
  return {
    ...found,
    what: own !== "run" && found.what === "curve" ? "curve" : own,
    run: own === "run" ? found.run : "",
    holdout: found.holdout === HELD ? HELD : 0,
    moved: found.moved.filter(([row]) => row >= 0 && row < rows),
    chosen: found.chosen[0] === found.chosen[1] ? setup.setting.chosen : found.chosen,
  };
}

function write<T extends object>(
  words: URLSearchParams,
  prefix: string,
  codecs: Codecs<T>,
  value: T,
  base: T,
): void {
  for (const key of Object.keys(codecs) as (keyof T & string)[]) {
    const [now, then] = [codecs[key].write(value[key]), codecs[key].write(base[key])];
    if (now !== then) words.set(prefix + key, now);
  }
}

function read<T extends object>(
  words: URLSearchParams,
  prefix: string,
  codecs: Codecs<T>,
  base: T,
): T {
  const found: Partial<T> = {};
  for (const key of Object.keys(codecs) as (keyof T & string)[]) {
    const word = words.get(prefix + key);
    const value = word === null ? undefined : codecs[key].read(word);
    if (value !== undefined) found[key] = value;
  }
  return { ...base, ...found };
}

function between(words: string, low: number, high: number): number | undefined {
  const value = words.trim() === "" ? Number.NaN : Number(words);
  return value >= low && value <= high ? value : undefined;
}

function listed(words: string, mark: string, most: number): number[] | undefined {
  const values = words.split(mark).map((each) => (each.trim() === "" ? Number.NaN : Number(each)));
  return values.length <= most && values.every(Number.isFinite) ? values : undefined;
}
