import { inOwnUnits } from "../numerics/record";
import { curveAt } from "./data_lines";
import { type DataPicture, dataPicture } from "./data_picture";
import { type Frame, frameOf } from "./frame";
import type { Scene } from "./scene";
import { told } from "./told";

/** What has to be said because it cannot be seen, or "". */
export function outside(scene: Scene, picture: DataPicture, frame: Frame): string {
  const { record, row } = scene;
  if (record.params === null) return "no parameters were recorded";
  const { fit } = record;
  if (fit === null) return "";
  if (record.params[row].includes(null)) return "the parameters are not finite numbers any more";
  if (fit.classes.length === 2) return "";
  if (picture.kind !== "curve") return strayed(picture);
  const curve = curveAt(record, fit, row, picture.unit, frame);
  let [above, below] = [0, 0];
  for (let i = 1; i < curve.length; i += 2) {
    if (curve[i] < frame.top) above += 2;
    else if (curve[i] > frame.bottom) below += 2;
  }
  if (curve.length === 0 || above + below < curve.length - 2) return "";
  const line = fit.terms.length === 1 && fit.link === "identity" ? "line" : "curve";
  if (above > 0 && below > 0) return `the ${line} is steeper than this picture can show`;
  return `the ${line} is ${above > 0 ? "above" : "below"} this picture`;
}

function strayed({ predicted, up }: DataPicture): string {
  const out = predicted.filter((value) => !(value >= up.low && value <= up.high)).length;
  if (out === 0) return "";
  return `${told(out)} of ${told(predicted.length)} predictions lie outside`;
}

/** The picture in a sentence, with the line as the axis has it. */
export function dataInWords(scene: Scene): string {
  const { record, row } = scene;
  const picture = dataPicture(scene);
  const { fit } = record;
  if (picture === null || fit === null) return "There are no rows to draw.";
  const held = fit.held.filter((each) => each).length;
  const rows = `${told(fit.truth.length)} rows${held > 0 ? `, ${told(held)} of them held out` : ""}`;
  const truth = picture.kind === "truth";
  const shown = truth
    ? `predicted against true ${fit.target}`
    : `${fit.target} against ${picture.across.label}`;
  const said = `${rows}: ${shown}, and the model at step ${told(record.step[row])}`;
  const frame = frameOf({ width: 340, height: 252 }, picture.across, picture.up);
  const out = outside(scene, picture, frame);
  return `${said}${equation(scene, picture)}${out === "" ? "" : `; ${out}`}.`;
}

function equation({ record, row, setting, table }: Scene, picture: DataPicture): string {
  const { fit, params } = record;
  const theta = params?.[row];
  if (fit === null || theta === undefined || theta.includes(null)) return "";
  if (picture.kind !== "curve" || fit.link !== "identity" || !fit.intercept) return "";
  if (fit.terms.length !== 1 || setting.what !== "table" || table === null) return "";
  const [w, b] = inOwnUnits(setting, table, theta as readonly number[]);
  const slope = w * picture.unit;
  return `, ${fit.target} = ${told(slope)} x ${b < 0 ? "-" : "+"} ${told(Math.abs(b))}`;
}
