/** A function of one variable as something to descend on: the smallest case there is. */
import { jetAt, parse, type Expression } from "./expression";
import type { Known, Problem } from "./problem";
import { quadratic } from "./tree";

export interface Curve extends Problem {
  readonly expression: Expression;
}

/** The curve of a text; throws a Refusal where `parse` does. */
export function curveOf(text: string): Curve {
  const expression = parse(text);
  return {
    expression,
    names: [expression.variable],
    known: parabola(expression),
    value: (params) => jetAt(expression, params[0]!).value,
    gradient: (params) => [jetAt(expression, params[0]!).slope],
    hessian: (params) => [[jetAt(expression, params[0]!).curvature]],
  };
}

/** Where c + b·w + a·w² with a > 0 has its one minimum; nothing for other functions. */
function parabola(expression: Expression): Known {
  const found = quadratic(expression.tree);
  if (found === null || !(found[2] > 0)) return {};
  const [c, b, a] = found;
  return { minimum: [-b / (2 * a)], minimumLoss: c - (b * b) / (4 * a) };
}
