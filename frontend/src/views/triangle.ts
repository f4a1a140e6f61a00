import type { Pen, TextStyle } from "../pen/pen";
import type { Labels, Place } from "./labels";
import type { Scene } from "./scene";
import { pixelSlope, type Sight } from "./sight";
import { told } from "./told";

/** Rise over run, of the secant where there is one, else of the tangent. */
export function drawTriangle(pen: Pen, labels: Labels, scene: Scene, sight: Sight): void {
  const { frame, profile, second, slope, height } = sight;
  const run = second?.run ?? niceRun(sight);
  if (run === null) return;
  const rise = second?.rise ?? run * slope;
  const colour = second === null ? scene.palette.ink : scene.palette.accent;
  const ends = [0, 1].map((k) => [frame.x(profile.here + k * run), frame.y(height + k * rise)]);
  // the tangent's run is always told from left to right; the secant's from the first point
  if (second === null && run < 0) ends.reverse();
  const [[x, y], [far, end]] = ends;
  const { left, top, right, bottom } = frame;
  pen.within(left, top, right - left, bottom - top, () => {
    pen.area([x, y, far, y, far, end], { fill: colour, opacity: 0.09 });
    pen.line([x, y, far, y, far, end], { stroke: colour, width: 1, opacity: 0.7 });
  });
  const sign = second === null ? Math.sign(run) : 1;
  const style: TextStyle = { fill: colour, size: 11, halo: scene.palette.raised, figures: true };
  labels.put(`rise ${told(sign * rise)}`, risePlaces(x, y, far, end), style);
  labels.put(`run ${told(sign * run)}`, runPlaces(x, y, far, end), style);
}

/**
 * A run of 1, 2 or 5 and tenfolds whose triangle is easy to see, null where none is; below 0 for
 * a triangle that ends at the point. There it is clear of a bowl where the slope is positive.
 */
function niceRun(sight: Sight): number | null {
  const { frame, across, profile, slope } = sight;
  const steepness = Math.abs(pixelSlope(sight, slope));
  const widest = 0.18 * (frame.right - frame.left);
  const most = Math.min(widest, (0.36 * (frame.bottom - frame.top)) / Math.max(steepness, 1e-12));
  if (!(most >= 3) || steepness * most < 4) return null;
  const unit = (frame.right - frame.left) / (across.high - across.low);
  const [x, y] = [frame.x(profile.here), frame.y(sight.height)];
  const fits = (run: number): boolean => {
    const [far, end] = [x + run * unit, y + Math.abs(run) * unit * steepness];
    return far > frame.left + 8 && far < frame.right - 8 && end < frame.bottom - 30;
  };
  const runs = [most, most / 2.5, most / 5].map((pixels) => rounded(pixels / unit));
  const way = slope > 0 ? -1 : 1;
  const best = runs.map((run) => way * run).find(fits) ?? runs.map((run) => -way * run).find(fits);
  return best ?? way * runs[1];
}

function rounded(wanted: number): number {
  const power = Math.floor(Math.log10(wanted));
  const digit = [5, 2, 1].find((nice) => nice <= (wanted / 10 ** power) * (1 + 1e-9)) ?? 1;
  return Number(`${digit}e${power}`);
}

/** Beside the upright side of a triangle, best first. */
function risePlaces(x: number, y: number, far: number, end: number): Place[] {
  const out = Math.sign(far - x);
  const [away, back] = out > 0 ? (["left", "right"] as const) : (["right", "left"] as const);
  return [
    ...[0.5, 0.25, 0.75, 0].map((share): Place => ({
      x: far + out * 7,
      y: y + share * (end - y),
      align: away,
    })),
    { x: x - out * 10, y: (y + end) / 2, align: back },
  ];
}

/** Beside the level side of a triangle, best first. */
function runPlaces(x: number, y: number, far: number, end: number): Place[] {
  const over = end < y ? 1 : -1;
  const middle = (x + far) / 2;
  return [
    { x: middle, y: y + over * 10, align: "center" },
    { x: middle, y: y + over * 22, align: "center" },
    { x, y: y + over * 10, align: far > x ? "right" : "left" },
    { x: middle, y: y - over * 10, align: "center" },
  ];
}
