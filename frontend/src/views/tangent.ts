import type { Style } from "../pen/pen";
import { isBatched } from "./batch";
import type { Frame } from "./frame";
import type { Labels, Place } from "./labels";
import type { Scene } from "./scene";
import { pixelSlope, type Sight } from "./sight";
import { told } from "./told";

/** One of the straight lines through the point, and its name. */
export interface Named {
  readonly line: readonly number[];
  readonly style: Style;
  readonly words: string;
}

/** The tangent, last so that it lies on top; the secant; the slope that the loop believes. */
export function linesOf(scene: Scene, sight: Sight): Named[] {
  const { palette } = scene;
  const { second, slope } = sight;
  const lines: Named[] = [];
  const add = (line: readonly number[], words: string, style: Style): void => {
    lines.push({ line, words, style });
  };
  if (second !== null) {
    const words = `secant: slope ${told(second.slope)}`;
    add(lineThrough(sight, second.slope, second.t), words, { stroke: palette.accent, width: 1.75 });
  }
  if (sight.mistaken && sight.believed !== null) {
    // a batch's slope is no mistake: it is what those rows say
    const batched = isBatched(scene);
    const whose = batched ? "this batch's" : "what the loop believes";
    const words = `${whose}: slope ${told(sight.believed)}`;
    const stroke = batched ? palette.accent : palette.error;
    const style = { stroke, width: 1.75, dash: [6, 4] };
    add(lineThrough(sight, sight.believed), words, style);
  }
  const width = second === null ? 1.75 : 1.25;
  const whose = sight.mistaken && isBatched(scene) ? "tangent, all rows" : "tangent";
  add(lineThrough(sight, slope), `${whose}: slope ${told(slope)}`, { stroke: palette.ink, width });
  return lines;
}

/** A line of so much slope through the point, to both sides as far as is good to see. */
function lineThrough(sight: Sight, slope: number, beyond = sight.profile.here): number[] {
  const { frame, profile, height } = sight;
  const x = frame.x(profile.here);
  const y = frame.y(height);
  const steepness = pixelSlope(sight, slope);
  const long = Math.hypot(1, steepness);
  const [wide, tall] = [frame.right - frame.left, frame.bottom - frame.top];
  const reach = (0.34 * Math.min(wide, 1.5 * tall)) / long;
  const other = frame.x(beyond);
  const low = Math.min(x - reach, other - 18 / long);
  const high = Math.max(x + reach, other + 18 / long);
  return [low, y + steepness * (low - x), high, y + steepness * (high - x)];
}

/** Each line is named at its own end. */
export function nameLine(labels: Labels, scene: Scene, sight: Sight, named: Named): void {
  const { line, style, words } = named;
  const fill = style.stroke ?? scene.palette.ink;
  const halo = scene.palette.raised;
  const written = { fill, size: 12, weight: 600, halo, figures: true } as const;
  labels.put(words, endsOf(sight, line), written, true);
}

/** Places beside both ends of a line, as far as they lie in the picture. */
function endsOf({ frame }: Sight, [x0, y0, x1, y1]: readonly number[]): Place[] {
  const places: Place[] = [];
  for (const [x, y, fromX, fromY] of [
    [x1, y1, x0, y0],
    [x0, y0, x1, y1],
  ]) {
    const [at, down] = cut(frame, x, y, fromX, fromY);
    for (const way of [-1, 1]) {
      places.push(
        { x: at + 8, y: down + way * 9, align: "left" },
        { x: at - 8, y: down + way * 9, align: "right" },
        { x: at, y: down + way * 15, align: "center" },
      );
    }
  }
  return places;
}

/** The end (x, y) drawn back along its line to the frame. */
function cut(frame: Frame, x: number, y: number, fromX: number, fromY: number): [number, number] {
  let share = 1;
  const limit = (from: number, to: number, low: number, high: number): void => {
    if (to > high) share = Math.min(share, (high - from) / (to - from));
    if (to < low) share = Math.min(share, (low - from) / (to - from));
  };
  limit(fromX, x, frame.left + 4, frame.right - 4);
  limit(fromY, y, frame.top + 8, frame.bottom - 30);
  return [fromX + share * (x - fromX), fromY + share * (y - fromY)];
}
