import { counted } from "../numerics/readable";
import type { Scene } from "./scene";

/** Whether the loop's slopes are those of a few rows, and not of J itself. */
export function isBatched({ setting, record }: Scene): boolean {
  return setting.batch !== null || record.loss_of === "batch";
}

/** Whose slopes the loop goes by, or "" where they are those of all rows. */
export function batchWords(scene: Scene): string {
  if (!isBatched(scene)) return "";
  const { batch } = scene.setting;
  const rows = batch === null ? "a batch" : `this step's batch of ${counted(batch, "row")}`;
  return `The slopes of ${rows}, not of all of them:`;
}
