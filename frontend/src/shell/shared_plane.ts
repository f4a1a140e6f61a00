import type { DescentRecord, Num, Plane } from "../wire/record";

const placed = new WeakMap<DescentRecord, { plane: Plane; moved: DescentRecord }>();

/**
 * The other record with its path put into the plane of the shown one, so that both can be seen
 * in one picture; as it is where that cannot be worked out.
 */
export function inPlaneOf(record: DescentRecord, other: DescentRecord): DescentRecord {
  const { plane } = record;
  if (plane === null || plane.axes === null || plane.whole || other.params === null) return other;
  if (plane.axes.origin.length !== other.names.length) return other;
  const known = placed.get(other);
  if (known !== undefined && known.plane === plane) return known.moved;
  const along = (direction: readonly number[]): Num[] =>
    (other.params ?? []).map((params) => coordinate(params, plane.axes?.origin ?? [], direction));
  const path = { path_x: along(plane.axes.across), path_y: along(plane.axes.up) };
  const moved = { ...other, plane: { ...plane, ...path } };
  placed.set(other, { plane, moved });
  return moved;
}

function coordinate(
  params: readonly Num[],
  origin: readonly number[],
  direction: readonly number[],
): Num {
  let sum = 0;
  for (let i = 0; i < params.length; i++) {
    const value = params[i];
    if (value === null) return null;
    sum += (value - origin[i]) * direction[i];
  }
  return sum;
}
