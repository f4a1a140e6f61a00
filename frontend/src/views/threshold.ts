import type { Pen, TextStyle } from "../pen/pen";
import { counted } from "../numerics/readable";
import type { Change } from "../state/state";
import { type Confusion, confusion, costSteps } from "./confusion";
import { type Layout, type Plot, layoutOf } from "./threshold_layout";
import { countedOn, drawCounts } from "./confusion_table";
import type { Scene } from "./scene";
import { told } from "./told";
import type { Size, View } from "./view";

/** Two classes by their probability, the threshold between them, and what its errors cost. */
export const thresholdView: View = {
  name: "threshold",
  title: "Threshold and what errors cost",
  shape: 0.42,
  shapeAt: (width) => (width < 620 ? 530 / width : Math.min(330 / width, 0.5)),
  suits: (scene) => confusion(scene) !== null,
  draw: drawThreshold,
  label: thresholdLabel,
  grips(scene, size) {
    const { histogram } = layoutOf(size);
    const at = acrossOf(histogram, scene.look.threshold);
    const drag = (x: number): Change => ({ look: { threshold: thresholdAt(histogram, x) } });
    return [{ x: at, y: histogram.top, reach: 18, drag }];
  },
};

function acrossOf(plot: Plot, probability: number): number {
  return plot.left + probability * (plot.right - plot.left);
}

function thresholdAt(plot: Plot, x: number): number {
  const share = (x - plot.left) / (plot.right - plot.left);
  return Math.round(Math.min(Math.max(share, 0), 1) * 1000) / 1000;
}

function drawThreshold(pen: Pen, scene: Scene, size: Size): void {
  const counts = confusion(scene);
  if (counts === null) return;
  const layout = layoutOf(size);
  drawBars(pen, scene, counts, layout.histogram);
  drawAxis(pen, scene, counts, layout.histogram);
  drawCosts(pen, scene, counts, layout);
  drawLine(pen, scene, counts, layout);
  drawCounts(pen, scene, counts, layout.table);
}

/** Each class its bars, away from the middle line; a bar that the threshold cuts is cut there. */
function drawBars(pen: Pen, scene: Scene, counts: Confusion, plot: Plot): void {
  const { palette } = scene;
  const bins = Math.max(10, Math.min(50, Math.floor((plot.right - plot.left) / 9)));
  const tall = [0, 1].map(() => [new Array<number>(bins).fill(0), new Array<number>(bins).fill(0)]);
  counts.probability.forEach((p, i) => {
    const bin = Math.min(Math.floor(p * bins), bins - 1);
    tall[counts.positive[i] ? 1 : 0][p >= counts.threshold ? 1 : 0][bin] += 1;
  });
  const middle = (plot.top + plot.bottom) / 2;
  const sums = tall.flatMap(([below, above]) => below.map((count, bin) => count + above[bin]));
  const unit = ((plot.bottom - plot.top) / 2 - 30) / Math.max(...sums, 1);
  const wide = (plot.right - plot.left) / bins;
  const colours = [
    [palette.rule, palette.warning],
    [palette.error, palette.accent],
  ];
  for (const is of [0, 1]) {
    for (let bin = 0; bin < bins; bin += 1) {
      let from = 2;
      for (const decided of [0, 1]) {
        const height = tall[is][decided][bin] * unit;
        if (height === 0) continue;
        const top = is === 1 ? middle - from - height : middle + from;
        const left = plot.left + bin * wide + 0.75;
        pen.box(left, top, wide - 1.5, height, { fill: colours[is][decided] });
        from += height;
      }
    }
  }
}

function drawAxis(pen: Pen, scene: Scene, counts: Confusion, plot: Plot): void {
  const { palette } = scene;
  const middle = (plot.top + plot.bottom) / 2;
  pen.line([plot.left, middle, plot.right, middle], { stroke: palette.rule });
  const name: TextStyle = { fill: palette.ink, size: 12, weight: 600, halo: palette.raised };
  pen.text(plot.left, plot.top + 14, counts.classes[1], { ...name, baseline: "top" });
  pen.text(plot.left, plot.bottom - 2, counts.classes[0], { ...name, baseline: "bottom" });
}

/** The cost of every threshold below the bars, on the same axis; the cheapest is marked. */
function drawCosts(pen: Pen, scene: Scene, counts: Confusion, { strip }: Layout): void {
  const { palette } = scene;
  const steps = costSteps(counts.probability, counts.positive, scene.look.costs);
  const most = Math.max(...steps.map((step) => step.cost), counts.cost, 1e-300);
  const up = (cost: number): number => strip.bottom - (cost / most) * (strip.bottom - strip.top);
  pen.line([strip.left, strip.bottom, strip.right, strip.bottom], { stroke: palette.line });
  const points = steps.flatMap((step) => [
    acrossOf(strip, step.from),
    up(step.cost),
    acrossOf(strip, step.to),
    up(step.cost),
  ]);
  pen.line(points, { stroke: palette.muted, width: 1.5 });
  const [x, y] = [acrossOf(strip, counts.cheapest), up(counts.leastCost)];
  pen.circle(x, y, 4, { fill: palette.raised, stroke: palette.good, width: 2 });
  pen.circle(acrossOf(strip, counts.threshold), up(counts.cost), 3.5, { fill: palette.ink });
  const small: TextStyle = { fill: palette.muted, size: 11, figures: true, baseline: "top" };
  for (const tick of [0, 0.25, 0.5, 0.75, 1]) {
    const align = tick === 0 ? "left" : tick === 1 ? "right" : "center";
    pen.text(acrossOf(strip, tick), strip.bottom + 5, String(tick), { ...small, align });
  }
  const label = { ...small, fill: palette.ink, size: 12 };
  pen.text(strip.left, strip.top - 17, "cost", { ...label, halo: palette.raised });
  const axis = `probability of ${counts.classes[1]}`;
  pen.text(strip.right, strip.bottom + 20, axis, { ...label, align: "right" });
}

function drawLine(pen: Pen, scene: Scene, counts: Confusion, { histogram, strip }: Layout): void {
  const { palette } = scene;
  const x = acrossOf(histogram, counts.threshold);
  pen.line([x, histogram.top, x, strip.bottom], { stroke: palette.ink, width: 1.5 });
  pen.circle(x, histogram.top, 6, { fill: palette.ink, stroke: palette.raised, width: 2 });
  const words = `threshold ${told(counts.threshold, 3)}`;
  const style: TextStyle = { fill: palette.ink, size: 12, weight: 600, figures: true };
  const right = x + 14 + pen.measure(words, style) <= histogram.right;
  const align = right ? "left" : "right";
  const place = { ...style, align, baseline: "middle", halo: palette.raised } as const;
  pen.text(right ? x + 12 : x - 12, histogram.top, words, place);
}

function thresholdLabel(scene: Scene): string {
  const counts = confusion(scene);
  if (counts === null) return "There are no two classes to decide between.";
  return (
    `Of ${countedOn(scene, counts)}, deciding ${counts.classes[1]} from a probability of ` +
    `${told(counts.threshold, 3)} on finds ${told(counts.found)}, misses ${told(counts.missed)}, ` +
    `raises ${counted(counts.falseAlarms, "false alarm")} and lets ${told(counts.letBe)} be; ` +
    `that costs ${told(counts.cost)}, and the cheapest threshold, ` +
    `${told(counts.cheapest, 3)}, costs ${told(counts.leastCost)}.`
  );
}
