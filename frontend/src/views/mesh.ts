import type { Palette } from "../wire/palette";
import { type Eye, project } from "./eye";
import { heightAt, type Relief } from "./relief";

/** Faces of one shade that cannot hide one another: closed rings in pixels, parted by NaN. */
export interface Batch {
  readonly rings: readonly number[];
  readonly shade: number;
  /** Seen from below: the outside of the wall towards the reader. */
  readonly below: boolean;
}

/** Shades of the relief. */
export const STEPS = 14;

type Corner = readonly [x: number, y: number, height: number];

/**
 * The faces of a relief from far to near, cut off at its rim. Faces of one diagonal of the grid
 * cannot hide one another, so that each diagonal is drawn in a few strokes, a shade at a time.
 */
export function meshOf(relief: Relief, eye: Eye): Batch[] {
  const { x, y } = relief;
  const [across, up] = [x.length - 1, y.length - 1];
  const batches: Batch[] = [];
  for (let diagonal = 0; diagonal <= across + up - 2; diagonal++) {
    const found = new Map<number, { rings: number[]; shade: number; below: boolean }>();
    for (let i = Math.max(0, diagonal - across + 1); i <= Math.min(diagonal, up - 1); i++) {
      const j = diagonal - i;
      const column = eye.sine >= 0 ? across - 1 - j : j;
      const row = eye.cosine >= 0 ? up - 1 - i : i;
      addFace(found, relief, eye, column, row);
    }
    batches.push(...[...found.values()].sort((a, b) => Number(b.below) - Number(a.below)));
  }
  return batches;
}

function addFace(
  found: Map<number, { rings: number[]; shade: number; below: boolean }>,
  relief: Relief,
  eye: Eye,
  column: number,
  row: number,
): void {
  const { x, y, height } = relief;
  const corner = (j: number, i: number): Corner => [x[j], y[i], height[i * x.length + j]];
  const [right, above] = [column + 1, row + 1];
  const near = [corner(column, row), corner(right, row)];
  const whole = [...near, corner(right, above), corner(column, above)];
  if (whole.some(([, , h]) => Number.isNaN(h))) return;
  const face = underRim(whole);
  if (face.length < 3) return;
  const points = face.flatMap(([a, b, h]) => project(eye, a, b, h));
  const below = turned(points) > 0;
  const shade = shadeOf(whole);
  const key = 2 * shade + Number(below);
  let batch = found.get(key);
  if (batch === undefined) found.set(key, (batch = { rings: [], shade, below }));
  batch.rings.push(...points, points[0], points[1], NaN, NaN);
}

/** The part of a face that lies below the rim, at height 1. */
function underRim(face: readonly Corner[]): Corner[] {
  if (face.every(([, , h]) => h <= 1)) return [...face];
  const kept: Corner[] = [];
  face.forEach((here, i) => {
    const next = face[(i + 1) % face.length];
    if (here[2] <= 1) kept.push(here);
    if (here[2] <= 1 === next[2] <= 1) return;
    const share = (1 - here[2]) / (next[2] - here[2]);
    kept.push([here[0] + share * (next[0] - here[0]), here[1] + share * (next[1] - here[1]), 1]);
  });
  return kept;
}

/** Light from the upper left and a little more with the height, in STEPS shades. */
function shadeOf([a, b, c, d]: readonly Corner[]): number {
  const across = (b[2] + c[2] - a[2] - d[2]) / 2 / (b[0] - a[0]);
  const up = (d[2] + c[2] - a[2] - b[2]) / 2 / (d[1] - a[1]);
  const light = (0.5 * across - 0.35 * up + 0.8) / Math.hypot(across, up, 1);
  const middle = Math.min((a[2] + b[2] + c[2] + d[2]) / 4, 1);
  const dark = 0.5 - 0.45 * light + 0.45 * middle;
  return Math.max(0, Math.min(STEPS - 1, Math.round(dark * (STEPS - 1))));
}

/** Twice the area of a ring, positive where it runs clockwise on the screen. */
function turned(points: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < points.length; i += 2) {
    const next = (i + 2) % points.length;
    sum += points[i] * points[next + 1] - points[next] * points[i + 1];
  }
  return sum;
}

/** The fills of the shades, from the lightest to the darkest. */
export function fillsOf(palette: Palette): string[] {
  return Array.from({ length: STEPS }, (_, i) =>
    mixed(palette.raised, palette.notice, 0.05 + (0.4 * i) / (STEPS - 1)),
  );
}

/** Between two colours #rrggbb: 0 is the first, 1 the second. */
export function mixed(one: string, other: string, share: number): string {
  const part = (from: number): string => {
    const [a, b] = [one, other].map((colour) => parseInt(colour.slice(from, from + 2), 16));
    return Math.round(a + share * (b - a))
      .toString(16)
      .padStart(2, "0");
  };
  return `#${part(1)}${part(3)}${part(5)}`;
}

/** Ways over the plan in shares of its half-width: a face must not hide its own path. */
const FIRST = 0.1;
const STRIDE = 0.05;
const CLEAR = 0.015;

/** Whether the surface stands between a point on it and the eye. */
export function hidden(relief: Relief, eye: Eye, x: number, y: number, height: number): boolean {
  // towards the eye, over the plan: down the depth
  const [dx, dy] = [-eye.sine, -eye.cosine];
  const rise = eye.tiltSine / Math.max(eye.tiltCosine, 1e-6) / eye.lift;
  for (let way = FIRST; way < 3; way += STRIDE) {
    const [a, b] = [x + way * dx, y + way * dy];
    const ray = height + way * rise;
    if (ray > 1 || Math.abs(a) > 1 || Math.abs(b) > 1) return false;
    const wall = heightAt(relief, a, b);
    if (wall <= 1 && wall > ray + CLEAR) return true;
  }
  return false;
}
