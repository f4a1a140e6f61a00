/** A function of one variable as a tree of plain values, as `steepest.objective.tree`. */
import * as jets from "./jet";
import { FUNCTIONS, type Jet } from "./jet";

export type Operator = "+" | "-" | "*" | "/" | "**";

export type Node =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "variable" }
  | { readonly kind: "negative"; readonly operand: Node }
  | {
      readonly kind: "binary";
      readonly operator: Operator;
      readonly left: Node;
      readonly right: Node;
    }
  | { readonly kind: "call"; readonly name: string; readonly argument: Node };

/** Coefficients (c, b, a) of c + b·x + a·x². */
export type Quadratic = readonly [number, number, number];

/** Value, slope and curvature of the tree, where the variable is the jet x. */
export function jetOf(node: Node, x: Jet): Jet {
  switch (node.kind) {
    case "number":
      return { value: node.value, slope: 0, curvature: 0 };
    case "variable":
      return x;
    case "negative":
      return jets.negate(jetOf(node.operand, x));
    case "call":
      return FUNCTIONS[node.name]!(jetOf(node.argument, x));
    case "binary":
      return node.operator === "**" ? powerOf(node.left, node.right, x) : arithmetic(node, x);
  }
}

function powerOf(base: Node, exponent: Node, x: Jet): Jet {
  if (exponent.kind === "number") return jets.powerToConstant(jetOf(base, x), exponent.value);
  if (base.kind === "number") return jets.powerOfConstant(base.value, jetOf(exponent, x));
  return jets.power(jetOf(base, x), jetOf(exponent, x));
}

function arithmetic(node: Node & { kind: "binary" }, x: Jet): Jet {
  const u = jetOf(node.left, x);
  const v = jetOf(node.right, x);
  if (node.operator === "+") return jets.add(u, v);
  if (node.operator === "-") return jets.add(u, jets.negate(v));
  if (node.operator === "/") {
    return node.right.kind === "number" ? jets.divideBy(u, node.right.value) : jets.divide(u, v);
  }
  if (node.left.kind === "number") return jets.scale(v, node.left.value);
  if (node.right.kind === "number") return jets.scale(u, node.right.value);
  return jets.multiply(u, v);
}

/** (c, b, a) where the tree is c + b·x + a·x² as it is written, else null. */
export function quadratic(node: Node): Quadratic | null {
  switch (node.kind) {
    case "number":
      return [node.value, 0, 0];
    case "variable":
      return [0, 1, 0];
    case "negative":
      return combined(quadratic(node.operand), [0, 0, 0], -1, 0);
    case "call":
      return null;
    case "binary":
      return quadraticOf(node);
  }
}

function quadraticOf(node: Node & { kind: "binary" }): Quadratic | null {
  const { operator, left, right } = node;
  if (operator === "+" || operator === "-") {
    return combined(quadratic(left), quadratic(right), 1, operator === "+" ? 1 : -1);
  }
  if (operator === "*") return product(quadratic(left), quadratic(right));
  if (right.kind !== "number") return null;
  if (operator === "/") return combined(quadratic(left), [0, 0, 0], 1 / right.value, 0);
  if (right.value !== 1 && right.value !== 2) return null;
  return product(quadratic(left), right.value === 2 ? quadratic(left) : [1, 0, 0]);
}

function combined(
  p: Quadratic | null,
  q: Quadratic | null,
  first: number,
  second: number,
): Quadratic | null {
  if (p === null || q === null) return null;
  const at = (i: 0 | 1 | 2): number => first * p[i] + second * q[i];
  return [at(0), at(1), at(2)];
}

function product(p: Quadratic | null, q: Quadratic | null): Quadratic | null {
  if (p === null || q === null) return null;
  if (p[1] * q[2] !== 0 || p[2] * q[1] !== 0 || p[2] * q[2] !== 0) return null;
  return [p[0] * q[0], p[0] * q[1] + p[1] * q[0], p[0] * q[2] + p[1] * q[1] + p[2] * q[0]];
}
