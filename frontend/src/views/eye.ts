import type { Size } from "./view";

/** How a box of half-width 1 and height `lift` is seen, without perspective. */
export interface Eye {
  readonly sine: number;
  readonly cosine: number;
  readonly tiltSine: number;
  readonly tiltCosine: number;
  readonly scale: number;
  readonly middleX: number;
  readonly middleY: number;
  readonly lift: number;
}

const LIFT = 1.15;
const ASIDE = 44;
const ABOVE = 30;
const BELOW = 42;

/** The eye turned about the vertical axis and lifted, in degrees; the box fills the picture. */
export function eyeOf(turn: number, tilt: number, size: Size): Eye {
  const [about, up] = [(turn * Math.PI) / 180, (tilt * Math.PI) / 180];
  const [tiltSine, tiltCosine] = [Math.sin(up), Math.cos(up)];
  const [width, height] = [size.width - 2 * ASIDE, size.height - ABOVE - BELOW];
  const tall = 2 * Math.SQRT2 * tiltSine + LIFT * tiltCosine;
  const scale = Math.max(Math.min(width / (2 * Math.SQRT2), height / tall), 1);
  const middleY = ABOVE + height / 2 + (scale * LIFT * tiltCosine) / 2;
  return {
    sine: Math.sin(about),
    cosine: Math.cos(about),
    tiltSine,
    tiltCosine,
    scale,
    middleX: size.width / 2,
    middleY,
    lift: LIFT,
  };
}

/** Pixels of a point: x and y in -1..1, height in 0..1. */
export function project(eye: Eye, x: number, y: number, height: number): [number, number] {
  const across = x * eye.cosine - y * eye.sine;
  const depth = x * eye.sine + y * eye.cosine;
  return [
    eye.middleX + eye.scale * across,
    eye.middleY - eye.scale * (depth * eye.tiltSine + height * eye.lift * eye.tiltCosine),
  ];
}
