import type { Pen, TextStyle } from "../pen/pen";
import type { Scene } from "./scene";
import { type StepLine, stepLines } from "./step";
import type { Size, View } from "./view";
import { wrapped } from "./wrap";

export { type StepLine, stepLines } from "./step";

const NARROW = 560;
const EDGE = 10;
const HEADS = 112;
const WIDEST = 720;
const BETWEEN = 13;

/** The step in words and numbers: predict, loss, gradients, update, re-evaluate. */
export const wordsView: View = {
  name: "words",
  title: "The step in words",
  shape: 0.34,
  shapeAt: (width) => Math.min(Math.max((width < NARROW ? 500 : 330) / width, 0.3), 1.7),
  suits: (scene) => scene.record.step.length > 0,
  draw: drawWords,
  label(scene) {
    const lines = stepLines(scene).filter((line) => line.part !== "predict");
    const sentences = lines.flatMap((line) => line.text);
    return `Step ${scene.record.step[scene.row]}: ${sentences.join(" ")}`;
  },
};

function drawWords(pen: Pen, scene: Scene, size: Size): void {
  const lines = stepLines(scene);
  const fits = (letters: number): boolean =>
    laidOut(pen, lines, size, letters).bottom <= size.height;
  const letters = [13, 12, 11, 10].find(fits) ?? 10;
  const { pieces } = laidOut(pen, lines, size, letters);
  const { palette } = scene;
  pieces.forEach((piece, i) => {
    if (i > 0) {
      const above = piece.top - BETWEEN / 2;
      pen.line([EDGE, above, size.width - EDGE, above], { stroke: palette.line });
    }
    const head: TextStyle = { fill: palette.muted, size: letters, weight: 600, baseline: "top" };
    pen.text(EDGE, piece.top, piece.head, head);
    const body: TextStyle = { fill: palette.ink, size: letters, baseline: "top", figures: true };
    for (const line of piece.lines) pen.text(piece.left, line.top, line.words, body);
  });
}

interface Piece {
  readonly head: string;
  readonly left: number;
  readonly top: number;
  readonly lines: readonly { readonly words: string; readonly top: number }[];
}

function laidOut(
  pen: Pen,
  lines: readonly StepLine[],
  size: Size,
  letters: number,
): { pieces: Piece[]; bottom: number } {
  const narrow = size.width < NARROW;
  const left = narrow ? EDGE : EDGE + HEADS;
  const width = Math.min(size.width - left - EDGE, WIDEST);
  const style: TextStyle = { fill: "", size: letters, figures: true };
  const high = Math.round(letters * 1.45);
  let top = EDGE;
  const pieces = lines.map((line): Piece => {
    const begins = top;
    if (narrow) top += high;
    const words = line.text.flatMap((sentence) => wrapped(pen, sentence, width, style));
    const placed = words.map((piece, i) => ({ words: piece, top: top + i * high }));
    top += words.length * high + BETWEEN;
    return { head: line.head, left, top: begins, lines: placed };
  });
  return { pieces, bottom: top };
}
