import type { DescentRecord } from "../wire/record";
import type { Setting } from "../wire/setting";
import type { Setup } from "../wire/setup";
import { LOOK } from "./defaults";
import type { Change } from "./state";

/** A state worth seeing, one click away, and what to see in it. */
export interface Lesson {
  readonly title: string;
  readonly words: string;
  /** Whether this page can show it. */
  suits(setup: Setup): boolean;
  change(setup: Setup, record: DescentRecord): Change;
}

const CURVE = {
  what: "curve",
  expression: "w**2",
  bug: "none",
  steps: 50,
  rule: "gradient_descent",
  batch: null,
} as const;

const isTable = (setup: Setup): boolean => setup.table !== null && setup.table.classes.length === 0;
const isLine = (setup: Setup): boolean => isTable(setup) && setup.setting.features.length <= 1;
const any = (setup: Setup): boolean => setup.setting.what !== "run";
const asked = (setup: Setup): boolean => isLine(setup) && setup.link !== "none";

/** The page's own descent in the state that a lesson begins from. */
function afresh(
  setup: Setup,
  setting: Partial<Setting> = {},
  beside: Setting | null = null,
): Change {
  const base = setup.table === null ? { ...setup.setting, ...CURVE, start: null } : setup.setting;
  return { setting: { ...base, ...setting }, look: LOOK, beside, branch: null };
}

/** A curve from its start, with another run of it under it or not. */
function curve(setting: Setting, beside: Setting | null = null, log = false): Change {
  return { setting, look: { ...LOOK, log }, beside, branch: null };
}

function onCurve(setup: Setup, rate: number, start: number): Setting {
  return { ...setup.setting, ...CURVE, rate, start: [start] };
}

/** In the order of learning; a new lesson is one entry here. */
export const LESSONS: readonly Lesson[] = [
  {
    title: "The live demo",
    words:
      "The line turns until it runs through the points, the path rolls down to the minimum, and J falls: one descent in three pictures.",
    suits: isLine,
    change: (setup) => afresh(setup),
  },
  {
    title: "Raw units: the narrow valley",
    words:
      "The same rows in their own units. J falls once and then looks flat, but the path stands in a long valley far from the minimum: look at the condition number, and at how little b moves.",
    suits: (setup) => isLine(setup) && setup.table?.unit !== 1,
    change: (setup) => afresh(setup, { scale: "raw" }),
  },
  {
    title: "A learning rate too high",
    words:
      "Every step jumps across the valley and lands higher than it left. Drag α below the mark and it comes back.",
    suits: isLine,
    change: (setup, record) => afresh(setup, { rate: share(record, 1.04), steps: 60 }),
  },
  {
    title: "A learning rate too low",
    words:
      "Each step is right, and far too small: the path crawls, and J is almost flat long before it is low.",
    suits: isLine,
    change: (setup, record) => afresh(setup, { rate: share(record, 0.002) }),
  },
  {
    title: "Slow and sure: w² at α = 0.1",
    words:
      "Steps are proportional to the slope: large where it is steep, small near the bottom, each 0.8 times the one before.",
    suits: any,
    change: (setup) => curve(onCurve(setup, 0.1, 10)),
  },
  {
    title: "The oscillation trap: w² at α = 1",
    words:
      "From w to -w and back, for ever: the loss is frozen, although every step goes downhill.",
    suits: any,
    change: (setup) => curve(onCurve(setup, 1, 10)),
  },
  {
    title: "Two starts, one factor: w² at α = 0.2",
    words:
      "From 10 and from 15 (dashed): each step leaves 0.6 of the distance, wherever it began; neither ever is exactly zero.",
    suits: any,
    change: (setup) => curve(onCurve(setup, 0.2, 10), onCurve(setup, 0.2, 15), true),
  },
  {
    title: "Two valleys: where you start decides",
    words:
      "This curve has two minima. Drag the start over the hill between them, and the descent ends in the other one.",
    suits: any,
    change: (setup) => curve({ ...onCurve(setup, 0.03, 2), expression: "w**4 - 3*w**2 + w" }),
  },
  {
    title: "A bug: the sign is flipped",
    words:
      "The loop adds the gradient. J rises from the first step, and the diagnosis says why: not the learning rate.",
    suits: isLine,
    change: (setup, record) => afresh(setup, { bug: "sign", rate: share(record, 0.1), steps: 60 }),
  },
  {
    title: "A bug: the bias is forgotten",
    words:
      "J falls and levels off, and the line looks reasonable; but b never moves. The curve alone would not tell.",
    suits: isLine,
    change: (setup) => afresh(setup, { bug: "bias" }),
  },
  {
    title: "Single examples: a cloud of steps",
    words:
      "Each step looks at one row alone: quick, and never quite at rest. The loss of a batch is not the loss of all rows.",
    suits: asked,
    change: (setup) => afresh(setup, { batch: 1, steps: 500 }),
  },
  {
    title: "Over-fitting: degree 9",
    words:
      "J of the training rows keeps falling, while that of the rows held out, dashed, has its lowest point early and rises from there: what is learned after it holds for these rows alone. Compare degree 1 and degree 3.",
    suits: asked,
    change: (setup) =>
      afresh(setup, {
        degree: 9,
        holdout: 0.3,
        scale: "standard",
        steps: 2000,
        start: level(setup),
      }),
  },
];

/** The level line through the mean of the target, in the input's own units. */
function level({ table }: Setup): readonly number[] | null {
  if (table === null) return null;
  const sum = table.y.reduce((total, y) => total + y, 0);
  return [0, Number((sum / table.y.length).toPrecision(3))];
}

/** A share of the largest stable rate of the page's own descent, in three digits. */
function share(record: DescentRecord, part: number): number | null {
  const stable = record.facts.largest_stable_rate;
  return stable === null ? null : Number((part * stable).toPrecision(3));
}
