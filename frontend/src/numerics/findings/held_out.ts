/** The rules over the loss on the rows held back: a leak, and overfitting. */
import { readable, whole } from "../readable";
import { HELD_OUT, needs, remedy, type Answer } from "./answer";
import type { Reading } from "./reading";
import { Series } from "./series";
import { interpolated } from "./sums";

const NOTHING = 1 / 300;
const RISE = 0.1;
const SIGMAS = 4;
const LEARNED = 0.1;
const SHARE = 1 / 50;
const ROUNDED = 1e-12;

/** The losses on training and held-out rows fall to next to nothing. */
export function labelLeak(reading: Reading): Answer {
  const held = heldSeries(reading);
  const losses = reading.losses();
  if (held === null || losses.length === 0 || held.length < 3) return needs(HELD_OUT);
  const start = Math.max(losses[0]!, held.first());
  const last = reading.lastLoss();
  const small = last < NOTHING * start && held.last() < NOTHING * start;
  if (!small || !reading.whole()) return "clear";
  return {
    code: "label_leak",
    severity: "info",
    title: "Too good to be true? The target may be among the inputs",
    because:
      `from ${readable(start)} the training loss falls to ${readable(last)} and the ` +
      `held-out loss to ${readable(held.last())}`,
    evidence: { first_loss: start, last_loss: last, last_val_loss: held.last() },
    remedies: [remedy("look for an input that is made from the target, or known only after it")],
  };
}

/** The loss on held-out rows turns while that of the training rows falls. */
export function overfitting(reading: Reading): Answer {
  const held = heldSeries(reading);
  if (held === null || reading.losses().length < 5 || held.length < 5) return needs(HELD_OUT);
  const train = new Series(reading.steps(), reading.losses());
  if (!turned(held, train)) return "clear";
  const stop = held.step[held.lowestAt()]!;
  if (atRest(reading, stop)) return "clear";
  return {
    code: "overfitting",
    severity: "warning",
    title: "Overfitting: the held-out loss has turned",
    because:
      `the held-out loss, smoothed, is lowest at step ${whole(stop)}, ${readable(held.lowest())}, and ends ` +
      `at ${readable(held.last())}, while the training loss falls to ${readable(train.last())}`,
    evidence: {
      step: stop,
      lowest_val_loss: held.lowest(),
      last_val_loss: held.last(),
      last_loss: train.last(),
    },
    remedies: [
      stop <= held.step[0]!
        ? remedy("keep the parameters of the start: nothing that holds for other rows was learned")
        : remedy(`stop at step ${whole(stop)}, or keep the parameters of it`, { steps: stop }),
      remedy("or take more rows, a penalty on the weights, dropout, a smaller network"),
    ],
  };
}

/** Whether the parameters move by no more than rounding from a step on: so does the loss. */
function atRest({ trace }: Reading, stop: number): boolean {
  const after = trace.params.filter(
    (params, row) => trace.step[row]! >= stop && params.every(Number.isFinite),
  );
  let [moved, size] = [0, 0];
  for (const j of trace.names.keys()) {
    const values = after.map((params) => params[j]!);
    const [low, high] = values.reduce(
      ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
      [Infinity, -Infinity],
    );
    moved = Math.max(moved, high - low);
    size = Math.max(size, Math.abs(low), Math.abs(high));
  }
  return moved > 0 && moved <= ROUNDED * size;
}

function turned(held: Series, train: Series): boolean {
  const start = held.first();
  const rise = held.last() - held.lowest();
  const won = start - held.lowest();
  const there = interpolated(held.step[held.lowestAt()]!, train.step, train.smooth());
  const learned = start - Math.min(...held.value) > LEARNED * Math.abs(start);
  const tenth = Math.max(1, Math.floor(held.length / 10));
  const error = 1.25 * held.noise() * Math.sqrt(1 / held.width + 1 / tenth);
  const luck = Math.sqrt(2 * Math.log(Math.max(2, held.length / held.width)));
  const much = Math.max(RISE * Math.abs(held.lowest()), SHARE * won);
  return learned && rise > (SIGMAS + luck) * error && rise > much && train.last() < there;
}

function heldSeries(reading: Reading): Series | null {
  const { heldLoss, step } = reading.trace;
  if (heldLoss === undefined) return null;
  const good = heldLoss.flatMap((value, row) => (Number.isFinite(value) ? [row] : []));
  if (good.length === 0) return null;
  return new Series(
    good.map((row) => step[row]!),
    good.map((row) => heldLoss[row]!),
  );
}
