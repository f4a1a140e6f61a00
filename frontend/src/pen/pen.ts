/** What a view draws with: five things, on a canvas or into an SVG. */
export interface Pen {
  /** A line through points x0, y0, x1, y1, ...; a NaN ends one piece and begins another. */
  line(points: ArrayLike<number>, style: Style): void;
  /** The same, closed and filled. */
  area(points: ArrayLike<number>, style: Style): void;
  circle(x: number, y: number, radius: number, style: Style): void;
  box(
    x: number,
    y: number,
    width: number,
    height: number,
    style: Style & { radius?: number },
  ): void;
  text(x: number, y: number, words: string, style: TextStyle): void;
  /** Draw only within a box. */
  within(x: number, y: number, width: number, height: number, draw: () => void): void;
  /** How wide the words are, in pixels. */
  measure(words: string, style: TextStyle): number;
}

export interface Style {
  stroke?: string;
  fill?: string;
  /** Of the stroke, in pixels; 1. */
  width?: number;
  dash?: readonly number[];
  opacity?: number;
}

export interface TextStyle {
  fill: string;
  /** In pixels; 12. */
  size?: number;
  weight?: 400 | 600;
  align?: "left" | "center" | "right";
  baseline?: "top" | "middle" | "bottom" | "alphabetic";
  /** A colour around the letters, so that they can be read over lines. */
  halo?: string;
  /** Numbers of equal width. */
  figures?: boolean;
  /** Degrees, about (x, y). */
  turned?: number;
}
