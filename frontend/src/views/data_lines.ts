import type { Pen } from "../pen/pen";
import type { DescentRecord, Fit } from "../wire/record";
import { besideRow, besideStyle } from "./beside";
import type { DataPicture } from "./data_picture";
import { predictionOf, scoreOf } from "./example";
import type { Frame } from "./frame";
import type { Scene } from "./scene";
import { cut } from "./shaded_path";
import { shadesOf } from "./shades";

const GHOSTS = 7;

/** The model's curve at a row of a record, in pixels. */
export function curveAt(
  record: DescentRecord,
  fit: Fit,
  row: number,
  unit: number,
  frame: Frame,
): number[] {
  const theta = record.params?.[row];
  if (theta === undefined) return [];
  const points: number[] = [];
  for (const [i, x] of fit.curve_x.entries()) {
    const y = predictionOf(fit.link, scoreOf(fit, theta, fit.curve_design[i]));
    points.push(frame.x(x / unit), frame.y(y));
  }
  return points;
}

/**
 * Rows before the shown one whose lines are left standing, one for each of the shades passed
 * through: evenly in the steps of a short record, by their logarithm in a long one.
 */
function ghostRows(record: DescentRecord, row: number): number[] {
  const shadeSteps = record.step.slice(0, row + 1).map((step) => step - record.step[0]);
  const span = record.step[record.step.length - 1] - record.step[0];
  const along = (gone: number): number => (span <= 50 ? gone : Math.log1p(gone));
  const end = along(shadeSteps[row]);
  const rows: number[] = [];
  let next = 0;
  for (let i = 0; i < row; i++) {
    if (along(shadeSteps[i]) < (next * end) / GHOSTS - 1e-9) continue;
    rows.push(i);
    while ((next * end) / GHOSTS <= along(shadeSteps[i]) + 1e-9 && next <= GHOSTS) next += 1;
  }
  return rows;
}

/** Earlier lines, fading; the other run's, dashed; and the shown one. */
export function drawLines(pen: Pen, scene: Scene, picture: DataPicture, frame: Frame): void {
  const { record, beside, palette, row } = scene;
  if (record.fit === null) return;
  const shades = shadesOf(record, palette.shades);
  const line = (from: DescentRecord, fit: Fit, at: number): number[] => {
    const points = curveAt(from, fit, at, picture.unit, frame);
    return cut(points, 0, points.length / 2 - 1);
  };
  const ghosts = ghostRows(record, row);
  for (const [i, ghost] of ghosts.entries()) {
    const opacity = 0.22 + (0.3 * (i + 1)) / ghosts.length;
    pen.line(line(record, record.fit, ghost), { stroke: shades[ghost], width: 1.25, opacity });
  }
  const other = besideRow(scene);
  if (beside !== null && other !== null && beside.fit !== null) {
    pen.line(line(beside, beside.fit, other), besideStyle(palette));
  }
  pen.line(line(record, record.fit, row), { stroke: shades[row], width: 2.5 });
}
