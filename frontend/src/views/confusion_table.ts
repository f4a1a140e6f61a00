import type { Pen, TextStyle } from "../pen/pen";
import { counted } from "../numerics/readable";
import type { Confusion } from "./confusion";
import { heldOut } from "./example";
import type { Scene } from "./scene";
import type { Plot } from "./threshold_layout";
import { told } from "./told";
import { fitted, wrapped } from "./wrap";

const ROW = 36;
const HEADS = 36;

/** The four counts as a table, each cell with the colour of its bars, and the costs in words. */
export function drawCounts(pen: Pen, scene: Scene, counts: Confusion, table: Plot): void {
  const { palette } = scene;
  const [no, yes] = counts.classes;
  const names = Math.min(92, (table.right - table.left) * 0.27);
  const wide = (table.right - table.left - names) / 2;
  const head = (over: string, name: string, left: number, top: number, room: number): void => {
    const small: TextStyle = { fill: palette.muted, size: 11, baseline: "middle" };
    const style: TextStyle = { fill: palette.ink, size: 12, baseline: "middle" };
    pen.text(left, top + 10, over, small);
    pen.text(left, top + 25, fitted(pen, name, room, style), style);
  };
  [no, yes].forEach((name, j) => {
    head("decided", name, table.left + names + j * wide, table.top, wide - 8);
  });
  const cells = [
    {
      name: yes,
      row: [
        { count: counts.missed, word: "missed", colour: palette.error },
        { count: counts.found, word: "found", colour: palette.accent },
      ],
    },
    {
      name: no,
      row: [
        { count: counts.letBe, word: "let be", colour: palette.rule },
        { count: counts.falseAlarms, word: "false alarms", colour: palette.warning },
      ],
    },
  ];
  cells.forEach(({ name, row }, i) => {
    const top = table.top + HEADS + i * ROW;
    pen.line([table.left, top, table.right, top], { stroke: palette.line });
    head("in truth", name, table.left, top, names - 8);
    row.forEach((one, j) => drawCell(pen, scene, one, [table.left + names + j * wide, top, wide]));
  });
  drawCost(pen, scene, counts, { ...table, top: table.top + HEADS + 2 * ROW });
}

interface Cell {
  readonly count: number;
  readonly word: string;
  readonly colour: string;
}

function drawCell(
  pen: Pen,
  { palette }: Scene,
  one: Cell,
  [left, top, wide]: readonly [number, number, number],
): void {
  pen.box(left, top + 8, 3, ROW - 16, { fill: one.colour });
  const heavy = { size: 14, weight: 600, figures: true } as const;
  const number: TextStyle = { ...heavy, fill: palette.ink, baseline: "middle" };
  const words = told(one.count);
  pen.text(left + 9, top + ROW / 2, words, number);
  const beside = left + 9 + Math.max(pen.measure(words, number) + 7, 25);
  const style: TextStyle = { fill: palette.muted, size: 12, baseline: "middle" };
  pen.text(beside, top + ROW / 2, fitted(pen, one.word, left + wide - beside, style), style);
}

function drawCost(pen: Pen, scene: Scene, counts: Confusion, table: Plot): void {
  const { palette } = scene;
  pen.line([table.left, table.top, table.right, table.top], { stroke: palette.line });
  let top = table.top + 10;
  const width = table.right - table.left;
  costWords(scene, counts).forEach((sentence, i) => {
    const look = { size: 12, baseline: "top", figures: true } as const;
    const style: TextStyle =
      i === 0 ? { ...look, fill: palette.ink, weight: 600 } : { ...look, fill: palette.muted };
    for (const line of wrapped(pen, sentence, width, style)) {
      pen.text(table.left, top, line, style);
      top += 17;
    }
  });
}

/** What the errors cost at the threshold, where they would cost least, and of which rows. */
function costWords(scene: Scene, counts: Confusion): string[] {
  const [alarm, miss] = scene.look.costs.map((cost) => told(cost));
  const sum = `${told(counts.falseAlarms)} · ${alarm} + ${told(counts.missed)} · ${miss}`;
  const best =
    counts.cost === counts.leastCost
      ? "No threshold is cheaper for these rows."
      : `The cheapest threshold for these rows is ${told(counts.cheapest, 3)}: cost ${told(counts.leastCost)}.`;
  const believed = `If the probabilities were exact, it would be ${told(counts.believed, 3)}.`;
  const which = `Counted on ${countedOn(scene, counts)}.`;
  return [`Cost ${sum} = ${told(counts.cost)}`, `${best} ${believed}`, which];
}

/** Which rows, and of how many where they are a sample. */
export function countedOn({ record }: Scene, { rows, held }: Confusion): string {
  const { fit } = record;
  if (fit === null || fit.total <= fit.rows.length) {
    return `${counted(rows, "row")}${held ? " held out" : ", the ones it learns from"}`;
  }
  const all = held ? heldOut(fit) : fit.total;
  const of = all === null || all <= rows ? "the rows" : `the ${counted(all, "row")}`;
  return `${told(rows)} of ${of} ${held ? "held out" : "it learns from"}`;
}
