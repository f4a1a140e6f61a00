import type { DescentRecord } from "../wire/record";
import { told } from "./told";

/** At which step something leaves a picture, and is back; "" where it stays. out: k rows. */
export function leaving(record: DescentRecord, out: readonly boolean[], who: string): string {
  const left = out.indexOf(true);
  if (left < 0) return "";
  const back = out.indexOf(false, left);
  const again = back < 0 ? "" : `, and is back at step ${told(record.step[back])}`;
  return `${who} leaves this picture at step ${told(record.step[left])}${again}`;
}
