import { inOwnUnits } from "../numerics/record";
import type { Pen, TextStyle } from "../pen/pen";
import type { DescentRecord, Plane } from "../wire/record";
import { besideRow, besideStyle, sameCoordinates } from "./beside";
import { type Axis, drawFrame, type Frame, frameOf } from "./frame";
import { type Labels, labelsOn, type Place } from "./labels";
import { ringsOf } from "./rings";
import type { Scene } from "./scene";
import { cut, drawShadedPath, nearestRow, rowsApart } from "./shaded_path";
import { shadesOf } from "./shades";
import { told } from "./told";
import type { Grip, Size, View } from "./view";

const REACH = 24;
const HOLD = 16;
const DOTS_APART = 5;

/** The path of the parameters over the contours of the cost. */
export const contoursView: View = {
  name: "contours",
  title: "The path over the contours of J",
  shape: 0.74,
  suits: (scene) => scene.record.plane !== null,
  draw(pen, scene, size) {
    const sight = sightOf(scene, size);
    if (sight !== null) drawSight(pen, scene, sight);
  },
  label: inWords,
  grips: gripsOf,
  find(scene, size, x, y) {
    const sight = sightOf(scene, size);
    return sight === null ? null : nearestRow(sight.path, x, y, REACH);
  },
};

/** The plane with its frame, and the path in pixels. */
interface Sight {
  readonly plane: Plane;
  readonly across: Axis;
  readonly up: Axis;
  readonly frame: Frame;
  readonly path: Float64Array;
}

function sightOf({ record }: Scene, size: Size): Sight | null {
  const { plane } = record;
  if (plane === null) return null;
  const across = { ...ends(plane.x), label: plane.x_label };
  const up = { ...ends(plane.y), label: plane.y_label };
  const frame = frameOf(size, across, up);
  return { plane, across, up, frame, path: inPixels(plane, frame) };
}

function ends(grid: readonly number[]): { low: number; high: number } {
  const [low, high] = [grid[0] ?? 0, grid[grid.length - 1] ?? 1];
  return high > low ? { low, high } : { low: low - 0.5, high: low + 0.5 };
}

function inPixels({ path_x, path_y }: Plane, frame: Frame): Float64Array {
  const path = new Float64Array(2 * path_x.length);
  path_x.forEach((x, i) => {
    path[2 * i] = frame.x(x ?? NaN);
    path[2 * i + 1] = frame.y(path_y[i] ?? NaN);
  });
  return path;
}

function drawSight(pen: Pen, scene: Scene, sight: Sight): void {
  const { palette } = scene;
  const { frame, plane } = sight;
  const { left, top, right, bottom } = frame;
  pen.within(left, top, right - left, bottom - top, () => drawRings(pen, scene, sight));
  drawFrame(pen, frame, sight.across, sight.up, { ...palette, line: "transparent" });
  pen.box(left, top, right - left, bottom - top, { stroke: palette.line });
  drawSentence(pen, scene, sight);
  const labels = labelsOn(pen, { left: left + 3, top: top + 2, right: right - 2, bottom: bottom - 2 });
  pen.within(left, top, right - left, bottom - top, () => {
    drawBeside(pen, scene, frame);
    drawPath(pen, scene, sight);
  });
  labels.avoid(cut(sight.path, 0, plane.path_x.length - 1));
  drawNames(pen, labels, scene, sight);
}

/** Faint bands, the darker the higher, and the lines between them. */
function drawRings(pen: Pen, { palette }: Scene, { plane, frame }: Sight): void {
  for (const [i, ring] of ringsOf(plane, frame).entries()) {
    pen.area(ring, { fill: palette.rule, opacity: i % 2 ? 0.05 : 0 });
    pen.line(ring, { stroke: palette.rule, width: 0.75, opacity: 0.6 });
  }
}

function drawPath(pen: Pen, scene: Scene, sight: Sight): void {
  const { record, palette, row } = scene;
  const { path } = sight;
  const shades = shadesOf(record, palette.shades);
  drawShadedPath(pen, path, { shades, row, width: 1.75 });
  for (const i of rowsApart(path, DOTS_APART)) {
    if (i > 0) pen.circle(path[2 * i], path[2 * i + 1], 2.25, { fill: shades[i], opacity: i > row ? 0.35 : 1 });
  }
  if (sight.plane.minimum !== null) drawCross(pen, sight.frame, sight.plane.minimum, palette.ink);
  if (!Number.isNaN(path[0] + path[1])) {
    pen.circle(path[0], path[1], 6, { fill: palette.raised, stroke: shades[0], width: 2 });
  }
  drawArrow(pen, scene, sight);
  const [x, y] = [path[2 * row], path[2 * row + 1]];
  if (Number.isNaN(x + y)) return;
  const radius = row === 0 ? 3.25 : 5;
  pen.circle(x, y, radius, { fill: shades[row], stroke: palette.raised, width: 1.5 });
  if (scene.hover === row) pen.circle(x, y, 9, { stroke: shades[row], width: 1.25 });
}

function drawCross(pen: Pen, frame: Frame, [across, up]: readonly [number, number], colour: string): void {
  const [x, y, arm] = [frame.x(across), frame.y(up), 5];
  const cross = [x - arm, y - arm, x + arm, y + arm, NaN, NaN, x - arm, y + arm, x + arm, y - arm];
  pen.line(cross, { stroke: colour, width: 1.75 });
}

/** The step to come, from the shown row to where the next row lies. */
function drawArrow(pen: Pen, { palette, row }: Scene, sight: Sight): void {
  const { path } = sight;
  if (2 * row + 3 >= path.length) return;
  const piece = cut(path, row, row + 1).filter((place) => !Number.isNaN(place));
  if (piece.length < 4) return;
  const [x0, y0, x1, y1] = piece;
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length < 14) return;
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const [tipX, tipY] = [x1 - 1.5 * ux, y1 - 1.5 * uy];
  const [backX, backY] = [tipX - 8 * ux, tipY - 8 * uy];
  pen.line([x0, y0, backX, backY], { stroke: palette.ink, width: 1.75 });
  const head = [tipX, tipY, backX - 3.5 * uy, backY + 3.5 * ux, backX + 3.5 * uy, backY - 3.5 * ux];
  pen.area(head, { fill: palette.ink });
}

function drawBeside(pen: Pen, scene: Scene, frame: Frame): void {
  const { record, beside, palette } = scene;
  if (beside === null || beside.plane === null || !sameCoordinates(record, beside)) return;
  if (!beside.plane.whole && beside.plane.sentence !== record.plane?.sentence) return;
  const path = inPixels(beside.plane, frame);
  pen.line(cut(path, 0, beside.step.length - 1), besideStyle(palette));
  const hollow = { fill: palette.raised, stroke: palette.muted, width: 1.25 };
  for (const i of rowsApart(path, 3 * DOTS_APART)) pen.circle(path[2 * i], path[2 * i + 1], 2.5, hollow);
  const row = besideRow(scene);
  if (row !== null) pen.circle(path[2 * row], path[2 * row + 1], 4.5, { ...hollow, width: 2 });
}

function drawNames(pen: Pen, labels: Labels, scene: Scene, sight: Sight): void {
  const { palette } = scene;
  const { frame, path, plane } = sight;
  const small: TextStyle = { fill: palette.muted, size: 11, halo: palette.raised };
  const away = departure(scene.record, plane);
  if (away !== "") {
    const words = pen.measure(away, small) < frame.right - frame.left - 10 ? away : away.replace("the path ", "");
    labels.put(words, [{ x: frame.left + 8, y: frame.top + 12, align: "left" }], small, true);
  }
  const around = (x: number, y: number): Place[] => [
    { x: x + 11, y, align: "left" },
    { x: x - 11, y, align: "right" },
    { x, y: y + 16, align: "center" },
    { x, y: y - 16, align: "center" },
  ];
  if (isWithin(frame, path[0], path[1])) labels.put("start", around(path[0], path[1]), small);
  if (plane.minimum === null) return;
  const [x, y] = [frame.x(plane.minimum[0]), frame.y(plane.minimum[1])];
  if (isWithin(frame, x, y)) labels.put("minimum", around(x, y), { ...small, fill: palette.ink });
}

/** Which plane it is, where there is room beside the name of the axis. */
function drawSentence(pen: Pen, { palette }: Scene, { frame, plane, across }: Sight): void {
  if (plane.whole) return;
  const style: TextStyle = { fill: palette.muted, size: 11, baseline: "top" };
  const room = frame.right - frame.left - pen.measure(across.label, { fill: palette.ink }) - 16;
  if (pen.measure(plane.sentence, style) < room) pen.text(frame.left, frame.bottom + 23, plane.sentence, style);
}

function isWithin({ left, top, right, bottom }: Frame, x: number, y: number): boolean {
  return x >= left && x <= right && y >= top && y <= bottom;
}

/** At which step the path leaves the plane, or "". */
function departure(record: DescentRecord, plane: Plane): string {
  const [x, y] = [ends(plane.x), ends(plane.y)];
  const out = plane.path_x.map((across, i) => {
    const up = plane.path_y[i];
    return across === null || up === null || across < x.low || across > x.high || up < y.low || up > y.high;
  });
  const left = out.indexOf(true);
  if (left < 0) return "";
  const back = out.indexOf(false, left);
  const again = back < 0 ? "" : `, and is back at step ${told(record.step[back])}`;
  return `the path leaves this picture at step ${told(record.step[left])}${again}`;
}

function gripsOf(scene: Scene, size: Size): Grip[] {
  const sight = sightOf(scene, size);
  if (sight === null || !sight.plane.whole || !scene.touchable) return [];
  const { frame, path } = sight;
  const drag: Grip["drag"] = (x, y) => {
    const across = frame.x.invert(Math.min(Math.max(x, frame.left), frame.right));
    const up = frame.y.invert(Math.min(Math.max(y, frame.top), frame.bottom));
    return { setting: { start: inOwnUnits(scene.setting, scene.table, [across, up]) } };
  };
  return isWithin(frame, path[0], path[1]) ? [{ x: path[0], y: path[1], reach: HOLD, drag }] : [];
}

function inWords(scene: Scene): string {
  const { record, row } = scene;
  const { plane } = record;
  if (plane === null) return "There is no plane of two parameters to draw.";
  const at = (i: number): string =>
    `${plane.x_label} = ${told(plane.path_x[i])}, ${plane.y_label} = ${told(plane.path_y[i])}`;
  const least = plane.minimum === null ? "" : `; the minimum is at ${plane.minimum.map((value) => told(value)).join(", ")}`;
  const away = departure(record, plane);
  return (
    `Contours of J on ${plane.sentence}: the path starts at ${at(0)} and is at ${at(row)} ` +
    `at step ${told(record.step[row])}${least}${away === "" ? "" : `; ${away}`}.`
  );
}
