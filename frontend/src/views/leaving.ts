import type { DescentRecord } from "../wire/record";
import { told } from "./told";

/** At which step something first leaves a picture; "" where it stays. out: k rows. */
export function leaving(record: DescentRecord, out: readonly boolean[], who: string): string {
  const left = out.indexOf(true);
  if (left < 0) return "";
  return `${who} leaves this picture at step ${told(record.step[left])}`;
}
