import { FONT } from "./font";
import type { Pen, Style, TextStyle } from "./pen";

/** A pen that writes an SVG document; `finish` closes it. */
export interface SvgPen extends Pen {
  finish(): string;
}

/** What stands above a saved picture: words, their colour, and how high the room for them is. */
export interface Heading {
  readonly words: string;
  readonly fill: string;
  readonly height: number;
}

/**
 * An SVG of so many pixels and a heading above, with a title for readers who cannot see it. Text is escaped; the
 * document holds no script, no style sheet and no reference to anything outside.
 */
export function svgPen(
  width: number,
  height: number,
  title: string,
  paper: string,
  heading: Heading,
): SvgPen {
  const above = heading.height;
  const parts: string[] = [];
  let clips = 0;
  const shape = (name: string, attributes: string, style: Style): void => {
    parts.push(`<${name} ${attributes}${inked(style)}/>`);
  };
  return {
    line(points, style) {
      shape("path", `d="${traced(points)}"`, style);
    },
    area(points, style) {
      shape("path", `d="${traced(points)}Z"`, style);
    },
    circle(x, y, radius, style) {
      shape("circle", `cx="${short(x)}" cy="${short(y)}" r="${short(radius)}"`, style);
    },
    box(x, y, w, h, style) {
      const round = style.radius ? ` rx="${short(style.radius)}"` : "";
      shape(
        "rect",
        `x="${short(x)}" y="${short(y)}" width="${short(w)}" height="${short(h)}"${round}`,
        style,
      );
    },
    text(x, y, words, style) {
      parts.push(written(x, y, words, style));
    },
    within(x, y, w, h, draw) {
      const id = `clip-${(clips += 1)}`;
      parts.push(
        `<clipPath id="${id}"><rect x="${short(x)}" y="${short(y)}" width="${short(w)}" height="${short(h)}"/></clipPath>`,
        `<g clip-path="url(#${id})">`,
      );
      draw();
      parts.push("</g>");
    },
    measure(words, style) {
      return words.length * (style.size ?? 12) * 0.6;
    },
    finish() {
      return (
        `<svg xmlns="http://www.w3.org/2000/svg" width="${short(width)}" height="${short(height + above)}" ` +
        `viewBox="0 0 ${short(width)} ${short(height + above)}" font-family="${escaped(FONT)}" ` +
        `stroke-linejoin="round" stroke-linecap="round"><title>${escaped(title)}</title>` +
        `<rect width="100%" height="100%" fill="${escaped(paper)}"/>` +
        written(14, above / 2 + 5, heading.words, { fill: heading.fill, size: 14, weight: 600 }) +
        `<g transform="translate(0 ${short(above)})">${parts.join("")}</g></svg>`
      );
    },
  };
}

function traced(points: ArrayLike<number>): string {
  let path = "";
  let down = false;
  for (let i = 0; i + 1 < points.length; i += 2) {
    if (!Number.isFinite(points[i]) || !Number.isFinite(points[i + 1])) {
      down = false;
      continue;
    }
    path += `${down ? "L" : "M"}${short(points[i])} ${short(points[i + 1])}`;
    down = true;
  }
  return path;
}

function inked(style: Style): string {
  let text = ` fill="${escaped(style.fill ?? "none")}"`;
  if (style.stroke !== undefined) {
    text += ` stroke="${escaped(style.stroke)}" stroke-width="${short(style.width ?? 1)}"`;
    if (style.dash) text += ` stroke-dasharray="${style.dash.map(short).join(" ")}"`;
  }
  return style.opacity === undefined ? text : `${text} opacity="${short(style.opacity)}"`;
}

const ANCHORS = { left: "start", center: "middle", right: "end" } as const;
const BASELINES = { top: "0.9em", middle: "0.34em", bottom: "-0.2em", alphabetic: "0" } as const;

function written(x: number, y: number, words: string, style: TextStyle): string {
  const anchor = ANCHORS[style.align ?? "left"];
  const halo = style.halo
    ? ` stroke="${escaped(style.halo)}" stroke-width="4" paint-order="stroke"`
    : "";
  const turned = style.turned ? ` transform="rotate(${style.turned} ${short(x)} ${short(y)})"` : "";
  return (
    `<text x="${short(x)}" y="${short(y)}" dy="${BASELINES[style.baseline ?? "alphabetic"]}" ` +
    `font-size="${style.size ?? 12}" font-weight="${style.weight ?? 400}" text-anchor="${anchor}" ` +
    `fill="${escaped(style.fill)}"${halo}${turned}>${escaped(words)}</text>`
  );
}

function short(number: number): string {
  return Number.isFinite(number) ? String(Math.round(number * 100) / 100) : "0";
}

function escaped(words: string): string {
  return words.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
