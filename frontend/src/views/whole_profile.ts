import { curveOf } from "../numerics/curve";
import type { Num, Profile } from "../wire/record";
import type { Scene } from "./scene";

const POINTS = 301;
const MARGIN = 1.15;
/** Reaches that a window has, and their tenfolds, so that it stays still from step to step. */
const REACHES = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
/** A path that spans so much of its distance from 0 is shown with 0 in the middle. */
const WIDE = 0.3;

interface Curved {
  readonly key: string;
  readonly t: readonly number[];
  readonly loss: readonly Num[];
}

/** The last few windows: a step more on the same curve asks for the same again. */
const kept = new Map<string, Curved>();
const REMEMBERED = 8;

/**
 * The same profile in a window that holds the path so far, and of what is to come all that goes
 * no higher, so that the curve of one
 * parameter stands still while the point moves on it and its steps are seen to shrink or grow.
 */
export function wholeProfile(scene: Scene, profile: Profile): Profile {
  const window = windowOf(scene, profile);
  if (window === null) return profile;
  const { t, loss } = curved(scene.setting.expression, window);
  return t.length < 2 ? profile : { ...profile, t, loss };
}

function windowOf({ record, row }: Scene, profile: Profile): [number, number] | null {
  const minimum = record.facts.minimum?.[0] ?? null;
  const seen = [profile.here, profile.next, minimum];
  const past = record.loss.slice(0, row + 1);
  const worst = past.reduce<number>((a, b) => Math.max(a, b ?? a), -Infinity);
  record.params?.forEach((params, i) => {
    if (i <= row || (record.loss[i] ?? Infinity) <= worst) seen.push(params[0]);
  });
  const finite = seen.filter((w): w is number => w !== null && Number.isFinite(w));
  const low = finite.reduce((a, b) => Math.min(a, b));
  const high = finite.reduce((a, b) => Math.max(a, b));
  const far = Math.max(Math.abs(low), Math.abs(high));
  if (!(far > 0) || !(far < 1e150)) return null;
  if (high - low > WIDE * far) return [-reaching(far), reaching(far)];
  if (!(high > low)) return null;
  const [middle, half] = [(low + high) / 2, reaching((high - low) / 2)];
  return [middle - half, middle + half];
}

function reaching(far: number): number {
  const wanted = MARGIN * far;
  const ten = 10 ** Math.floor(Math.log10(wanted));
  return ten * (REACHES.find((reach) => reach * ten >= wanted) ?? 10);
}

/** J over a window, without the ends where the curve is not defined. */
function curved(expression: string, [low, high]: readonly [number, number]): Curved {
  const key = [low, high, expression].join(" ");
  const found = kept.get(key);
  if (found !== undefined) return found;
  const { value } = curveOf(expression);
  const t = Array.from({ length: POINTS }, (_, i) => low + ((high - low) * i) / (POINTS - 1));
  const loss = t.map((w): Num => {
    const j = value([w]);
    return Number.isFinite(j) ? j : null;
  });
  const defined = loss.flatMap((j, i) => (j === null ? [] : [i]));
  const [from, to] = [defined[0] ?? 0, (defined[defined.length - 1] ?? -1) + 1];
  const made = { key, t: t.slice(from, to), loss: loss.slice(from, to) };
  kept.set(key, made);
  if (kept.size > REMEMBERED) kept.delete(kept.keys().next().value ?? "");
  return made;
}
