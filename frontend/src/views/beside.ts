import type { Style } from "../pen/pen";
import { rowAt } from "./rows";
import type { Palette } from "../wire/palette";
import type { DescentRecord } from "../wire/record";
import type { Scene } from "./scene";

/** How the run laid under the shown one is drawn, in every view. */
export function besideStyle(palette: Palette): Style {
  return { stroke: palette.muted, width: 1.5, dash: [5, 4] };
}

/** The row of the other record at the shown step; null where it begins only later. */
export function besideRow({ record, beside, row }: Scene): number | null {
  if (beside === null || beside.step.length === 0 || beside.step[0] > record.step[row]) return null;
  return rowAt(beside, record.step[row]);
}

/** Whether the parameters of two records mean the same, so that they may share one picture. */
export function sameCoordinates(one: DescentRecord, other: DescentRecord): boolean {
  if (one.names.join() !== other.names.join()) return false;
  const labels = ({ plane }: DescentRecord): string => `${plane?.x_label} ${plane?.y_label}`;
  if (labels(one) !== labels(other)) return false;
  if (one.fit === null || other.fit === null) return one.fit === other.fit;
  const [designs, others] = [one.fit.design, other.fit.design];
  // a point that was dragged in one of them differs, so one row of some is enough
  return designs.some((terms, i) => others[i]?.every((value, j) => value === terms[j]));
}
