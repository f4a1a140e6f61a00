import type { Pen, TextStyle } from "../pen/pen";
import { rowAt } from "./rows";
import { costSight, type CostSight, labelOf, rowsAbove } from "./cost_axes";
import {
  columnInPixels,
  drawCurve,
  drawJumps,
  drawOthers,
  nameOthers,
  thinned,
} from "./cost_lines";
import { drawFrame, type Frame } from "./frame";
import { type Labels, labelsOn, type Place } from "./labels";
import { leaving } from "./leaving";
import type { Scene } from "./scene";
import { shadesOf } from "./shades";
import { told } from "./told";
import type { Size, View } from "./view";

const REACH = 24;

/** J from step to step. */
export const costView: View = {
  name: "cost",
  title: "The cost J, step by step",
  shape: 0.74,
  // it has the width of two where there is little else
  shapeAt: (width) => (width < 500 ? 0.74 : Math.max(0.5, 340 / width)),
  suits: (scene) => scene.record.step.length > 0,
  draw: drawCost,
  label: inWords,
  find(scene, size, x, y) {
    const { frame } = costSight(scene, size);
    const { left, top, right, bottom } = frame;
    if (x < left - REACH || x > right + REACH || y < top || y > bottom) return null;
    const { step } = scene.record;
    const at = frame.x.invert(x);
    const row = rowAt(scene.record, at);
    return row + 1 < step.length && step[row + 1] - at < at - step[row] ? row + 1 : row;
  },
};

function drawCost(pen: Pen, scene: Scene, size: Size): void {
  const sight = costSight(scene, size);
  const { frame } = sight;
  const { record, palette, look } = scene;
  const { left, top, right, bottom } = frame;
  drawFrame(pen, frame, sight.across, sight.up, palette);
  const inner = { left: left + 3, top: top + 1, right: right - 1, bottom: bottom - 1 };
  const labels = labelsOn(pen, inner);
  const path = columnInPixels(record, record.loss, frame, look.log);
  drawBroken(pen, labels, scene, frame);
  const drawn = thinned(path, 0, record.step.length - 1);
  labels.avoid(drawn);
  drawLeaving(labels, scene, sight);
  pen.within(left, top - 6, right - left + 6, bottom - top + 6, () => {
    drawFloor(pen, scene, sight);
    drawOthers(pen, scene, frame);
    if (record.trend === null) drawCurve(pen, scene, path);
    else drawJumps(pen, scene, path, columnInPixels(record, record.trend, frame, look.log));
  });
  nameFloor(labels, scene, sight);
  drawShown(pen, labels, scene, frame, path);
  nameOthers(labels, scene, frame);
}

function drawFloor(pen: Pen, { palette }: Scene, { floor, frame }: CostSight): void {
  if (floor === null) return;
  const y = frame.y(floor);
  pen.line([frame.left, y, frame.right, y], { stroke: palette.muted, width: 1, dash: [5, 3] });
}

function nameFloor(labels: Labels, { palette }: Scene, { floor, frame }: CostSight): void {
  if (floor === null) return;
  const style: TextStyle = { fill: palette.muted, size: 11, halo: palette.raised, figures: true };
  const y = frame.y(floor);
  const places: Place[] = [
    { x: frame.right - 2, y: y + 9, align: "right" },
    { x: frame.left + 6, y: y + 9, align: "left" },
    { x: frame.right - 2, y: y - 10, align: "right" },
  ];
  labels.put(`least possible J = ${told(floor)}`, places, style);
}

/** Where J stopped being a finite number. */
function drawBroken(pen: Pen, labels: Labels, { record, palette }: Scene, frame: Frame): void {
  const row = record.loss.findIndex((value) => value === null);
  if (row < 0) return;
  const x = frame.x(record.step[row]);
  pen.line([x, frame.top, x, frame.bottom], { stroke: palette.error, width: 1, dash: [2, 3] });
  const style: TextStyle = { fill: palette.error, size: 11, halo: palette.raised };
  const y = frame.top + 11;
  const words = `not finite from step ${told(record.step[row])}`;
  const places: Place[] = [
    { x: x - 6, y, align: "right" },
    { x: x + 6, y, align: "left" },
    { x: x + 6, y: frame.bottom - 12, align: "left" },
  ];
  const far = x > (frame.left + frame.right) / 2;
  const inOrder = far ? places : [places[1], places[0], places[2]];
  labels.put(words, inOrder, style, true);
}

/** When J goes beyond an axis that is cut off. */
function drawLeaving(labels: Labels, { record, palette }: Scene, sight: CostSight): void {
  const { left, top, right } = sight.frame;
  const words = leaving(record, rowsAbove(record, sight), "J");
  if (words === "") return;
  const style: TextStyle = { fill: palette.warning, size: 11, halo: palette.raised };
  const places: Place[] = [26, 11, 41].flatMap((down): Place[] => [
    { x: (left + right) / 2, y: top + down, align: "center" },
    { x: left + 6, y: top + down, align: "left" },
    { x: right - 2, y: top + down, align: "right" },
  ]);
  labels.put(words, places, style, true);
}

function drawShown(pen: Pen, labels: Labels, scene: Scene, frame: Frame, path: Float64Array): void {
  const { record, palette, row } = scene;
  const shade = shadesOf(record, palette.shades)[row];
  const [x, wanted] = [path[2 * row], path[2 * row + 1]];
  const y = Math.max(wanted, frame.top);
  const line = { stroke: palette.rule, width: 1, opacity: 0.7 };
  if (scene.hover === row) pen.line([x, frame.top, x, frame.bottom], line);
  if (Number.isNaN(y)) return;
  const mark = { fill: shade, stroke: palette.raised, width: 1.5 };
  if (wanted >= frame.top - 1) pen.circle(x, y, 5, mark);
  else pen.area([x, y - 5, x - 5, y + 4, x + 5, y + 4], mark);
  const bold = { size: 12, weight: 600, figures: true } as const;
  const style: TextStyle = { ...bold, fill: shade, halo: palette.raised };
  const step = scene.hover === row ? `step ${told(record.step[row])}: ` : "";
  const places: Place[] = [
    { x: x + 9, y: y - 13, align: "left" },
    { x: x - 9, y: y - 13, align: "right" },
    { x: x + 10, y: y + 13, align: "left" },
    { x: x - 10, y: y + 13, align: "right" },
    { x, y: y - 26, align: "center" },
  ];
  const trend = record.trend?.[row] ?? null;
  const around = trend === null ? "" : `, ${told(trend)} on average`;
  labels.put(`${step}J = ${told(record.loss[row])}${around}`, places, style, true);
}

function inWords(scene: Scene): string {
  const { record, row, look } = scene;
  const shown = record.step[row];
  const last = record.step.length - 1;
  const least = record.facts.minimum_loss;
  const broken = record.loss.findIndex((value) => value === null);
  const words = [
    `${labelOf(record)} from step ${told(record.step[0])} to ${told(record.step[last])}` +
      `${look.log ? " on a logarithmic axis" : ""}: ${told(record.loss[0])} at first, ` +
      `${told(record.loss[row])} at step ${told(shown)}`,
  ];
  if (row !== last) words.push(`${told(record.loss[last])} at last`);
  if (least !== null) words.push(`the least possible is ${told(least)}`);
  const above = rowsAbove(record, costSight(scene, { width: 400, height: 300 }));
  const gone = leaving(record, above, "J");
  if (gone !== "") words.push(gone);
  if (broken >= 0) words.push(`not finite from step ${told(record.step[broken])}`);
  if (record.trend !== null) words.push(`on average around it ${told(record.trend[row])}`);
  if (record.validation !== null) words.push(`on rows held out ${told(record.validation[row])}`);
  return `${words.join("; ")}.`;
}
