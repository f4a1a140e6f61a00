import type { Scene } from "../views/scene";
import type { View } from "../views/view";
import { button, make } from "./dom";
import { icon } from "./icons";
import { download, pngOf, svgOf } from "./save";

/** A small menu that saves a view as it is shown now; title: of the page, for the file's name. */
export function saveMenu(view: View, title: string, scene: () => Scene | null): HTMLElement {
  const name = `${title}-${view.name}`;
  const svg = button("SVG", () => {
    const now = scene();
    if (now !== null) download(`${name}.svg`, svgOf(view, now, title), "image/svg+xml");
  });
  const png = button("PNG", () => {
    const now = scene();
    if (now !== null)
      void pngOf(view, now, title).then((blob) => download(`${name}.png`, blob, "image/png"));
  });
  const summary = make("summary", {
    class: "icon quiet",
    "aria-label": `save: ${view.title}`,
    title: "Save this picture",
  });
  summary.append(icon("save"));
  const menu = make(
    "details",
    { class: "menu" },
    summary,
    make("div", { class: "menu-list" }, svg, png),
  );
  menu.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node) || !menu.contains(event.relatedTarget))
      menu.open = false;
  });
  return menu;
}
