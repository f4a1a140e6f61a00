import type { Diagnosis, DescentRecord, Profile } from "../wire/record";
import type { Setting } from "../wire/setting";
import type { Workers } from "../wire/workers";

/** What the page may ask of Python. */
export type Question =
  | { readonly ask: "record"; readonly setting: Setting }
  | { readonly ask: "diagnosis"; readonly setting: Setting }
  | {
      readonly ask: "profile";
      readonly setting: Setting;
      readonly step: number;
      readonly along: number;
    }
  | {
      readonly ask: "branch";
      readonly setting: Setting;
      readonly at: number;
      readonly rate: number;
    }
  | { readonly ask: "follow" }
  | {
      readonly ask: "apply";
      readonly setting: Setting;
      readonly finding: number;
      readonly remedy: number;
    };

/** What comes back, one part or several. */
export type Part =
  | { readonly part: "record"; readonly record: DescentRecord; readonly words?: string }
  | { readonly part: "waiting" }
  | { readonly part: "workers"; readonly workers: Workers; readonly words: string }
  | { readonly part: "diagnosis"; readonly diagnosis: Diagnosis }
  | { readonly part: "profile"; readonly profile: Profile }
  | {
      readonly part: "applied";
      readonly run: string;
      readonly record: DescentRecord;
      readonly words?: string;
    }
  | { readonly part: "refused"; readonly words: string };

/** A way to Python: over HTTP from a served page, by messages in a notebook. */
export interface Link {
  /** Ask; every part of the answer is handed on as it comes. Ends when the answer does; an
   * aborted signal ends it at once and without a word. */
  ask(question: Question, onPart: (part: Part) => void, signal: AbortSignal): Promise<void>;
}
