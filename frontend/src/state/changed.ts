import type { Setting } from "../wire/setting";
import type { Change, State } from "./state";

/** The state after a change; parts that do not differ stay the same objects. */
export function changed(state: State, change: Change): State {
  const setting = merged(state.setting, change.setting);
  return {
    setting,
    look: merged(state.look, change.look),
    beside: change.beside === undefined ? state.beside : change.beside,
    branch: change.branch === undefined ? kept(state, setting) : change.branch,
  };
}

function merged<T extends object>(old: T, part: Partial<T> | undefined): T {
  if (part === undefined) return old;
  const keys = Object.keys(part) as (keyof T)[];
  if (keys.every((key) => same(part[key], old[key]))) return old;
  return { ...old, ...part };
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** A branch leaves a path: it ends where the path becomes another one, and stays where it only
 * becomes longer or shorter. */
function kept(state: State, setting: Setting): State["branch"] {
  if (setting === state.setting || state.branch === null) return state.branch;
  if (state.branch.at > setting.steps && setting.what !== "run") return null;
  const before = {
    ...state.setting,
    steps: setting.steps,
    plane: setting.plane,
    chosen: setting.chosen,
  };
  return same(before, setting) ? state.branch : null;
}
