import type { Pen } from "../pen/pen";
import type { Spot } from "./draped";
import type { Eye } from "./eye";
import { mixed } from "./mesh";

const RADIUS = 8;

/** A ball lit from the upper left, resting on the surface in its own shadow. */
export function drawMarble(pen: Pen, spot: Spot, eye: Eye, shade: string): void {
  const opacity = spot.hidden ? 0.45 : 1;
  const y = spot.y - RADIUS * Math.max(eye.tiltCosine, 0.25);
  pen.area(ellipse(spot.x + 2, spot.y + 1, RADIUS, RADIUS * Math.max(eye.tiltSine, 0.3)), {
    fill: "#000000",
    opacity: 0.22 * opacity,
  });
  pen.circle(spot.x, y, RADIUS, { fill: mixed(shade, "#000000", 0.4), opacity });
  pen.circle(spot.x - 0.7, y - 0.8, RADIUS * 0.86, { fill: shade, opacity });
  const lit = mixed(shade, "#ffffff", 0.3);
  pen.circle(spot.x - 1.7, y - 2, RADIUS * 0.52, { fill: lit, opacity: 0.8 * opacity });
  pen.circle(spot.x - 2.6, y - 3, RADIUS * 0.22, { fill: "#ffffff", opacity: 0.9 * opacity });
}

function ellipse(x: number, y: number, wide: number, high: number): number[] {
  return Array.from({ length: 24 }, (_, i) => (i * Math.PI) / 12).flatMap((angle) => [
    x + wide * Math.cos(angle),
    y + high * Math.sin(angle),
  ]);
}
