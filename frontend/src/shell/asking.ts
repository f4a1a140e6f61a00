import type { Link, Part, Question } from "../link/link";

const KEPT = 24;

/** The last few values that came, by key. */
export interface Shelf<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
}

export function shelf<T>(): Shelf<T> {
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

/** Asks one kind of question of Python, the newest wish only. */
export interface Asker {
  /**
   * Ask, unless just this is being asked or was refused; patience: milliseconds without a newer
   * wish before one is asked.
   */
  ask(key: string, question: Question, patience: number, onPart: (part: Part) => void): void;
  /** Whether an answer is awaited. */
  readonly waiting: boolean;
  /** Why the last question was not answered, in words; "" where it was. */
  readonly refused: string;
  /** Nothing is wished any more: what is open is given up, and a refusal forgotten. */
  rest(): void;
}

/**
 * link: null where there is no Python; onNews: called after every part and at the end; order:
 * whether a newer wish ends the one before, or waits its turn, so that something always comes
 * while wishes keep changing.
 */
export function askerOf(
  link: Link | null,
  onNews: () => void,
  order: "newest" | "in turn" = "newest",
): Asker {
  let open = "";
  let refusedKey = "";
  let refused = "";
  let timer = 0;
  let stop = new AbortController();
  const giveUp = (): void => {
    clearTimeout(timer);
    stop.abort();
    open = "";
  };
  return {
    ask(key, question, patience, onPart) {
      if (link === null || key === open || key === refusedKey) return;
      if (order === "in turn" && open !== "") return; // asked again at the next redraw
      giveUp();
      open = key;
      refused = refusedKey = "";
      const mine = (stop = new AbortController());
      const hear = (part: Part): void => {
        if (mine.signal.aborted) return;
        if (part.part === "refused") [refused, refusedKey] = [part.words, key];
        else onPart(part);
        onNews();
      };
      timer = window.setTimeout(() => {
        void link.ask(question, hear, mine.signal).then(() => {
          if (mine.signal.aborted) return;
          open = "";
          onNews();
        });
      }, patience);
    },
    get waiting() {
      return open !== "";
    },
    get refused() {
      return refused;
    },
    rest() {
      giveUp();
      refused = refusedKey = "";
    },
  };
}
