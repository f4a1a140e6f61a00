const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  first: "M5 5v14M19 5l-10 7 10 7z",
  back: "M17 5l-11 7 11 7z",
  play: "M7 4l13 8-13 8z",
  pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
  on: "M7 5l11 7-11 7z",
  last: "M19 5v14M5 5l10 7-10 7z",
  undo: "M9 7H15a5 5 0 0 1 0 10H8M9 7l4-4M9 7l4 4",
  redo: "M15 7H9a5 5 0 0 0 0 10h7M15 7l-4-4M15 7l-4 4",
  large: "M4 10V4h6M20 14v6h-6M4 4l7 7M20 20l-7-7",
  save: "M12 4v11M7 11l5 5 5-5M4 20h16",
  good: "M5 13l4.5 4.5L19 7",
  info: "M12 11v5.5M12 7.6v.3M21 12a9 9 0 1 1-18 0a9 9 0 0 1 18 0z",
  warning: "M12 4L2.5 20h19zM12 10v4.5M12 17v.3",
  error: "M6 6l12 12M18 6L6 18",
} as const;

/** The name of an icon. */
export type Icon = keyof typeof PATHS;

const FILLED: ReadonlySet<Icon> = new Set(["first", "back", "play", "pause", "on", "last"]);

/** A small picture that stands beside words, never alone: readers of the page do not hear it. */
export function icon(name: Icon): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("sign", FILLED.has(name) ? "filled" : "drawn");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
