import type { Num, Profile } from "../wire/record";
import { type Axis, type Frame, frameOf } from "./frame";
import type { Scene } from "./scene";
import { symbol } from "./told";
import type { Size } from "./view";
import { wholeProfile } from "./whole_profile";

/** The second point of the secant, and what lies between it and the first. */
export interface Second {
  readonly t: number;
  readonly loss: number;
  readonly run: number;
  readonly rise: number;
  readonly slope: number;
}

/** What the slope view shows, before it is drawn. */
export interface Sight {
  readonly frame: Frame;
  readonly across: Axis;
  readonly up: Axis;
  readonly profile: Profile;
  /** J at the point; NaN where it is none. */
  readonly height: number;
  /** That of the tangent; NaN where there is none. */
  readonly slope: number;
  readonly second: Second | null;
  /** dJ/dt as the loop has it, or null where it is not known; equal to profile.slope if right. */
  readonly believed: number | null;
  /** Whether the loop's slope is another than that of the cost, so that one can see it. */
  readonly mistaken: boolean;
}

/** Kept free under the curve, in pixels, for the step's arrow and its words. */
const FLOOR = 34;
const ROOM = 0.05;
const NEAREST = 4;
/** Parts of the height that its limits are rounded to. */
const GRID = 8;
const HUGE = 1e300;

/** The slope view of a scene at a size; null without a profile. */
export function sightOf(scene: Scene, size: Size): Sight | null {
  if (scene.profile === null || scene.profile.t.length < 2) return null;
  const profile = isCurve(scene) ? wholeProfile(scene, scene.profile) : scene.profile;
  const low = profile.t[0];
  const high = profile.t[profile.t.length - 1];
  const across: Axis = { low, high, label: axisName(scene, profile.along) };
  const [floor, ceiling] = isCurve(scene) ? heights(profile) : calm(heights(profile));
  const up: Axis = { low: floor, high: ceiling, label: named(scene, profile) };
  const frame = frameOf(size, across, up);
  const foot = Math.max(frame.bottom - FLOOR, frame.top + 10);
  const slope = profile.slope ?? NaN;
  const believed = believedSlope(scene, profile);
  return {
    // no tick of J in the band that is kept free
    frame: { ...frame, y: frame.y.copy().range([foot, frame.top]) },
    across,
    up,
    profile,
    height: profile.height ?? NaN,
    slope,
    second: secondOf(profile, scene.look.secant),
    believed,
    mistaken: believed !== null && differ(believed, slope, (ceiling - floor) / (high - low)),
  };
}

/** Whether J is one curve that all iterates lie on. */
export function isCurve(scene: Scene): boolean {
  return scene.setting.what === "curve" && scene.record.names.length === 1;
}

/** J at a position, by a cubic through the four nearest: exact on a parabola; NaN outside. */
function lossAt(profile: Profile, t: number): number {
  const { t: at, loss } = profile;
  const last = at.length - 1;
  if (!(t >= at[0] && t <= at[last])) return NaN;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (at[middle] <= t) low = middle;
    else high = middle;
  }
  const start = Math.max(0, Math.min(low - 1, last - 3));
  const near = loss.slice(start, start + 4);
  if (near.length === 4 && near.every((value) => value !== null)) return cubic(at, loss, start, t);
  return straight(at[low], loss[low], at[high], loss[high], t);
}

function cubic(at: readonly number[], loss: readonly Num[], start: number, t: number): number {
  let sum = 0;
  for (let i = start; i < start + 4; i++) {
    let weight = 1;
    for (let j = start; j < start + 4; j++) if (j !== i) weight *= (t - at[j]) / (at[i] - at[j]);
    sum += weight * (loss[i] ?? NaN);
  }
  return sum;
}

function straight(a: number, atA: Num, b: number, atB: Num, t: number): number {
  if (t === a) return atA ?? NaN;
  return (atA ?? NaN) + (((atB ?? NaN) - (atA ?? NaN)) * (t - a)) / (b - a);
}

/** The second point at a share of the window's width, turned round where the window ends. */
function secondOf(profile: Profile, share: number): Second | null {
  if (share === 0 || profile.height === null) return null;
  const low = profile.t[0];
  const high = profile.t[profile.t.length - 1];
  const wanted = share * (high - low);
  const inside = Math.min(Math.max(profile.here + wanted, low), high) - profile.here;
  const run = Math.abs(inside) < Math.abs(wanted) / NEAREST ? -wanted : inside;
  const t = Math.min(Math.max(profile.here + run, low), high);
  const loss = lossAt(profile, t);
  if (!Number.isFinite(loss) || t === profile.here) return null;
  const rise = loss - profile.height;
  return { t, loss, run: t - profile.here, rise, slope: rise / (t - profile.here) };
}

/**
 * Limits of J: the middle of its values with the point and the next, half of that to spare, so
 * that a steep end does not press all the rest flat.
 */
function heights(profile: Profile): [number, number] {
  const sorted = profile.loss.filter((j): j is number => j !== null && Number.isFinite(j));
  if (sorted.length === 0) return [0, 1];
  sorted.sort((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.round(share * (sorted.length - 1))];
  const ends = [profile.height, lossAt(profile, profile.next ?? NaN)].filter(
    (j): j is number => j !== null && Number.isFinite(j),
  );
  const low = Math.min(quantile(0.1), ...ends);
  const high = Math.max(quantile(0.85), ...ends);
  const spare = 0.7 * (high - low);
  const floor = Math.max(sorted[0], low - spare);
  const ceiling = Math.min(sorted[sorted.length - 1], high + spare);
  const flat = Math.max(Math.abs(floor) * 0.1, 0.5);
  const room = ceiling > floor ? ROOM * (ceiling - floor) : flat;
  return [floor - room, ceiling + room];
}

/** The same limits a little wider, on a coarse grid: of most steps in a row the same. */
function calm([low, high]: [number, number]): [number, number] {
  const size = high - low;
  if (!(size > 0) || !(size < HUGE)) return [low, high];
  const height = 2 ** (Math.ceil(2 * Math.log2((GRID * size) / (GRID - 1))) / 2);
  const unit = height / GRID;
  const floor = unit * Math.floor(low / unit);
  return [floor, floor + height];
}

function axisName({ record }: Scene, along: string): string {
  if (along === "the gradient") return "distance along the gradient, downhill to the right";
  const { plane } = record;
  const place = record.names.indexOf(along);
  const labels = plane?.whole === true ? [plane.x_label, plane.y_label] : [];
  return labels[place] ?? symbol(along);
}

function named({ record }: Scene, profile: Profile): string {
  if (record.names.length === 1) return "J";
  if (profile.along === "the gradient") return "J along the gradient";
  if (record.names.length > 2) return "J, the others held";
  return `J, ${symbol(record.names.find((name) => name !== profile.along) ?? "the other")} held`;
}

/** Along a parameter its entry of the gradient; along the gradient what the step itself says. */
function believedSlope(scene: Scene, profile: Profile): number | null {
  const { record, row } = scene;
  const place = record.names.indexOf(profile.along);
  if (place >= 0) return record.gradient?.[row]?.[place] ?? null;
  const rate = record.rate[row];
  if (record.rule !== "gradient_descent" || profile.next === null || !rate) return null;
  return (profile.here - profile.next) / rate;
}

/** Whether two slopes part by more than rounding, and by more than a hair in the window. */
function differ(one: number, other: number, steepness: number): boolean {
  const apart = Math.abs(one - other);
  return apart > 1e-3 * Math.max(Math.abs(one), Math.abs(other)) && apart > 4e-3 * steepness;
}

/** Pixels down for a pixel right; from the spans, since places far off have lost their digits. */
export function pixelSlope({ frame, across, up }: Sight, slope: number): number {
  const [foot, head] = frame.y.range();
  const rising = (foot - head) / (up.high - up.low);
  const running = (frame.right - frame.left) / (across.high - across.low);
  return -slope * (rising / running);
}
