import type { Pen, TextStyle } from "../pen/pen";
import { counted } from "../numerics/readable";
import type { Palette } from "../wire/palette";
import type { Finding, Layers, Num } from "../wire/record";
import { drawAcross } from "./frame";
import { type Heat, heatOf, tintsOf } from "./heat";
import { columnAt, extremes } from "./layer_words";
import { type Board, boardOf, heightFor } from "./layers_layout";
import { tickText } from "./numbers";
import { rowAt } from "./rows";
import type { Scene } from "./scene";
import { percent, told } from "./told";
import type { View } from "./view";
import { fitted, fittedEnd } from "./wrap";

const REACH = 24;
const BAR = { width: 96, height: 9 };

/** The layers of a watched network, a row each: how much every step moved them. */
export const layersView: View = {
  name: "layers",
  title: "Layers, step by step",
  shape: 0.6,
  shapeAt: (width, { record }) => heightFor(record.layers?.names.length ?? 1) / width,
  suits: ({ record }) => record.layers !== null,
  draw(pen, scene, size) {
    const { layers, step } = scene.record;
    if (layers === null) return;
    const board = boardOf(size, step, layers.names);
    const heat = heatOf(valuesOf(scene, layers));
    drawAcross(pen, board, board.across, scene.palette);
    drawHead(pen, scene, heat, board);
    layers.names.forEach((_, place) => {
      drawRow(pen, scene, layers, heat, board, place);
    });
    drawCursor(pen, scene, board);
  },
  label: inWords,
  find({ record }, size, x, y) {
    const board = boardOf(size, record.step, record.layers?.names ?? []);
    const { left, right, top, bottom } = board;
    if (x < left - REACH || x > right + REACH || y < top || y > bottom) return null;
    return rowAt(record, board.x.invert(x));
  },
};

/** L rows of c: what is coloured. */
function valuesOf({ look }: Scene, layers: Layers): readonly (readonly Num[])[] {
  return look.layers === "gradient" ? layers.gradient : layers.ratio;
}

function nameOf({ look }: Scene): string {
  return look.layers === "gradient" ? "gradient norm" : "update-to-weight ratio";
}

/** What the colours mean, and of which step the numbers are. */
function drawHead(pen: Pen, scene: Scene, heat: Heat, board: Board): void {
  const { palette } = scene;
  const words: TextStyle = { fill: palette.muted, size: 11, figures: true, baseline: "middle" };
  const ends = [heat.low, heat.high].map((power) => tickText(Number((10 ** power).toPrecision(2))));
  const highest = board.edge - pen.measure(ends[1], words);
  const left = highest - 6 - BAR.width;
  const tints = tintsOf(palette);
  const wide = BAR.width / tints.length;
  tints.forEach((fill, i) => {
    pen.box(left + i * wide, 14 - BAR.height / 2, wide + 0.5, BAR.height, { fill });
  });
  pen.text(board.edge, 14, ends[1], { ...words, align: "right" });
  pen.text(left - 6, 14, ends[0], { ...words, align: "right" });
  const name: TextStyle = { fill: palette.ink, size: 12, baseline: "middle" };
  const room = left - pen.measure(ends[0], words) - 18;
  pen.text(12, 14, fitted(pen, nameOf(scene), room, name), name);
  const at = `at step ${told(scene.record.step[scene.row])}`;
  pen.text(board.edge, 33, at, { ...words, align: "right" });
}

function drawRow(
  pen: Pen,
  scene: Scene,
  layers: Layers,
  heat: Heat,
  board: Board,
  place: number,
): void {
  const { palette, record, row } = scene;
  const values = valuesOf(scene, layers)[place];
  const top = board.top + place * board.tall;
  const middle = top + board.tall / 2;
  drawCells(pen, palette, layers.step, values, heat, board, top);
  const size = board.tall < 14 ? 10 : 12;
  const found = findingOf(record.diagnosis.findings, layers.names[place]);
  const fill =
    found === null ? palette.ink : found.severity === "error" ? palette.error : palette.warning;
  const name: TextStyle = { fill, size, baseline: "middle", weight: found === null ? 400 : 600 };
  const sign = found === null ? "" : "! ";
  const named = fittedEnd(
    pen,
    layers.names[place],
    board.left - 18 - pen.measure(sign, name),
    name,
  );
  pen.text(12, middle, sign + named, name);
  const number = values[columnAt(layers, record.step[row])];
  const words = number === null ? "" : tickText(Number(number.toPrecision(2)));
  const style: TextStyle = { fill: palette.ink, size, baseline: "middle", figures: true };
  pen.text(board.edge, middle, words, { ...style, align: "right" });
}

/** The worst finding that names a layer; null where none does. */
function findingOf(findings: readonly Finding[], layer: string): Finding | null {
  const naming = findings.filter(
    (each) => each.severity !== "info" && each.layers?.some((name) => isWithin(layer, name)),
  );
  return naming.find((each) => each.severity === "error") ?? naming[0] ?? null;
}

/** Whether a row stands for a layer: it, what holds it, or a part of it. */
function isWithin(row: string, layer: string): boolean {
  return row === layer || layer.startsWith(`${row}.`) || row.startsWith(`${layer}.`);
}

/** One row: stretches of one colour in one piece; what did not move at all is a thin line. */
function drawCells(
  pen: Pen,
  palette: Palette,
  step: readonly number[],
  values: readonly Num[],
  heat: Heat,
  board: Board,
  top: number,
): void {
  const tints = tintsOf(palette);
  const gap = board.tall < 14 ? 0.5 : 2;
  let from = 0;
  for (let i = 1; i <= values.length; i += 1) {
    const tint = heat.tintOf(values[from]);
    if (i < values.length && heat.tintOf(values[i]) === tint) continue;
    const left = board.x(step[from]);
    const right = i < values.length ? board.x(step[i]) : board.right;
    from = i;
    if (tint === null) continue;
    if (tint === "still") {
      const middle = top + board.tall / 2;
      pen.line([left, middle, right, middle], { stroke: palette.rule, width: 1.5 });
    } else {
      const fill = tints[tint];
      pen.box(left, top + gap / 2, right - left + 0.4, board.tall - gap, { fill });
    }
  }
}

function drawCursor(pen: Pen, { record, row, palette }: Scene, board: Board): void {
  const x = board.x(record.step[row]);
  pen.line([x, board.top, x, board.bottom], { stroke: palette.raised, width: 3, opacity: 0.7 });
  pen.line([x, board.top, x, board.bottom], { stroke: palette.ink, width: 1 });
}

function inWords(scene: Scene): string {
  const { record, row, look } = scene;
  const { layers } = record;
  if (layers === null) return "No layer was measured.";
  const span = `from step ${told(record.step[0])} to ${told(record.step[record.step.length - 1])}`;
  const head = `The ${nameOf(scene)} of ${counted(layers.names.length, "layer")}, ${span}`;
  const found = extremes(layers, valuesOf(scene, layers), record.step[row]);
  if (found === null) return `${head}; none was measured at step ${told(record.step[row])}.`;
  const said = (value: number): string =>
    look.layers === "gradient" ? told(value, 3) : percent(value);
  const { most, least } = found;
  return (
    `${head}; at step ${told(record.step[row])} it is largest in ${most[0]}, ` +
    `${said(most[1])}, and smallest in ${least[0]}, ${said(least[1])}.`
  );
}
