import type { Pen } from "../pen/pen";
import { type Card, cardHeight, drawArrow, drawCard, lineHeight } from "./card";
import { className, exampleOf, lossWord } from "./example";
import { flowCards } from "./flow_cards";
import type { Scene } from "./scene";
import { shadesOf } from "./shades";
import { told } from "./told";
import type { Size, View } from "./view";

const NARROW = 720;
const EDGE = 10;
const CAPTION = 24;
const COMFORTABLE = 20;
const GAP = { across: 26, down: 18 };

/** The dataflow: inputs, representation, score, decision, loss, with one row's numbers in it. */
export const flowView: View = {
  name: "flow",
  title: "One row through the model",
  shape: 0.28,
  shapeAt: (width, scene) => heightOf(width, scene) / width,
  suits: (scene) => exampleOf(scene) !== null,
  draw: drawFlow,
  label: flowLabel,
};

/** As high as its cards need at a comfortable distance of lines. */
function heightOf(width: number, scene: Scene): number {
  const example = exampleOf(scene);
  const { fit } = scene.record;
  if (example === null || fit === null) return 0;
  const narrow = width < NARROW;
  const lines = flowCards(scene, example, fit, narrow ? 3 : 4).map((card) => card.lines.length);
  const heights = lines.map((count) => cardHeight(count, COMFORTABLE));
  const inside = narrow
    ? heights.reduce((sum, height) => sum + height + GAP.down, -GAP.down)
    : Math.max(...heights);
  return EDGE + CAPTION + inside + EDGE;
}

function drawFlow(pen: Pen, scene: Scene, size: Size): void {
  const example = exampleOf(scene);
  const { fit } = scene.record;
  if (example === null || fit === null) return;
  drawCaption(pen, scene, caption(scene, example.place, example.held));
  const cards = flowCards(scene, example, fit, size.width < NARROW ? 3 : 4);
  if (size.width < NARROW) drawDown(pen, scene, size, cards);
  else drawAcross(pen, scene, size, cards);
}

function caption(scene: Scene, place: number, held: boolean): string {
  const { fit } = scene.record;
  const rows = fit?.rows.length ?? 0;
  const sample = fit !== null && fit.total > rows ? " shown" : "";
  const row = `row ${told(place + 1)} of ${told(rows)}${sample}${held ? ", held out" : ""}`;
  return `Step ${told(scene.record.step[scene.row])}, ${row}`;
}

function drawCaption(pen: Pen, scene: Scene, words: string): void {
  const { palette } = scene;
  const shade = shadesOf(scene.record, palette.shades)[scene.row] ?? palette.ink;
  pen.circle(EDGE + 4, EDGE + 5, 4, { fill: shade });
  const style = { fill: palette.muted, size: 12, baseline: "middle", figures: true } as const;
  pen.text(EDGE + 14, EDGE + 5, words, style);
}

/** Side by side, as wide as what each has to hold, all as high as the highest. */
function drawAcross(pen: Pen, scene: Scene, size: Size, cards: readonly Card[]): void {
  const across = size.width - 2 * EDGE - (cards.length - 1) * GAP.across;
  const shares = cards.reduce((sum, card) => sum + card.share, 0);
  const most = Math.max(...cards.map((card) => card.lines.length));
  const room = size.height - EDGE - CAPTION - EDGE;
  const high = lineHeight(room, most, 1);
  const height = cardHeight(most, high);
  const top = EDGE + CAPTION;
  let left = EDGE;
  cards.forEach((card, i) => {
    const width = (across * card.share) / shares;
    drawCard(pen, card, { left, top, width, height }, high, scene.palette);
    const right = left + width;
    const middle = top + height / 2;
    if (i + 1 < cards.length) {
      drawArrow(pen, [right + 5, middle], [right + GAP.across - 5, middle], scene.palette);
    }
    left = right + GAP.across;
  });
}

/** One below the other, each as high as what it holds. */
function drawDown(pen: Pen, scene: Scene, size: Size, cards: readonly Card[]): void {
  const width = size.width - 2 * EDGE;
  const left = EDGE;
  let top = EDGE + CAPTION;
  const lines = cards.reduce((sum, card) => sum + card.lines.length, 0);
  const room = size.height - top - EDGE - (cards.length - 1) * GAP.down;
  const high = lineHeight(room, lines, cards.length);
  cards.forEach((card, i) => {
    const height = cardHeight(card.lines.length, high);
    drawCard(pen, card, { left, top, width, height }, high, scene.palette);
    top += height + GAP.down;
    const middle = left + width / 2;
    if (i + 1 < cards.length) {
      drawArrow(pen, [middle, top - GAP.down + 4], [middle, top - 4], scene.palette);
    }
  });
}

function flowLabel(scene: Scene): string {
  const example = exampleOf(scene);
  const { fit } = scene.record;
  if (example === null || fit === null) return "There is no model to follow a row through.";
  const inputs = example.inputs.slice(0, 4).map((input) => `${input.name} ${input.words}`);
  const begins = `${caption(scene, example.place, example.held)}: ${inputs.join(", ")}`;
  const ends =
    fit.link === "logistic"
      ? `the probability of ${className(fit, 1)} is ${told(example.prediction, 3)}, ` +
        `it is ${className(fit, example.truth)}`
      : `the prediction is ${told(example.prediction)}, ` +
        `the ${fit.target} is ${told(example.truth)}`;
  const score = fit.link === "identity" ? "" : `the score is ${told(example.score)}, `;
  return `${begins}; ${score}${ends}, and its ${lossWord(scene, fit)} is ${told(example.loss)}.`;
}
