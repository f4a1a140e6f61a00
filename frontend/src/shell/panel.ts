import type { Act, Control } from "../controls/control";
import { cleanPen } from "../pen/canvas";
import type { Scene } from "../views/scene";
import type { Grip, Size, View } from "../views/view";
import { button, make, mark } from "./dom";
import { icon } from "./icons";
import { saveMenu } from "./save_menu";

/** A view in its frame: drawn, listened to, saved. */
export interface Panel {
  readonly view: View;
  readonly element: HTMLElement;
  draw(scene: Scene): void;
  /** The label for who cannot see it; put off while things move. */
  describe(scene: Scene): void;
}

/** What a panel tells the page. */
export interface Ears {
  readonly act: Act;
  hover(row: number | null): void;
  enlarge(element: HTMLElement): void;
}

/** feet: controls that belong to this view alone, under it. */
export function panelOf(view: View, title: string, ears: Ears, feet: readonly Control[]): Panel {
  const canvas = make("canvas", { role: "img", "aria-label": view.title });
  const large = button("", () => ears.enlarge(element), {
    class: "icon quiet",
    "aria-label": `enlarge: ${view.title}`,
    title: "Enlarge",
  });
  large.append(icon("large"));
  const saved = saveMenu(view, title, () => now);
  const element = make(
    "section",
    { class: "panel", "data-view": view.name, "aria-label": view.title },
    make("header", {}, make("h2", {}, view.title), saved, large),
    canvas,
    make("div", { class: "feet" }, ...feet.map((each) => each.element)),
  );
  let size: Size = { width: 0, height: 0 };
  let now: Scene | null = null;
  const panel: Panel = {
    view,
    element,
    draw(scene) {
      now = scene;
      element.hidden = !view.suits(scene);
      const width = element.hidden ? 0 : canvas.clientWidth;
      if (width === 0) return;
      size = { width, height: Math.round(width * (view.shapeAt?.(width, scene) ?? view.shape)) };
      if (element.classList.contains("enlarged"))
        size = { width, height: Math.min(size.height, 0.72 * window.innerHeight) };
      const height = `${size.height}px`;
      if (canvas.style.height !== height) canvas.style.height = height;
      view.draw(cleanPen(canvas, size.width, size.height), scene, size);
    },
    describe(scene) {
      if (!element.hidden) mark(canvas, "aria-label", view.label(scene));
    },
  };
  listen(
    canvas,
    view,
    () => now,
    () => size,
    ears,
  );
  return panel;
}

function listen(
  canvas: HTMLCanvasElement,
  view: View,
  scene: () => Scene | null,
  size: () => Size,
  ears: Ears,
): void {
  let grip: Grip | null = null;
  let place = -1;
  let turning = false;
  const nearest = (now: Scene, x: number, y: number): number => {
    const grips = view.grips?.(now, size()) ?? [];
    let best = -1;
    let least = Infinity;
    grips.forEach((each, i) => {
      const away = Math.hypot(each.x - x, each.y - y);
      if (away <= each.reach && away < least) [best, least] = [i, away];
    });
    return best;
  };
  canvas.addEventListener("pointerdown", (event) => {
    const now = scene();
    if (now === null || event.button !== 0) return;
    place = nearest(now, event.offsetX, event.offsetY);
    grip = place < 0 ? null : (view.grips?.(now, size())[place] ?? null);
    turning = grip === null && view.turn !== undefined;
    if (grip === null && !turning) return;
    canvas.setPointerCapture(event.pointerId);
    ears.hover(null);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    const now = scene();
    if (now === null) return;
    if (grip !== null) {
      // its scales may have changed under it
      if (!grip.steady) grip = view.grips?.(now, size())[place] ?? grip;
      ears.act(grip.drag(event.offsetX, event.offsetY));
    } else if (turning && view.turn !== undefined) {
      ears.act(view.turn(now, event.movementX, event.movementY));
    } else {
      const near = nearest(now, event.offsetX, event.offsetY) >= 0;
      canvas.style.cursor = near || view.turn !== undefined ? "grab" : "default";
      ears.hover(near ? null : (view.find?.(now, size(), event.offsetX, event.offsetY) ?? null));
    }
  });
  const release = (): void => {
    grip = null;
    turning = false;
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => {
    if (grip === null) ears.hover(null);
  });
  // a finger on a grip drags it; anywhere else it scrolls the page
  canvas.addEventListener(
    "touchstart",
    (event) => {
      const now = scene();
      const box = canvas.getBoundingClientRect();
      const touch = event.touches[0];
      if (now !== null && nearest(now, touch.clientX - box.left, touch.clientY - box.top) >= 0)
        event.preventDefault();
    },
    { passive: false },
  );
}
