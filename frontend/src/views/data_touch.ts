import { rowAt } from "./rows";
import type { Num } from "../wire/record";
import { dataPicture, tableRow } from "./data_picture";
import { predictionOf, scoreOf } from "./example";
import { frameOf } from "./frame";
import type { Scene } from "./scene";
import type { Grip, Size } from "./view";

const HOLD = 12;
const REACH = 24;
/** Lines as close as this, in pixels, are one line. */
const SAME = 0.5;

/** Every row of a line that the page works out itself can be dragged, within the picture. */
export function rowGrips(scene: Scene, size: Size): Grip[] {
  const { record, setting, table, touchable } = scene;
  const picture =
    touchable && table !== null && setting.what === "table" ? dataPicture(scene) : null;
  if (picture?.kind !== "curve") return [];
  const frame = frameOf(size, picture.across, picture.up);
  const classes = record.fit?.classes.length === 2;
  return picture.x.map((x, i) => {
    const row = tableRow(scene, i);
    const drag: Grip["drag"] = (pixelX, pixelY) => {
      const shown = frame.x.invert(Math.min(Math.max(pixelX, frame.left), frame.right));
      const across = shown * picture.unit;
      const up = frame.y.invert(Math.min(Math.max(pixelY, frame.top), frame.bottom));
      const others = setting.moved.filter((each) => each[0] !== row);
      return { setting: { moved: [...others, [row, across, classes ? Math.round(up) : up]] } };
    };
    return { x: frame.x(x), y: frame.y(picture.y[i]), reach: HOLD, drag };
  });
}

/** The row of the record whose line passes nearest to the pointer; of equal lines the shown one. */
export function findLine(scene: Scene, size: Size, x: number, y: number): number | null {
  const { record, look } = scene;
  const { fit, params } = record;
  const picture = dataPicture(scene);
  if (fit === null || params === null || fit.curve_x.length < 2) return null;
  if (picture?.kind !== "curve") return null;
  const frame = frameOf(size, picture.across, picture.up);
  if (x < frame.left || x > frame.right || y < frame.top || y > frame.bottom) return null;
  const place = placeOf(fit.curve_x, frame.x.invert(x) * picture.unit);
  const [x0, x1] = [0, 1].map((i) => frame.x(fit.curve_x[place + i] / picture.unit));
  const height = (theta: readonly Num[], i: number): number =>
    frame.y(predictionOf(fit.link, scoreOf(fit, theta, fit.curve_design[i])));
  const away = params.map((theta) => {
    const y0 = height(theta, place);
    const steepness = (height(theta, place + 1) - y0) / (x1 - x0);
    return Math.abs(y0 + steepness * (x - x0) - y) / Math.hypot(1, steepness);
  });
  const shown = rowAt(record, look.at);
  let best = shown;
  away.forEach((distance, row) => {
    if (distance < away[best] - SAME || Number.isNaN(away[best])) best = row;
  });
  return away[best] <= REACH ? best : null;
}

/** The stretch of a rising grid that a number lies in: the place of its lower end. */
function placeOf(grid: readonly number[], at: number): number {
  let place = 0;
  while (place < grid.length - 2 && grid[place + 1] < at) place += 1;
  return place;
}
