import type { Look } from "../state/state";
import type { Palette } from "../wire/palette";
import type { DescentRecord, Profile } from "../wire/record";
import type { Setting } from "../wire/setting";
import type { TableData } from "../wire/setup";

/** All that a view may look at: values only, worked out before any view is drawn. */
export interface Scene {
  readonly setting: Setting;
  readonly look: Look;
  readonly record: DescentRecord;
  /** The run laid under it, or the branch; null where there is none. */
  readonly beside: DescentRecord | null;
  /** The row of `record` that is shown (look.at, or the row under the pointer). */
  readonly row: number;
  /** The row under the pointer in any view, or null. */
  readonly hover: number | null;
  readonly table: TableData | null;
  readonly palette: Palette;
  /** J along the line of the slope view, at `row`; null while Python works it out. */
  readonly profile: Profile | null;
  /** Whether Python can be asked for what is not there. */
  readonly reachable: boolean;
  /** Whether points may be dragged: the page computes this setting itself. */
  readonly touchable: boolean;
}
