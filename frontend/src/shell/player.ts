import type { DescentRecord } from "../wire/record";

/** Runs through the rows of a record in time. */
export interface Player {
  readonly playing: boolean;
  play(): void;
  pause(): void;
}

const SECONDS = 8;
const SLOWEST = 4;
const STILL = 2;

/**
 * Play from the row that is shown to the last: in about eight seconds, and a short record at
 * four rows a second. Where the reader prefers reduced motion, two pictures a second.
 *
 * record, row: what is shown now; onStep: show another step; onState: playing began or ended.
 */
export function playerOf(
  record: () => DescentRecord | null,
  row: () => number,
  onStep: (step: number) => void,
  onState: () => void,
): Player {
  let playing = false;
  let began = 0;
  let from = 0;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  const pace = (rows: number): number => Math.max(rows / SECONDS, SLOWEST);
  const frame = (now: number): void => {
    const shown = record();
    if (!playing || shown === null) return;
    const rows = shown.step.length - 1;
    let gone = (now - began) / 1000;
    if (still.matches) gone = Math.floor(gone * STILL) / STILL;
    const at = Math.min(from + Math.floor(gone * pace(rows)), rows);
    onStep(shown.step[at]);
    if (at >= rows && !shown.growing) pause();
    else requestAnimationFrame(frame);
  };
  const pause = (): void => {
    if (!playing) return;
    playing = false;
    onState();
  };
  return {
    get playing() {
      return playing;
    },
    play() {
      const shown = record();
      if (playing || shown === null) return;
      playing = true;
      from = row() >= shown.step.length - 1 ? 0 : row();
      began = performance.now();
      onState();
      requestAnimationFrame(frame);
    },
    pause,
  };
}
