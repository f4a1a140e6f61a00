/** NaN or overflow: where it began, and what led to it. */
import type { Remedy } from "../../wire/record";
import { readable, whole } from "../readable";
import { remedy, type Answer } from "./answer";
import type { Reading } from "./reading";

const GREW = 100;
const HUGE = 1e100;

export function nonFinite(reading: Reading): Answer {
  if (reading.whole()) return "clear";
  const first = reading.finite();
  const step = reading.trace.step[first]!;
  const evidence: { [name: string]: number } = { step };
  let before = "";
  if (first > 0) {
    const loss = reading.trace.loss[first - 1]!;
    evidence["last_finite_loss"] = loss;
    before = `; the last finite loss was ${readable(loss)}`;
  }
  const growth = reading.growth();
  if (growth !== null) evidence["growth_per_step"] = growth;
  return {
    code: "non_finite",
    severity: "error",
    title: "Not finite: NaN or overflow",
    because: `${whatBroke(reading)} at step ${whole(step)}${ledToIt(reading)}${before}`,
    evidence,
    remedies: [mend(reading)],
  };
}

function grew(reading: Reading): boolean {
  const loss = reading.losses();
  const last = reading.lastLoss();
  const far = loss.length > 1 && last > GREW * Math.abs(loss[0]!);
  const huge = loss.length > 1 && Math.abs(last) > HUGE;
  return reading.growth() !== null || far || huge;
}

function ledToIt(reading: Reading): string {
  const growth = reading.growth();
  const loss = reading.losses();
  if (growth !== null) {
    return `, after the loss had grown by a factor of ${readable(growth)} a step`;
  }
  if (grew(reading)) {
    return `, after the loss had grown in size, from ${readable(loss[0]!)} at first`;
  }
  if (loss.length === 0) return ", the first one recorded";
  if (loss.length === 1) return ", after a single finite row";
  return Math.abs(reading.lastLoss()) <= Math.abs(loss[0]!) ? ", without growing before" : "";
}

function mend(reading: Reading): Remedy {
  if (grew(reading)) return remedy("lower the learning rate: it overflowed from growth");
  if (reading.finite() === 0) {
    return remedy("look at the start and at the data: one of them is outside the domain");
  }
  return remedy(
    "look at the parameters of the last finite row: a logarithm, a root or a division " +
      "leaves its domain there, or the data hold such a value",
  );
}

function whatBroke(reading: Reading): string {
  const { trace } = reading;
  const row = reading.finite();
  const tables: [string, readonly number[]][] = [
    ["the loss", [trace.loss[row]!]],
    ["the gradient", trace.gradient[row]!],
    ["the parameters", trace.params[row]!],
  ];
  for (const [name, values] of tables) {
    if (values.every(Number.isFinite)) continue;
    return `${name} became ${values.some(Number.isNaN) ? "NaN" : "infinite"}`;
  }
  return "a value became not finite";
}
