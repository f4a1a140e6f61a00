import { readable } from "../numerics/readable";
import { canvasPen } from "../pen/canvas";
import { type Heading, svgPen } from "../pen/svg";
import type { Scene } from "../views/scene";
import type { Size, View } from "../views/view";

const SAVED: Size = { width: 720, height: 540 };

/** A view as an SVG document; page: what the page shows. */
export function svgOf(view: View, scene: Scene, page: string): string {
  const { width, height } = sized(view, scene);
  const heading = headingOf(view, scene, page);
  const title = `${view.title}: ${view.label(scene)}`;
  const pen = svgPen(width, height, title, scene.palette.raised, heading);
  view.draw(pen, scene, { width, height });
  return pen.finish();
}

/** A view as a PNG, three pixels to each of the SVG's. */
export async function pngOf(view: View, scene: Scene, page: string): Promise<Blob> {
  const size = sized(view, scene);
  const heading = headingOf(view, scene, page);
  const canvas = document.createElement("canvas");
  canvas.width = 3 * size.width;
  canvas.height = 3 * (size.height + heading.height);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("this browser has no canvas to draw on");
  context.scale(3, 3);
  context.lineJoin = "round";
  context.lineCap = "round";
  context.fillStyle = scene.palette.raised;
  context.fillRect(0, 0, size.width, size.height + heading.height);
  const pen = canvasPen(context);
  pen.text(14, heading.height / 2 + 5, heading.words, {
    fill: heading.fill,
    size: 14,
    weight: 600,
  });
  context.translate(0, heading.height);
  view.draw(pen, scene, size);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png");
  });
}

/** What the picture shows, at which learning rate and step. */
function headingOf(view: View, scene: Scene, page: string): Heading {
  const { record, row, palette } = scene;
  const rate = record.rate[row];
  const parts = [page, view.title, `iteration ${record.step[row].toLocaleString("en")}`];
  if (rate !== null) parts.push(`α = ${readable(rate)}`);
  return { words: parts.join(" · "), fill: palette.ink, height: 40 };
}

function sized(view: View, scene: Scene): Size {
  const width = view.shape < 0.5 ? 1.6 * SAVED.width : SAVED.width;
  return { width, height: width * (view.shapeAt?.(width, scene) ?? view.shape) };
}

/** The record as CSV: the columns that `steepest diagnose` reads. */
export function csvOf(scene: Scene): string {
  const { record } = scene;
  const places = record.names.map((_, i) => i);
  const head = ["step", "loss", "learning_rate"];
  if (record.validation) head.push("val_loss");
  if (record.params) head.push(...places.map((i) => `w_${i}`));
  if (record.gradient) head.push(...places.map((i) => `g_${i}`));
  const rows = record.step.map((step, k) => {
    const cells: (number | null)[] = [step, record.loss[k], record.rate[k]];
    if (record.validation) cells.push(record.validation[k]);
    if (record.params) cells.push(...record.params[k]);
    if (record.gradient) cells.push(...record.gradient[k]);
    return cells.map((cell) => (cell === null ? "nan" : String(cell))).join(",");
  });
  return `${head.join(",")}\n${rows.join("\n")}\n`;
}

/** Hand a file to the reader. */
export function download(name: string, content: Blob | string, type: string): void {
  const link = document.createElement("a");
  const address = URL.createObjectURL(
    content instanceof Blob ? content : new Blob([content], { type }),
  );
  link.href = address;
  link.download = name.replace(/[^\w.-]+/g, "-");
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
