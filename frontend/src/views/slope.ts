import type { Pen, TextStyle } from "../pen/pen";
import { isBatched } from "./batch";
import { drawFrame } from "./frame";
import { drawIterates } from "./iterates";
import { labelsOn } from "./labels";
import type { Scene } from "./scene";
import { shadesOf } from "./shades";
import { isCurve, type Sight, sightOf } from "./sight";
import { gripsOf, marksOf, onto } from "./slope_grips";
import { drawStep } from "./slope_step";
import { againstSlope, inWords, missingWords, verdict } from "./slope_words";
import { linesOf, nameLine } from "./tangent";
import { symbol, told } from "./told";
import { drawTriangle } from "./triangle";
import type { Size, View } from "./view";

/** Above the horizontal axis, in pixels, kept for the step and its words. */
const STEP_BAND = 26;

/**
 * J along one line: the tangent where the step leaves, its rise over its run, and the step that
 * follows from it; with a second point the secant, which becomes the tangent as that closes in.
 */
export const slopeView: View = {
  name: "slope",
  title: "The slope, and the step it makes",
  shape: 0.72,
  suits(scene) {
    return (
      scene.profile !== null ||
      (scene.record.known && scene.record.params !== null && scene.reachable)
    );
  },
  draw(pen, scene, size) {
    const sight = sightOf(scene, size);
    if (sight === null) {
      pen.text(4, 6, missingWords(scene), { fill: scene.palette.muted, baseline: "top" });
      return;
    }
    drawSight(pen, scene, sight);
  },
  label: inWords,
  grips: gripsOf,
  find: nearestIterate,
};

function drawSight(pen: Pen, scene: Scene, sight: Sight): void {
  const { frame } = sight;
  const { palette } = scene;
  const { left, top, right, bottom } = frame;
  const shade = shadesOf(scene.record, palette.shades)[scene.row] ?? palette.ink;
  drawFrame(pen, frame, sight.across, sight.up, palette);
  const labels = labelsOn(pen, { left: left + 2, top: top + 1, right, bottom: bottom - 1 });
  const curve = curvePoints(sight);
  labels.avoid(curve);
  pen.within(left, top, right - left, bottom - top, () => {
    pen.line(curve, { stroke: palette.rule, width: 2 });
    if (isCurve(scene)) drawIterates(pen, scene, frame);
  });
  drawVerdict(pen, scene, sight);
  if (!Number.isFinite(sight.height + sight.slope)) return;
  drawStep(pen, labels, scene, sight, shade);
  pen.within(left, top, right - left, bottom - top - STEP_BAND, () => {
    for (const { line, style } of linesOf(scene, sight)) {
      pen.line(line, style);
      labels.avoid(line);
    }
  });
  for (const [x, y] of marksOf(sight)) labels.keep(x, y, 6);
  for (const line of linesOf(scene, sight)) nameLine(labels, scene, sight, line);
  drawTriangle(pen, labels, scene, sight);
  drawPoint(pen, scene, sight, shade);
}

function curvePoints({ frame, profile }: Sight): number[] {
  const points: number[] = [];
  const far = 4 * (frame.bottom - frame.top);
  profile.t.forEach((t, i) => {
    const y = frame.y(profile.loss[i] ?? NaN);
    points.push(frame.x(t), Math.max(Math.min(y, frame.bottom + far), frame.top - far));
  });
  return points;
}

/**
 * Above the picture: the sign of the slope and the way it sends the parameter; with a secant how
 * far its slope still is from the tangent's.
 */
function drawVerdict(pen: Pen, scene: Scene, sight: Sight): void {
  const { palette } = scene;
  const { second, slope, frame } = sight;
  // a rule that carries a share of the last step may go uphill, and so may a batch
  const plain = scene.record.rule === "gradient_descent" && !isBatched(scene);
  const wrong = againstSlope(sight) && plain;
  const signs = wrong ? palette.error : palette.ink;
  const fill = second === null ? signs : palette.accent;
  const style: TextStyle = { fill, size: 12, weight: 600, align: "right", baseline: "top" };
  const taken = pen.measure(sight.up.label, { fill, size: 12 }) + 16;
  const apart = second === null ? NaN : second.slope - slope;
  const words = second === null ? verdict(sight) : `secant - tangent = ${told(apart)}`;
  const shorter = words.replace("slope ", "");
  const sayings = [words, shorter, shorter.replace(symbol(sight.profile.along), "it")];
  const fitting = sayings.find((each) => pen.measure(each, style) + taken < frame.right);
  pen.text(frame.right, 6, fitting ?? sayings[2], style);
}

function drawPoint(pen: Pen, { palette }: Scene, sight: Sight, shade: string): void {
  const { frame, second, height } = sight;
  const paper = { stroke: palette.raised, width: 2 };
  const [[x, y], [otherX, otherY]] = marksOf(sight);
  if (second === null) {
    pen.circle(otherX, otherY, 4.5, { fill: palette.raised, stroke: palette.accent, width: 1.75 });
  } else if (onto(frame, second.loss)) {
    pen.circle(otherX, otherY, 6.5, { fill: palette.accent, ...paper });
  }
  if (onto(frame, height)) pen.circle(x, y, 6.5, { fill: shade, ...paper });
}

function nearestIterate(scene: Scene, size: Size, x: number, y: number): number | null {
  const sight = sightOf(scene, size);
  if (sight === null || !isCurve(scene)) return null;
  let best: number | null = null;
  let nearest = 14;
  scene.record.params?.forEach((params, i) => {
    const [w, loss] = [params[0], scene.record.loss[i]];
    if (w === null || loss === null) return;
    const away = Math.hypot(sight.frame.x(w) - x, sight.frame.y(loss) - y);
    if (away < nearest) [best, nearest] = [i, away];
  });
  return best;
}
