import type { Change } from "../state/state";
import type { Frame } from "./frame";
import type { Scene } from "./scene";
import { isCurve, pixelSlope, type Sight, sightOf } from "./sight";
import type { Grip, Size } from "./view";

/** So near to the first point, in pixels, the second snaps onto it: the tangent. */
const SNAP = 6;
/** How far out on the tangent the knob waits that draws out the secant. */
const KNOB = 46;

/** The second point of the secant, or the knob that draws it out; and the start of a curve. */
export function gripsOf(scene: Scene, size: Size): Grip[] {
  const sight = sightOf(scene, size);
  if (sight === null || !Number.isFinite(sight.height + sight.slope)) return [];
  const { frame } = sight;
  const [, [x, y]] = marksOf(sight);
  const grips: Grip[] = [{ x, y, reach: 16, drag: (to) => secantTo(sight, to) }];
  const start = isCurve(scene) && scene.touchable ? startOf(scene) : null;
  if (start !== null && onto(frame, start[1])) {
    const [w, loss] = start;
    const [x, y] = [frame.x(w), frame.y(loss)];
    grips.push({ x, y, reach: 14, steady: true, drag: (to) => startTo(sight, to) });
  }
  return grips;
}

/** Pixels of the point and of the second one, or of the knob that draws it out. */
export function marksOf(sight: Sight): [number, number][] {
  const { frame, profile, second, height } = sight;
  const other: [number, number] =
    second === null ? knobOf(sight) : [frame.x(second.t), frame.y(second.loss)];
  return [[frame.x(profile.here), frame.y(height)], other];
}

/** Where the handle of the secant waits on the tangent, away from the triangle if there is room. */
function knobOf(sight: Sight): [number, number] {
  const { frame, profile, height, slope } = sight;
  const [x, y] = [frame.x(profile.here), frame.y(height)];
  const steepness = pixelSlope(sight, slope);
  const across = KNOB / Math.hypot(1, steepness);
  const fits = (side: number): boolean => {
    const [to, at] = [x + side * across, y + side * across * steepness];
    const level = at > frame.top + 6 && at < frame.bottom - 34;
    return level && to > frame.left + 6 && to < frame.right - 6;
  };
  const first = slope > 0 ? 1 : -1;
  const side = fits(first) ? first : -first;
  return [x + side * across, y + side * across * steepness];
}

/** Whether a height lies in the picture. */
export function onto(frame: Frame, loss: number): boolean {
  const y = frame.y(loss);
  return y >= frame.top - 1 && y <= frame.bottom + 1;
}

function secantTo({ frame, profile }: Sight, x: number): Change {
  const away = Math.min(Math.max(x, frame.left), frame.right) - frame.x(profile.here);
  const share = Math.abs(away) < SNAP ? 0 : away / (frame.right - frame.left);
  return { look: { secant: Math.round(share * 1e4) / 1e4 } };
}

/** Rounded to what a pixel can tell, so that the link stays short. */
function startTo({ frame, across }: Sight, x: number): Change {
  const w = frame.x.invert(Math.min(Math.max(x, frame.left), frame.right));
  const pixel = (across.high - across.low) / (frame.right - frame.left);
  const fine = 10 ** Math.floor(Math.log10(pixel));
  return { setting: { start: [Number((Math.round(w / fine) * fine).toPrecision(12))] } };
}

function startOf(scene: Scene): [number, number] | null {
  const w = scene.record.params?.[0]?.[0] ?? null;
  const loss = scene.record.loss[0] ?? null;
  return w === null || loss === null ? null : [w, loss];
}
