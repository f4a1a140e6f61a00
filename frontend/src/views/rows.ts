import type { Scene } from "./scene";
import type { DescentRecord } from "../wire/record";

/** The last row of a record that is not after a step. */
export function rowAt(record: DescentRecord, step: number): number {
  let low = 0;
  let high = record.step.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (record.step[middle] <= step) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The scene at the step that its profile is of, which Python may have worked out a little late. */
export function atProfile(scene: Scene): Scene {
  const { profile, record, row } = scene;
  if (profile === null || record.step[row] === profile.step) return scene;
  return { ...scene, row: rowAt(record, profile.step) };
}
