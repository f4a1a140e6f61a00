import type { Num } from "./record";

/** Who walks over the pieces of a run, and how far; Python writes it (`steepest.live.workers`). */
export interface Workers {
  readonly engine: string;
  readonly status: "running" | "done" | "interrupted" | "failed";
  readonly now: PassNow;
  readonly workers: readonly WorkerNow[];
}

/** How far a walk over all rows is: how much is done of how much, sizes in bytes. */
export interface PassNow {
  /** A few words, and the how manieth it is, from 1. */
  readonly what: string;
  readonly number: number;
  readonly pieces: number;
  readonly of_pieces: number;
  /** null where the source does not say. */
  readonly rows: Num;
  readonly of_rows: Num;
  readonly size: number;
  readonly of_size: number;
  /** Since it began. */
  readonly seconds: number;
}

/** One worker: its share of the pieces, and how long it worked in this pass. */
export interface WorkerNow {
  readonly name: string;
  readonly pieces: number;
  readonly rows: Num;
  readonly size: number;
  readonly seconds: number;
  /** Seconds since it was heard of, when this was written; null for never, and at the end. */
  readonly age: Num;
  readonly state: "working" | "idle" | "lost";
  readonly restarts: number;
}
