import type { State } from "./state";

/** What can be taken back: states before a change of what is descended on. */
export interface History {
  /** Remember where a change leaves from; a drag or a typed number is one change. */
  note(before: State, next: State, now: number): void;
  undo(present: State): State | null;
  redo(present: State): State | null;
  readonly undoable: boolean;
  readonly redoable: boolean;
}

const TOGETHER = 700;
const MOST = 200;

export function history(): History {
  const past: State[] = [];
  const future: State[] = [];
  let last = -Infinity;
  let part = "";
  return {
    note(before, next, now) {
      const what = changedPart(before, next);
      if (now - last > TOGETHER || what !== part) past.push(before);
      part = what;
      if (past.length > MOST) past.shift();
      last = now;
      future.length = 0;
    },
    undo(present) {
      const state = past.pop();
      if (state === undefined) return null;
      future.push(present);
      last = -Infinity;
      return state;
    },
    redo(present) {
      const state = future.pop();
      if (state === undefined) return null;
      past.push(present);
      last = -Infinity;
      return state;
    },
    get undoable() {
      return past.length > 0;
    },
    get redoable() {
      return future.length > 0;
    },
  };
}

/** Which fields a change is of: changes of other fields are other changes, however soon. */
function changedPart(before: State, next: State): string {
  const keys = Object.keys(next.setting) as (keyof State["setting"])[];
  const fields: string[] = keys.filter((key) => before.setting[key] !== next.setting[key]);
  if (before.beside !== next.beside) fields.push("beside");
  if (before.branch !== next.branch) fields.push("branch");
  return fields.join();
}
