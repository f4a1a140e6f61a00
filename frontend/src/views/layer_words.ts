import type { Layers, Num } from "../wire/record";
import type { Scene } from "./scene";
import { percent, told } from "./told";

/** The column of a step; 0 before the first. */
export function columnAt(layers: Layers, step: number): number {
  let at = 0;
  while (at + 1 < layers.step.length && layers.step[at + 1] <= step) at += 1;
  return at;
}

/** Two layers by name, with their numbers. */
export interface Extremes {
  readonly most: readonly [string, number];
  readonly least: readonly [string, number];
}

/** The layers with the largest and the smallest number at a step; null where none is known. */
export function extremes(
  layers: Layers,
  values: readonly (readonly Num[])[],
  step: number,
): Extremes | null {
  const at = columnAt(layers, step);
  const known = layers.names.flatMap((name, i): [string, number][] => {
    const value = values[i][at];
    return value === null ? [] : [[name, value]];
  });
  if (known.length === 0) return null;
  known.sort((a, b) => b[1] - a[1]);
  return { most: known[0], least: known[known.length - 1] };
}

/** How far the layers of a watched network go at the shown step; null where nobody looked. */
export function layerUpdates({ record, row }: Scene): string | null {
  const { layers } = record;
  const found = layers && extremes(layers, layers.ratio, record.step[row]);
  if (!found) return null;
  const rate = record.rate[row] === null ? "" : `With α = ${told(record.rate[row])} layer `;
  const [name, share] = found.most;
  const words = `${rate || "Layer "}${name} moves by ${percent(share)} of its size`;
  const [other, least] = found.least;
  if (name === other) return `${words}.`;
  return `${words}, the most, and ${other} ${least === 0 ? "not at all" : `by ${percent(least)}, the least`}.`;
}

/** How steep its layers are; null where nobody looked. */
export function layerGradients({ record, row }: Scene): string | null {
  const { layers } = record;
  const found = layers && extremes(layers, layers.gradient, record.step[row]);
  if (!found) return null;
  const words = `The norm of the gradient is ${told(found.most[1], 3)} in ${found.most[0]}`;
  if (found.most[0] === found.least[0]) return `${words}.`;
  return `${words}, the largest, and ${told(found.least[1], 3)} in ${found.least[0]}, the smallest.`;
}
