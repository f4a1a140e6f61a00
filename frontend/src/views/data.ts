import type { Pen, TextStyle } from "../pen/pen";
import { drawStrayed } from "./data_edges";
import { drawLines } from "./data_lines";
import { type DataPicture, dataPicture, MANY } from "./data_picture";
import { findLine, rowGrips } from "./data_touch";
import { dataInWords, outside } from "./data_words";
import { predictionOf } from "./example";
import { drawFrame, type Frame, frameOf } from "./frame";
import { type Labels, labelsOn } from "./labels";
import type { Scene } from "./scene";
import { shadesOf } from "./shades";
import { told } from "./told";
import type { Size, View } from "./view";

/** Of more rows the residuals would only be a hatching. */
const MOST_RESIDUALS = 400;

/** The rows and the model over them, at the shown step. */
export const dataView: View = {
  name: "data",
  title: "The data and the model",
  shape: 0.74,
  suits: (scene) => scene.record.fit !== null && scene.record.fit.truth.length > 0,
  draw: drawData,
  label: dataInWords,
  grips: rowGrips,
  find: findLine,
};

function drawData(pen: Pen, scene: Scene, size: Size): void {
  const picture = dataPicture(scene);
  if (picture === null) return;
  const frame = frameOf(size, picture.across, picture.up);
  const { left, top, right, bottom } = frame;
  const { palette } = scene;
  drawFrame(pen, frame, picture.across, picture.up, palette);
  const inner = { left: left + 3, top: top + 1, right: right - 1, bottom: bottom - 1 };
  const labels = labelsOn(pen, inner);
  pen.within(left, top, right - left, bottom - top, () => {
    if (picture.kind === "truth") drawDiagonal(pen, scene, picture, frame);
    else if (scene.record.fit?.classes.length !== 2) drawResiduals(pen, scene, picture, frame);
  });
  // a row that was dragged to the edge is still whole
  pen.within(left - 6, top - 6, right - left + 12, bottom - top + 12, () => {
    drawRows(pen, scene, picture, frame);
  });
  pen.within(left, top, right - left, bottom - top, () => {
    if (picture.kind === "input") drawPredictions(pen, scene, picture, frame);
    if (picture.kind === "curve") drawLines(pen, scene, picture, frame);
    if (picture.kind === "score") drawSigmoid(pen, scene, picture, frame);
  });
  if (picture.kind === "input" || picture.kind === "truth") {
    drawStrayed(pen, scene, picture, frame);
  }
  if (scene.record.fit?.classes.length === 2) drawClasses(pen, labels, scene, frame);
  drawKey(pen, scene, picture, frame);
  const words = outside(scene, picture, frame);
  const fill = picture.kind === "curve" ? palette.warning : palette.muted;
  const style: TextStyle = { fill, size: 11, halo: palette.raised };
  const places = [{ x: (left + right) / 2, y: top + 12, align: "center" as const }];
  if (words !== "") labels.put(words, places, style, true);
}

/** Dots for rows trained on, rings for rows held out. */
function drawRows(pen: Pen, { record, palette }: Scene, { x, y }: DataPicture, frame: Frame): void {
  const many = x.length > MANY;
  const radius = many ? 2 : 3;
  const dot = { fill: palette.muted, opacity: many ? 0.55 : 0.85 };
  const ring = { stroke: palette.accent, width: many ? 1 : 1.5, opacity: many ? 0.8 : 1 };
  x.forEach((value, i) => {
    const [across, up] = [frame.x(value), frame.y(y[i])];
    if (!(up > frame.top - 1 && up < frame.bottom + 1) || Number.isNaN(across)) return;
    pen.circle(across, up, radius, record.fit?.held[i] ? ring : dot);
  });
}

function drawResiduals(pen: Pen, { palette }: Scene, picture: DataPicture, frame: Frame): void {
  const { x, y, predicted } = picture;
  if (x.length > MOST_RESIDUALS) return;
  const far = 2 * (frame.bottom - frame.top);
  const lines: number[] = [];
  x.forEach((value, i) => {
    const across = frame.x(value);
    const end = Math.max(Math.min(frame.y(predicted[i]), frame.bottom + far), frame.top - far);
    lines.push(across, frame.y(y[i]), across, end, NaN, NaN);
  });
  pen.line(lines, { stroke: palette.rule, width: 1, opacity: x.length > 100 ? 0.3 : 0.5 });
}

function drawPredictions(pen: Pen, scene: Scene, picture: DataPicture, frame: Frame): void {
  const { x, predicted } = picture;
  const shade = shadesOf(scene.record, scene.palette.shades)[scene.row];
  const many = x.length > MANY;
  x.forEach((value, i) => {
    const [across, up] = [frame.x(value), frame.y(predicted[i])];
    if (Number.isNaN(across + up) || up < frame.top || up > frame.bottom) return;
    pen.circle(across, up, many ? 1.5 : 2.25, { fill: shade, opacity: many ? 0.4 : 0.8 });
  });
}

function drawDiagonal(pen: Pen, scene: Scene, { across }: DataPicture, frame: Frame): void {
  const ends = [across.low, across.high].flatMap((value) => [frame.x(value), frame.y(value)]);
  const shade = shadesOf(scene.record, scene.palette.shades)[scene.row];
  pen.line(ends, { stroke: shade, width: 1.5, dash: [6, 4] });
}

function drawSigmoid(pen: Pen, scene: Scene, { across }: DataPicture, frame: Frame): void {
  const points: number[] = [];
  for (let i = 0; i <= 100; i++) {
    const score = across.low + (i / 100) * (across.high - across.low);
    points.push(frame.x(score), frame.y(predictionOf("logistic", score)));
  }
  const shade = shadesOf(scene.record, scene.palette.shades)[scene.row];
  pen.line(points, { stroke: shade, width: 2.5 });
}

/** The names of both classes, and the threshold between them. */
function drawClasses(pen: Pen, labels: Labels, scene: Scene, frame: Frame): void {
  const { record, look, palette } = scene;
  const [negative, positive] = record.fit?.classes ?? [];
  const y = frame.y(look.threshold);
  pen.line([frame.left, y, frame.right, y], { stroke: palette.muted, width: 1, dash: [5, 3] });
  const style: TextStyle = { fill: palette.ink, size: 11, halo: palette.raised };
  labels.put(positive, [{ x: frame.left + 6, y: frame.y(1.13), align: "left" }], style, true);
  labels.put(negative, [{ x: frame.left + 6, y: frame.y(-0.13), align: "left" }], style, true);
  const words = `threshold ${told(look.threshold)}`;
  const quiet = { ...style, fill: palette.muted };
  labels.put(words, [{ x: frame.right - 2, y: y - 9, align: "right" }], quiet);
}

/** What dots and rings are, where there are both, beside the name of the axis if it fits. */
function drawKey(pen: Pen, { record, palette }: Scene, picture: DataPicture, frame: Frame): void {
  const held = record.fit?.held ?? [];
  if (!held.includes(true) || !held.includes(false)) return;
  const style: TextStyle = { fill: palette.muted, size: 11, baseline: "middle" };
  const taken = pen.measure(picture.up.label, { fill: palette.ink }) + 24;
  const [dots, rings] = [pen.measure("trained on", style), pen.measure("held out", style)];
  let x = frame.right - rings;
  if (x - 10 < taken) return;
  pen.text(x, 13, "held out", style);
  pen.circle(x - 9, 13, 3, { stroke: palette.accent, width: 1.5 });
  x -= 28 + dots;
  if (x - 10 < taken) return;
  pen.text(x, 13, "trained on", style);
  pen.circle(x - 9, 13, 3, { fill: palette.muted, opacity: 0.85 });
}
