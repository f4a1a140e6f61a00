import type { Pen } from "../pen/pen";
import type { Change } from "../state/state";
import type { Scene } from "./scene";

/** The size of a view in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Something that can be taken hold of with the pointer. */
export interface Grip {
  readonly x: number;
  readonly y: number;
  /** How near is near enough, in pixels. */
  readonly reach: number;
  /** Keep this very grip to the end of a drag: the drag moves the scales that it reads. */
  readonly steady?: boolean;
  /** What becomes of the state when it is dragged to (x, y). */
  drag(x: number, y: number): Change;
}

/**
 * One picture of a scene. Drawing is pure: the same scene and size give the same picture, on
 * the screen as in a saved SVG. A new view is one file like this and one line in `views/all.ts`.
 */
export interface View {
  readonly name: string;
  readonly title: string;
  /** Height over width. */
  readonly shape: number;
  /** Height over width at a width in pixels, of a view that is laid out anew when it is narrow,
   * or that is as high as what it has to hold. */
  shapeAt?(width: number, scene: Scene): number;
  /** Whether there is something to draw; a view without is not shown. */
  suits(scene: Scene): boolean;
  draw(pen: Pen, scene: Scene, size: Size): void;
  /** The picture in a sentence with its numbers, for who cannot see it. */
  label(scene: Scene): string;
  grips?(scene: Scene, size: Size): Grip[];
  /** The row of the record nearest to the pointer, or null where none is near. */
  find?(scene: Scene, size: Size, x: number, y: number): number | null;
  /** The pointer turns the picture (the bowl): dx, dy in pixels. */
  turn?(scene: Scene, dx: number, dy: number): Change;
}
