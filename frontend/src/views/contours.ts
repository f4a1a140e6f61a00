import { inOwnUnits } from "../numerics/record";
import type { Pen, TextStyle } from "../pen/pen";
import type { DescentRecord, Plane } from "../wire/record";
import { drawFrame, type Frame } from "./frame";
import { type Labels, labelsOn, type Place } from "./labels";
import { leaving } from "./leaving";
import { drawBeside, drawPath } from "./plane_path";
import { ends, planeSight, type PlaneSight, SENTENCE } from "./plane_sight";
import { ringsOf } from "./rings";
import type { Scene } from "./scene";
import { cut, nearestRow } from "./shaded_path";
import { begun, told } from "./told";
import type { Grip, Size, View } from "./view";
import { wrapped } from "./wrap";

const REACH = 24;
const HOLD = 16;

/** The path of the parameters over the contours of the cost. */
export const contoursView: View = {
  name: "contours",
  title: "The path over the contours of J",
  shape: 0.74,
  suits: (scene) => scene.record.plane !== null,
  draw(pen, scene, size) {
    const sight = planeSight(scene, size);
    if (sight !== null) drawSight(pen, scene, sight);
  },
  label: inWords,
  grips: gripsOf,
  find(scene, size, x, y) {
    const sight = planeSight(scene, size);
    return sight === null ? null : nearestRow(sight.path, x, y, REACH);
  },
};

function drawSight(pen: Pen, scene: Scene, sight: PlaneSight): void {
  const { palette } = scene;
  const { frame, plane } = sight;
  const { left, top, right, bottom } = frame;
  pen.within(left, top, right - left, bottom - top, () => drawRings(pen, scene, sight));
  drawFrame(pen, frame, sight.across, sight.up, { ...palette, line: "transparent" });
  pen.box(left, top, right - left, bottom - top, { stroke: palette.line });
  drawSentence(pen, scene, sight);
  const inner = { left: left + 3, top: top + 2, right: right - 2, bottom: bottom - 2 };
  const labels = labelsOn(pen, inner);
  pen.within(left, top, right - left, bottom - top, () => {
    drawBeside(pen, scene, frame);
    drawPath(pen, scene, sight);
  });
  labels.avoid(cut(sight.path, 0, plane.path_x.length - 1));
  drawNames(pen, labels, scene, sight);
}

/** Faint bands, the lighter the lower, and the lines between them. */
function drawRings(pen: Pen, { palette }: Scene, { plane, frame }: PlaneSight): void {
  const { left, top, right, bottom } = frame;
  pen.box(left, top, right - left, bottom - top, { fill: palette.rule, opacity: 0.26 });
  const rings = ringsOf(plane, frame);
  for (let i = rings.length - 1; i >= 0; i--) {
    if (i % 2) pen.area(rings[i], { fill: palette.raised, opacity: 0.22 });
    pen.line(rings[i], { stroke: palette.rule, width: 0.75, opacity: 0.6 });
  }
}

function drawNames(pen: Pen, labels: Labels, scene: Scene, sight: PlaneSight): void {
  const { palette } = scene;
  const { frame, path, plane } = sight;
  const small: TextStyle = { fill: palette.muted, size: 11, halo: palette.raised };
  const away = departure(scene.record, plane);
  if (away !== "") {
    const fits = pen.measure(away, small) < frame.right - frame.left - 10;
    const place: Place = { x: frame.left + 8, y: frame.top + 12, align: "left" };
    labels.put(fits ? away : away.replace("the path ", ""), [place], small, true);
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
  // of more parameters it is seldom in the plane itself, whose own lowest point is another
  const name = plane.whole ? "minimum" : "minimum, projected";
  if (isWithin(frame, x, y)) labels.put(name, around(x, y), { ...small, fill: palette.ink });
}

/** Which plane it is, above the picture; the whole sentence where its lines have room. */
function drawSentence(pen: Pen, { palette }: Scene, { frame, plane }: PlaneSight): void {
  if (plane.whole) return;
  const style: TextStyle = { fill: palette.muted, size: SENTENCE.size, baseline: "top" };
  const sayings = [plane.sentence, shortly(plane)];
  const written = sayings.map((each) => wrapped(pen, begun(each), frame.right - 4, style));
  const lines = written.find(({ length }) => length <= SENTENCE.lines) ?? written[1];
  lines.slice(0, SENTENCE.lines).forEach((line, i) => {
    pen.text(4, SENTENCE.top + i * SENTENCE.line, line, style);
  });
}

/** In short, but not without how much of the path's movement its own plane holds. */
function shortly({ sentence }: Plane): string {
  const [first] = sentence.split(";");
  const share = /[\d.]+ ?%/.exec(sentence)?.[0];
  return share === undefined ? first : `the path's principal directions: ${share} of its movement`;
}

function isWithin({ left, top, right, bottom }: Frame, x: number, y: number): boolean {
  return x >= left && x <= right && y >= top && y <= bottom;
}

/** At which step the path leaves the plane, or "". */
function departure(record: DescentRecord, plane: Plane): string {
  const [x, y] = [ends(plane.x), ends(plane.y)];
  const out = plane.path_x.map((across, i) => {
    const up = plane.path_y[i];
    if (across === null || up === null) return true;
    return across < x.low || across > x.high || up < y.low || up > y.high;
  });
  return leaving(record, out, "the path");
}

function gripsOf(scene: Scene, size: Size): Grip[] {
  const sight = planeSight(scene, size);
  if (sight === null || !sight.plane.whole || !scene.touchable) return [];
  const { frame, path } = sight;
  const drag: Grip["drag"] = (x, y) => {
    const across = frame.x.invert(Math.min(Math.max(x, frame.left), frame.right));
    const up = frame.y.invert(Math.min(Math.max(y, frame.top), frame.bottom));
    return { setting: { start: inOwnUnits(scene.setting, scene.table, [across, up]) } };
  };
  if (!isWithin(frame, path[0], path[1])) return [];
  // the plane is laid around the start, so the picture moves under the pointer
  return [{ x: path[0], y: path[1], reach: HOLD, steady: true, drag }];
}

function inWords(scene: Scene): string {
  const { record, row } = scene;
  const { plane } = record;
  if (plane === null) return "There is no plane of two parameters to draw.";
  const at = (i: number): string =>
    `${plane.x_label} = ${told(plane.path_x[i])}, ${plane.y_label} = ${told(plane.path_y[i])}`;
  const bottom = (plane.minimum ?? []).map((value) => told(value)).join(", ");
  const least = bottom === "" ? "" : `; the minimum is at ${bottom}`;
  const away = departure(record, plane);
  return (
    `Contours of J on ${plane.sentence}: the path starts at ${at(0)} and is at ${at(row)} ` +
    `at step ${told(record.step[row])}${least}${away === "" ? "" : `; ${away}`}.`
  );
}
