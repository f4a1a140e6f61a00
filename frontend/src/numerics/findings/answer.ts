/** What a rule says: a finding, that its fault is not there, or what it would need to tell. */
import type { Finding, Remedy } from "../../wire/record";

export type Answer = Finding | "clear" | { readonly needs: string };

export const MORE = "more steps";
export const RATE = "the learning rate";
export const PLAIN = "plain descent on the loss of all rows";
export const RECORD = "parameters and gradients (w_i and g_i) with the loss of all rows";
export const HELD_OUT = "val_loss, the loss on held-out rows";

/** The rule could not look. */
export function needs(words: string): Answer {
  return { needs: words };
}

/** One thing to change; `set`: arguments of `fit` and `descend` -> exact values. */
export function remedy(sentence: string, set: Remedy["set"] = {}): Remedy {
  return { sentence, set };
}

export const ELSEWHERE = remedy(
  "start elsewhere (--start random), or add momentum (--rule momentum)",
);
