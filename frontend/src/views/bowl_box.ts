import { scaleLinear } from "d3-scale";
import type { Pen, TextStyle } from "../pen/pen";
import type { Palette } from "../wire/palette";
import type { Plane } from "../wire/record";
import { type Eye, project } from "./eye";
import { tickText } from "./numbers";
import type { Relief } from "./relief";

type Corner = readonly [number, number];

const CORNERS: readonly Corner[] = [
  [-1, -1],
  [1, -1],
  [1, 1],
  [-1, 1],
];

const NARROW = 480;

/** What lies behind the surface: the floor, and the upright edge that J is read from. */
export function drawBox(pen: Pen, relief: Relief, eye: Eye, palette: Palette): void {
  const floor = CORNERS.flatMap(([x, y]) => project(eye, x, y, 0));
  pen.area(floor, { fill: palette.paper, stroke: palette.line, width: 1 });
  drawUpright(pen, relief, eye, palette);
}

/** The edge furthest left, with J at its foot and at the rim. */
function drawUpright(pen: Pen, relief: Relief, eye: Eye, palette: Palette): void {
  const aside = (one: Corner): number => project(eye, ...one, 0)[0];
  const [a, b] = [...CORNERS].sort((one, other) => aside(one) - aside(other))[0];
  const [x, foot] = project(eye, a, b, 0);
  const [, rim] = project(eye, a, b, 1);
  if (foot - rim < 24) return;
  pen.line([x, foot, x, rim], { stroke: palette.rule, width: 1 });
  for (const [share, loss] of readings(relief)) {
    const y = foot + share * (rim - foot);
    pen.line([x - 4, y, x, y], { stroke: palette.rule, width: 1 });
    pen.text(x - 6, y, tickText(loss), { ...quiet(palette), align: "right", baseline: "middle" });
  }
  pen.text(x, rim - 7, "J", { fill: palette.ink, size: 12, align: "center", halo: palette.raised });
}

/** A few round values of J and how high up they stand. */
function readings(relief: Relief): [number, number][] {
  const { least, rim, rooted } = relief;
  return scaleLinear()
    .domain([least, rim])
    .ticks(3)
    .map((loss): [number, number] => {
      const share = (loss - least) / (rim - least);
      return [rooted ? Math.sqrt(share) : share, loss];
    });
}

/** The two floor edges towards the reader, with ticks and the names of the parameters. */
export function drawFront(pen: Pen, plane: Plane, eye: Eye, palette: Palette): void {
  const near = (one: Corner): number => project(eye, ...one, 0)[1];
  const sideY = near([0, -1]) > near([0, 1]) ? -1 : 1;
  const sideX = near([-1, 0]) > near([1, 0]) ? -1 : 1;
  const [x, y] = [plane.x_label, plane.y_label].map((label) => short(label, eye));
  drawEdge(pen, eye, palette, plane.x, x, (at) => [at, sideY], [0, sideY]);
  drawEdge(pen, eye, palette, plane.y, y, (at) => [sideX, at], [sideX, 0]);
}

function drawEdge(
  pen: Pen,
  eye: Eye,
  palette: Palette,
  axis: readonly number[],
  name: string,
  corner: (at: number) => Corner,
  out: Corner,
): void {
  const ends = [...project(eye, ...corner(-1), 0), ...project(eye, ...corner(1), 0)];
  pen.line(ends, { stroke: palette.rule, width: 1 });
  const [x0, y0] = project(eye, 0, 0, 0);
  const [x1, y1] = project(eye, ...out, 0);
  // straight out from the edge on the screen, so that words stand off it
  const [dx, dy] = away(ends, x1 - x0, y1 - y0);
  const align = Math.abs(dx) < 0.35 ? "center" : dx > 0 ? "left" : "right";
  const placed: TextStyle = { ...quiet(palette), align, baseline: "middle" };
  const [low, high] = [axis[0], axis[axis.length - 1]];
  const long = Math.hypot(ends[2] - ends[0], ends[3] - ends[1]);
  const scale = scaleLinear().domain([low, high]).range([-1, 1]);
  if (long > 60) {
    for (const tick of scale.ticks(Math.max(2, Math.min(5, long / 70)))) {
      const at = scale(tick);
      if (Math.abs(at) > 0.86) continue;
      const [x, y] = project(eye, ...corner(at), 0);
      pen.line([x, y, x + 4 * dx, y + 4 * dy], { stroke: palette.rule, width: 1 });
      pen.text(x + 7 * dx, y + 9 * dy, tickText(tick), placed);
    }
  }
  const [x, y] = project(eye, ...corner(0), 0);
  const words: TextStyle = { ...placed, fill: palette.ink, size: 12, weight: 600 };
  const far = long > 60 ? 31 : 12;
  const at = x + (far + 8 * Math.abs(dx)) * dx;
  // a long name is moved in from the side of the picture
  const width = pen.measure(name, words);
  const before = align === "left" ? 0 : align === "right" ? width : width / 2;
  const inside = Math.max(before + 4, Math.min(at, 2 * eye.middleX - 4 - (width - before)));
  pen.text(inside, y + far * dy, name, words);
}

/** The unit normal of a line on the screen, on the side of (towardsX, towardsY). */
function away(ends: readonly number[], towardsX: number, towardsY: number): [number, number] {
  const [along, down] = [ends[2] - ends[0], ends[3] - ends[1]];
  const long = Math.max(Math.hypot(along, down), 1e-9);
  const side = -down * towardsX + along * towardsY >= 0 ? 1 : -1;
  return [(side * -down) / long, (side * along) / long];
}

function quiet(palette: Palette): TextStyle {
  return { fill: palette.muted, size: 10, figures: true, halo: palette.raised };
}

/** The name without its unit, and in a narrow picture without more that its caption says. */
function short(name: string, eye: Eye): string {
  const bare = name.split(" (")[0];
  return eye.middleX < NARROW / 2 ? bare.replace(/ direction$/, "") : bare;
}
