import type { Pen, TextStyle } from "../pen/pen";
import type { Labels } from "./labels";
import type { Scene } from "./scene";
import type { Sight } from "./sight";
import { stepWords } from "./slope_words";

/** The step on the horizontal axis, from here to next, and what it was worked out from. */
export function drawStep(
  pen: Pen,
  labels: Labels,
  scene: Scene,
  sight: Sight,
  shade: string,
): void {
  const { frame, profile } = sight;
  const { palette } = scene;
  const thin = { stroke: palette.rule, width: 1, dash: [1, 3] };
  const from = frame.x(profile.here);
  pen.line([from, frame.y(sight.height), from, frame.bottom], thin);
  if (profile.next === null) return;
  const wanted = frame.x(profile.next);
  const to = Math.min(Math.max(wanted, frame.left), frame.right);
  const y = frame.bottom;
  drawArrow(pen, from, to, y, shade);
  pen.line([from, y - 5, from, y + 5], { stroke: shade, width: 2 });
  const halo = palette.raised;
  const style: TextStyle = { fill: shade, size: 12, weight: 600, halo, figures: true };
  const middle = (from + to) / 2;
  const outside = wanted === to ? "" : ", out of the picture";
  const room = frame.right - frame.left - 12;
  const words = stepWords(scene, sight).map((line) => line + outside);
  const fitting = words.find((line) => pen.measure(line, style) < room) ?? words[words.length - 1];
  labels.put(fitting, [{ x: middle, y: y - 15, align: "center" }], style, true);
}

function drawArrow(pen: Pen, from: number, to: number, y: number, colour: string): void {
  const length = Math.abs(to - from);
  const way = Math.sign(to - from);
  const head = Math.min(9, length);
  pen.line([from, y, to - way * head * 0.7, y], { stroke: colour, width: 3 });
  if (length < 1.5) return;
  const [back, half] = [to - way * head, head * 0.55];
  pen.area([to, y, back, y - half, back, y + half], { fill: colour });
}
