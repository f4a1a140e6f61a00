import type { Pen, Style, TextStyle } from "./pen";
import { FONT } from "./font";

/** A pen that draws on a canvas, whose context is scaled to CSS pixels. */
export function canvasPen(context: CanvasRenderingContext2D): Pen {
  const traced = (points: ArrayLike<number>): void => {
    context.beginPath();
    let down = false;
    for (let i = 0; i + 1 < points.length; i += 2) {
      const x = points[i];
      const y = points[i + 1];
      if (Number.isNaN(x) || Number.isNaN(y)) down = false;
      else if (down) context.lineTo(x, y);
      else {
        context.moveTo(x, y);
        down = true;
      }
    }
  };
  const inked = (style: Style): void => {
    context.globalAlpha = style.opacity ?? 1;
    if (style.fill !== undefined) {
      context.fillStyle = style.fill;
      context.fill();
    }
    if (style.stroke !== undefined) {
      context.strokeStyle = style.stroke;
      context.lineWidth = style.width ?? 1;
      context.setLineDash(style.dash ? [...style.dash] : []);
      context.stroke();
    }
    context.globalAlpha = 1;
  };
  return {
    line(points, style) {
      traced(points);
      inked(style);
    },
    area(points, style) {
      traced(points);
      context.closePath();
      inked(style);
    },
    circle(x, y, radius, style) {
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      inked(style);
    },
    box(x, y, width, height, style) {
      context.beginPath();
      context.roundRect(x, y, width, height, style.radius ?? 0);
      inked(style);
    },
    text(x, y, words, style) {
      context.font = fontOf(style);
      context.textAlign = style.align ?? "left";
      context.textBaseline = style.baseline ?? "alphabetic";
      context.save();
      context.translate(x, y);
      if (style.turned) context.rotate((style.turned * Math.PI) / 180);
      if (style.halo !== undefined) {
        context.strokeStyle = style.halo;
        context.lineWidth = 4;
        context.lineJoin = "round";
        context.setLineDash([]);
        context.strokeText(words, 0, 0);
      }
      context.fillStyle = style.fill;
      context.fillText(words, 0, 0);
      context.restore();
    },
    within(x, y, width, height, draw) {
      context.save();
      context.beginPath();
      context.rect(x, y, width, height);
      context.clip();
      draw();
      context.restore();
    },
    measure(words, style) {
      context.font = fontOf(style);
      return context.measureText(words).width;
    },
  };
}

function fontOf(style: TextStyle): string {
  return `${style.weight ?? 400} ${style.size ?? 12}px ${FONT}`;
}

/** A canvas of so many CSS pixels at the screen's own resolution, and a pen on it, wiped clean. */
export function cleanPen(canvas: HTMLCanvasElement, width: number, height: number): Pen {
  const dense = Math.min(globalThis.devicePixelRatio || 1, 3);
  const [across, down] = [Math.round(width * dense), Math.round(height * dense)];
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
  }
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("this browser has no canvas to draw on");
  context.setTransform(dense, 0, 0, dense, 0, 0);
  context.clearRect(0, 0, width, height);
  context.lineJoin = "round";
  context.lineCap = "round";
  return canvasPen(context);
}
