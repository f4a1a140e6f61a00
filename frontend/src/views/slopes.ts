import type { DescentRecord, Num } from "../wire/record";
import { batchWords } from "./batch";
import { rowsTrained } from "./example";
import { layerGradients } from "./layer_words";
import type { Scene } from "./scene";
import { symbol, told } from "./told";

const WRITTEN_OUT = 4;

/** Which parameters are written out: all of a few, of many the ones with the steepest slopes. */
export function writtenOut(record: DescentRecord, row: number): number[] {
  const places = record.names.map((_, j) => j);
  const slopes = record.gradient?.[row];
  if (places.length <= WRITTEN_OUT || !slopes) return places.slice(0, WRITTEN_OUT);
  const steep = (j: number): number => Math.abs(slopes[j] ?? Infinity);
  return places.sort((i, j) => steep(j) - steep(i)).slice(0, WRITTEN_OUT);
}

/** The slopes at the shown row and which way each sends its parameter. */
export function gradientWords(scene: Scene): string[] {
  const { record, row } = scene;
  const slopes = record.gradient?.[row];
  if (!slopes) return [layerGradients(scene) ?? "The record holds no gradients."];
  const places = writtenOut(record, row);
  const plain = record.rule === "gradient_descent";
  const last = row >= record.step.length - 1;
  const goes = plain ? (last ? "would go" : "goes") : "is pushed";
  const words = places.map((j) => slopeWords(symbol(record.names[j]), slopes[j], goes));
  const more = record.names.length - places.length;
  if (more > 0) words.push(`These are the steepest; ${more} more are flatter.`);
  return [batchWords(scene), ...words, faultWords(scene)].filter((line) => line !== "");
}

function slopeWords(name: string, slope: Num, goes: string): string {
  const value = `∂J/∂${name} = ${told(slope)}`;
  if (slope === null || !Number.isFinite(slope)) return `${value}: there is no way down to read.`;
  const it = [...name].length > 2 ? "it" : name;
  if (slope === 0) return `${value}: flat${goes === "goes" ? `, so ${it} stays` : ""}.`;
  const [sign, way] = slope > 0 ? ["positive", "down"] : ["negative", "up"];
  return `${value}: ${sign}, so ${it} ${goes} ${way}.`;
}

function faultWords(scene: Scene): string {
  const { setting, record } = scene;
  const last = symbol(scene.record.names[scene.record.names.length - 1]);
  if (setting.bug === "sign") return "The fault: every sign is flipped, so the loop climbs.";
  if (setting.bug === "bias") return `The fault: ∂J/∂${last} is never worked out.`;
  if (setting.bug === "factor") {
    const m = rowsTrained(scene);
    return `The fault: 1/m is missing, so every slope is ${told(m)} times too large.`;
  }
  // a fault of the plain rule only: no other updates one parameter after the other
  if (setting.bug !== "order" || record.rule !== "gradient_descent") return "";
  return "The fault: each slope is taken where those before it have moved to.";
}
