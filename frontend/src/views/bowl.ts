import type { Pen, TextStyle } from "../pen/pen";
import type { Change } from "../state/state";
import type { Palette } from "../wire/palette";
import type { DescentRecord, Plane } from "../wire/record";
import { besideStyle } from "./beside";
import { drawBox, drawFront } from "./bowl_box";
import { type Leg, legsOf, spotOf } from "./draped";
import { type Eye, eyeOf } from "./eye";
import { drawMarble } from "./marble";
import { type Batch, fillsOf, meshOf, mixed } from "./mesh";
import { isShown, type Relief, reliefOf } from "./relief";
import type { Scene } from "./scene";
import { shadesOf } from "./shades";
import { told } from "./told";
import type { Size, View } from "./view";

const TILTS = [5, 85] as const;
const DEGREES_A_PIXEL = 0.45;
/** Faces to a side, in a narrow picture and in a wide one. */
const NARROW = 480;
const FEW = 24;
const MANY = 36;
/** A path of more spots than this is drawn finer. */
const MANY_SPOTS = 800;
/** What is to come, and what lies behind the surface. */
const LATER = 0.3;
const BEHIND = 0.42;

/** J as a surface over two parameters, turned by hand, with the path and a marble on it. */
export const bowlView: View = {
  name: "bowl",
  title: "The bowl that it rolls in",
  shape: 0.74,
  suits(scene) {
    return scene.record.plane !== null && scene.setting.what !== "curve";
  },
  draw(pen, scene, size) {
    const { record, palette, beside } = scene;
    if (record.plane === null) return;
    const seen = seenAs(record, record.plane, scene.look, size);
    const { relief, eye, mesh, legs } = seen;
    drawBox(pen, relief, eye, palette);
    drawMesh(pen, mesh, palette);
    if (beside !== null && sameGround(record, beside)) {
      drawBeside(pen, legsOf(relief, eye, beside), palette);
    }
    drawMinimum(pen, seen, record.plane, palette);
    drawPath(pen, legs, scene);
    drawEnds(pen, seen, record.plane, scene);
    drawFront(pen, record.plane, eye, palette);
    drawCaption(pen, scene, relief, size);
  },
  label: inWords,
  turn(scene, dx, dy): Change {
    const turn = scene.look.turn + DEGREES_A_PIXEL * dx;
    const tilt = scene.look.tilt + DEGREES_A_PIXEL * dy;
    return {
      look: {
        turn: Math.round((((((turn + 180) % 360) + 360) % 360) - 180) * 10) / 10,
        tilt: Math.round(Math.min(Math.max(tilt, TILTS[0]), TILTS[1]) * 10) / 10,
      },
    };
  },
};

interface Seen {
  readonly relief: Relief;
  readonly eye: Eye;
  readonly mesh: readonly Batch[];
  readonly legs: readonly Leg[];
}

/** The last of each, with what it was made from: nothing is worked out twice for one picture. */
const meshes = new WeakMap<Relief, { key: string; eye: Eye; mesh: Batch[] }>();
const paths = new WeakMap<DescentRecord, { eye: Eye; legs: Leg[] }>();

/** All pixels that depend on the record and the eye; while only the step moves they stay. */
function seenAs(record: DescentRecord, plane: Plane, look: Scene["look"], size: Size): Seen {
  const relief = reliefOf(plane, size.width < NARROW ? FEW : MANY);
  const key = [look.turn, look.tilt, size.width, size.height].join();
  let kept = meshes.get(relief);
  if (kept?.key !== key) {
    const eye = eyeOf(look.turn, look.tilt, size);
    meshes.set(relief, (kept = { key, eye, mesh: meshOf(relief, eye) }));
  }
  const { eye, mesh } = kept;
  let path = paths.get(record);
  if (path?.eye !== eye) paths.set(record, (path = { eye, legs: legsOf(relief, eye, record) }));
  return { relief, eye, mesh, legs: path.legs };
}

function drawMesh(pen: Pen, mesh: readonly Batch[], palette: Palette): void {
  const fills = fillsOf(palette);
  const lines = fills.map((fill) => mixed(fill, palette.rule, 0.5));
  for (const { rings, shade, below } of mesh) {
    // the outside of the near wall lets through what is behind it
    const opacity = below ? 0.5 : 0.96;
    pen.area(rings, { fill: fills[shade], stroke: lines[shade], width: 0.6, opacity });
  }
}

/** Up to the shown row in full, behind the surface and later on faint; a shade at a time. */
function drawPath(pen: Pen, legs: readonly Leg[], scene: Scene): void {
  const shades = shadesOf(scene.record, scene.palette.shades);
  const lines = new Map<string, { points: number[]; stroke: string; opacity: number }>();
  for (const { row, spots } of legs) {
    for (let i = 1; i < spots.length; i++) {
      const [from, to] = [spots[i - 1], spots[i]];
      const opacity = (row < scene.row ? 1 : LATER) * (from.hidden || to.hidden ? BEHIND : 1);
      const key = `${shades[row]} ${opacity}`;
      let line = lines.get(key);
      if (line === undefined) lines.set(key, (line = { points: [], stroke: shades[row], opacity }));
      const { points } = line;
      const goesOn = points[points.length - 2] === from.x && points[points.length - 1] === from.y;
      if (goesOn) points.push(to.x, to.y);
      else points.push(NaN, NaN, from.x, from.y, to.x, to.y);
    }
  }
  const many = legs.reduce((sum, { spots }) => sum + spots.length, 0) > MANY_SPOTS;
  const width = many ? 1.5 : 2.25;
  for (const { points, ...style } of lines.values()) pen.line(points, { ...style, width });
}

function drawBeside(pen: Pen, legs: readonly Leg[], palette: Palette): void {
  const points = legs.flatMap(({ spots }) => [NaN, NaN, ...spots.flatMap(({ x, y }) => [x, y])]);
  pen.line(points, besideStyle(palette));
}

/** Whether two records lie over one and the same surface, so that both paths belong on it. */
function sameGround(one: DescentRecord, other: DescentRecord): boolean {
  const alike = (a: number | null, b: number | null): boolean =>
    a === b || (a !== null && b !== null && Math.abs(a - b) <= 1e-6 * Math.abs(a));
  if (one.plane !== null && one.plane.loss === other.plane?.loss) return true;
  return (
    one.plane?.whole === true &&
    other.plane?.whole === true &&
    alike(one.facts.sharpness, other.facts.sharpness) &&
    alike(one.facts.minimum_loss, other.facts.minimum_loss)
  );
}

function drawMinimum(pen: Pen, { relief, eye }: Seen, { minimum }: Plane, palette: Palette): void {
  const spot = minimum === null ? null : spotOf(relief, eye, minimum[0], minimum[1]);
  if (spot === null) return;
  const { x, y } = spot;
  const flat = 4.5 * Math.max(eye.tiltSine, 0.45);
  const cross = [x - 5, y - flat, x + 5, y + flat, NaN, NaN, x - 5, y + flat, x + 5, y - flat];
  pen.line(cross, { stroke: palette.ink, width: 1.75, opacity: spot.hidden ? 0.4 : 1 });
}

function drawEnds(pen: Pen, { relief, eye }: Seen, plane: Plane, scene: Scene): void {
  const { record, palette, row } = scene;
  const shades = shadesOf(record, palette.shades);
  const { path_x: x, path_y: y } = plane;
  const start = spotOf(relief, eye, x[0] ?? null, y[0] ?? null);
  if (start !== null && row > 0) {
    const opacity = start.hidden ? BEHIND : 1;
    const style = { fill: palette.raised, stroke: shades[0], width: 1.75, opacity };
    pen.circle(start.x, start.y, 4, style);
  }
  const marble = spotOf(relief, eye, x[row] ?? null, y[row] ?? null);
  if (marble !== null) drawMarble(pen, marble, eye, shades[row]);
}

function drawCaption(pen: Pen, { record, palette }: Scene, relief: Relief, size: Size): void {
  const labels = [record.plane?.x_label, record.plane?.y_label];
  const [one, other] = labels.map((name) => name?.split(" (")[0]);
  const style: TextStyle = { fill: palette.ink, size: 12, baseline: "top", halo: palette.raised };
  pen.text(4, 6, `J over ${one} and ${other}`, style);
  const words = heightWords(relief);
  if (words === "") return;
  const quiet: TextStyle = { ...style, fill: palette.muted, size: 11 };
  const [first, ...rest] = pen.measure(words, quiet) < size.width - 8 ? [words] : words.split("; ");
  pen.text(4, 22, first, quiet);
  rest.forEach((line, i) => pen.text(4, 36 + 14 * i, line, quiet));
}

/** How heights differ from J itself; "" where they do not. */
function heightWords(relief: Relief): string {
  const parts: string[] = [];
  if (relief.rooted) parts.push("height: the root of J above its least");
  if (relief.cut) parts.push(`cut off at J = ${told(relief.rim)}`);
  return parts.join("; ");
}

function inWords({ record, row, look }: Scene): string {
  const { plane } = record;
  if (plane === null) return "There is no surface of J to show.";
  const relief = reliefOf(plane, MANY);
  const named = (x: number, y: number): string =>
    `${plane.x_label} = ${told(x)}, ${plane.y_label} = ${told(y)}`;
  const parts = [
    `The surface of J over ${plane.x_label} and ${plane.y_label} (${plane.sentence}), ` +
      `seen from ${told(look.tilt)} degrees above`,
  ];
  const how = heightWords(relief);
  if (how !== "") parts.push(how);
  const [x, y] = [plane.path_x[row] ?? NaN, plane.path_y[row] ?? NaN];
  const step = `at iteration ${told(record.step[row])} the path is at ${named(x, y)}`;
  const shown = isShown(relief, x, y) ? "" : ", out of the picture";
  parts.push(`${step}, J = ${told(record.loss[row])}${shown}`);
  if (plane.minimum !== null) parts.push(`the minimum is at ${named(...plane.minimum)}`);
  return `${parts.join("; ")}.`;
}
