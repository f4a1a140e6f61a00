import { inOwnUnits } from "../numerics/record";
import type { Pen, TextStyle } from "../pen/pen";
import { curveAt, drawLines } from "./data_lines";
import { type DataPicture, dataPicture } from "./data_picture";
import { findLine, rowGrips } from "./data_touch";
import { predictionOf } from "./example";
import { drawFrame, type Frame, frameOf } from "./frame";
import { type Labels, labelsOn } from "./labels";
import type { Scene } from "./scene";
import { shadesOf } from "./shades";
import { told } from "./told";
import type { Size, View } from "./view";

const MANY = 300;
/** Of more rows the residuals would only be a hatching. */
const MOST_RESIDUALS = 400;

/** The rows and the model over them, at the shown step. */
export const dataView: View = {
  name: "data",
  title: "The data and the model",
  shape: 0.74,
  suits: (scene) => scene.record.fit !== null && scene.record.fit.truth.length > 0,
  draw: drawData,
  label: inWords,
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
  const labels = labelsOn(pen, { left: left + 3, top: top + 1, right: right - 1, bottom: bottom - 1 });
  pen.within(left, top, right - left, bottom - top, () => {
    if (picture.kind === "truth") drawDiagonal(pen, scene, picture, frame);
    else if (scene.record.fit?.classes.length !== 2) drawResiduals(pen, scene, picture, frame);
    drawRows(pen, scene, picture, frame);
    if (picture.kind === "input") drawPredictions(pen, scene, picture, frame);
    if (picture.kind === "curve") drawLines(pen, scene, picture, frame);
    if (picture.kind === "score") drawSigmoid(pen, scene, picture, frame);
  });
  if (scene.record.fit?.classes.length === 2) drawClasses(pen, labels, scene, frame);
  drawKey(pen, scene, picture, frame);
  const words = outside(scene, picture, frame);
  const style: TextStyle = { fill: palette.warning, size: 11, halo: palette.raised };
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
    if (Number.isNaN(across + up) || up < frame.top - 9 || up > frame.bottom + 9) return;
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
  pen.line(lines, { stroke: palette.rule, width: 1, opacity: x.length > 100 ? 0.3 : 0.55 });
}

function drawPredictions(pen: Pen, scene: Scene, { x, predicted }: DataPicture, frame: Frame): void {
  const shade = shadesOf(scene.record, scene.palette.shades)[scene.row];
  const radius = x.length > MANY ? 1.5 : 2.25;
  x.forEach((value, i) => {
    const [across, up] = [frame.x(value), frame.y(predicted[i])];
    if (Number.isNaN(across + up) || up < frame.top || up > frame.bottom) return;
    pen.circle(across, up, radius, { fill: shade, opacity: 0.8 });
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
function drawClasses(pen: Pen, labels: Labels, { record, look, palette }: Scene, frame: Frame): void {
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

/** What has to be said because it cannot be seen, or "". */
function outside(scene: Scene, picture: DataPicture, frame: Frame): string {
  const { record, row } = scene;
  if (record.params === null) return "no parameters were recorded";
  const { fit } = record;
  if (fit === null) return "";
  if (record.params[row].some((value) => value === null)) return "the parameters are not finite numbers any more";
  if (fit.classes.length === 2) return "";
  if (picture.kind !== "curve") return strayed(picture);
  const curve = curveAt(record, fit, row, picture.unit, frame);
  let [above, below] = [0, 0];
  for (let i = 1; i < curve.length; i += 2) {
    if (curve[i] < frame.top) above += 2;
    else if (curve[i] > frame.bottom) below += 2;
  }
  if (curve.length === 0 || above + below < curve.length - 2) return "";
  const line = fit.terms.length === 1 && fit.link === "identity" ? "line" : "curve";
  const where = above > 0 && below > 0 ? "steeper than this picture can show" : above > 0 ? "above this picture" : "below this picture";
  return `the ${line} is ${where}`;
}

function strayed({ predicted, up }: DataPicture): string {
  const out = predicted.filter((value) => !(value >= up.low && value <= up.high)).length;
  if (out === 0) return "";
  return `${told(out)} of ${told(predicted.length)} predictions are outside this picture`;
}

function inWords(scene: Scene): string {
  const { record, row } = scene;
  const picture = dataPicture(scene);
  const { fit } = record;
  if (picture === null || fit === null) return "There are no rows to draw.";
  const held = fit.held.filter((each) => each).length;
  const rows = `${told(fit.truth.length)} rows${held > 0 ? `, ${told(held)} of them held out` : ""}`;
  const against = picture.kind === "truth" ? "predicted against true" : "against";
  const axes = picture.kind === "truth" ? fit.target : `${picture.across.label}`;
  const shown = picture.kind === "truth" ? `${against} ${axes}` : `${fit.target} ${against} ${axes}`;
  const said = `${rows}: ${shown}, and the model at step ${told(record.step[row])}`;
  const frame = frameOf({ width: 340, height: 252 }, picture.across, picture.up);
  const out = outside(scene, picture, frame);
  return `${said}${equation(scene, picture)}${out === "" ? "" : `; ${out}`}.`;
}

/** The line as the axis has it. */
function equation({ record, row, setting, table }: Scene, picture: DataPicture): string {
  const { fit, params } = record;
  const theta = params?.[row];
  if (fit === null || theta === undefined || theta.includes(null)) return "";
  if (picture.kind !== "curve" || fit.link !== "identity" || fit.terms.length !== 1 || !fit.intercept) return "";
  if (setting.what !== "table" || table === null) return "";
  const [w, b] = inOwnUnits(setting, table, theta as readonly number[]);
  const slope = w * picture.unit;
  return `, ${fit.target} = ${told(slope)} x ${b < 0 ? "-" : "+"} ${told(Math.abs(b))}`;
}
