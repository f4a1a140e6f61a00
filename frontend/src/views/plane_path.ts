import type { Pen } from "../pen/pen";
import { besideRow, besideStyle, sameCoordinates } from "./beside";
import type { Frame } from "./frame";
import { pathInPixels, type PlaneSight } from "./plane_sight";
import type { Scene } from "./scene";
import { cut, drawShadedPath, rowsApart } from "./shaded_path";
import { shadesOf } from "./shades";

const DOTS_APART = 5;

/** The path up to the shown row, what is still to come faint; its ends, and the step to come. */
export function drawPath(pen: Pen, scene: Scene, sight: PlaneSight): void {
  const { record, palette, row } = scene;
  const { path } = sight;
  const shades = shadesOf(record, palette.shades);
  drawShadedPath(pen, path, { shades, row, width: 1.75 });
  for (const i of rowsApart(path, DOTS_APART)) {
    const style = { fill: shades[i], opacity: i > row ? 0.35 : 1 };
    if (i > 0) pen.circle(path[2 * i], path[2 * i + 1], 2.25, style);
  }
  drawCross(pen, sight, palette.ink);
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

function drawCross(pen: Pen, { frame, plane }: PlaneSight, colour: string): void {
  if (plane.minimum === null) return;
  const [x, y, arm] = [frame.x(plane.minimum[0]), frame.y(plane.minimum[1]), 5];
  const cross = [x - arm, y - arm, x + arm, y + arm, NaN, NaN, x - arm, y + arm, x + arm, y - arm];
  pen.line(cross, { stroke: colour, width: 1.75 });
}

/** The step to come, from the shown row to where the next row lies. */
function drawArrow(pen: Pen, { palette, row }: Scene, sight: PlaneSight): void {
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

/** The other run or the branch, dashed, with hollow dots. */
export function drawBeside(pen: Pen, scene: Scene, frame: Frame): void {
  const { record, beside, palette } = scene;
  if (beside === null || beside.plane === null || !sameCoordinates(record, beside)) return;
  if (!beside.plane.whole && beside.plane.loss !== record.plane?.loss) return;
  const path = pathInPixels(beside.plane, frame);
  pen.line(cut(path, 0, beside.step.length - 1), besideStyle(palette));
  const hollow = { fill: palette.raised, stroke: palette.muted, width: 1.25 };
  for (const i of rowsApart(path, 4 * DOTS_APART)) {
    pen.circle(path[2 * i], path[2 * i + 1], 2.5, hollow);
  }
  const row = besideRow(scene);
  if (row !== null) pen.circle(path[2 * row], path[2 * row + 1], 4.5, { ...hollow, width: 2 });
}
