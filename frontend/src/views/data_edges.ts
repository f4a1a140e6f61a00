import type { Pen } from "../pen/pen";
import { type DataPicture, MANY } from "./data_picture";
import type { Frame } from "./frame";
import type { Scene } from "./scene";
import { shadesOf } from "./shades";

/** A small triangle at the edge for every prediction that lies above or below the picture. */
export function drawStrayed(pen: Pen, scene: Scene, picture: DataPicture, frame: Frame): void {
  const { record, palette, row } = scene;
  const many = picture.x.length > MANY;
  const half = many ? 2.5 : 3.5;
  const shade = shadesOf(record, palette.shades)[row];
  picture.predicted.forEach((value, i) => {
    const [x, y] = [frame.x(picture.x[i]), frame.y(value)];
    const way = y < frame.top ? -1 : y > frame.bottom ? 1 : 0;
    if (way === 0 || Number.isNaN(x) || x < frame.left || x > frame.right) return;
    const edge = way < 0 ? frame.top + 1 : frame.bottom - 1;
    const foot = edge - way * 1.7 * half;
    const fill = picture.kind === "truth" && record.fit?.held[i] ? palette.accent : shade;
    pen.area([x, edge, x - half, foot, x + half, foot], { fill, opacity: many ? 0.55 : 0.85 });
  });
}
