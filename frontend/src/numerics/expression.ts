/**
 * A function of one variable, written as text and read without ever being run; the same
 * grammar, limits and refusals as `steepest.objective.expression`.
 */
import { FUNCTIONS, type Jet } from "./jet";
import { Refusal } from "./refusal";
import { readSyntax, type Syntax } from "./syntax";
import { jetOf, type Node, type Operator } from "./tree";

/** A function of one variable: its text, the variable's name, and its tree. */
export interface Expression {
  readonly text: string;
  readonly variable: string;
  readonly tree: Node;
}

const LONGEST = 500;
const DEEPEST = 50;
const CONSTANTS: { readonly [name: string]: number } = { pi: Math.PI, e: Math.E };
const OPERATORS: readonly string[] = ["+", "-", "*", "/", "**"];
const ALLOWED =
  "allowed are numbers, pi, e, one variable, + - * / ** and brackets, and " +
  Object.keys(FUNCTIONS).join(", ");

/**
 * Value, slope and curvature at a number: infinite where it overflows, NaN outside the domain
 * (the log of a negative number); the slope of abs at 0 is taken as 0.
 */
export function jetAt(expression: Expression, point: number): Jet {
  return jetOf(expression.tree, { value: point, slope: 1, curvature: 0 });
}

/**
 * The expression that the text holds.
 *
 * Throws a Refusal, with the offending part, for anything but arithmetic, powers and known
 * functions of exactly one variable.
 */
export function parse(written: string): Expression {
  const text = written.trim();
  if (text.length > LONGEST) {
    const length = text.length.toLocaleString("en");
    throw new Refusal(
      `the expression is ${length} characters long; write it in at most ${LONGEST}`,
    );
  }
  const syntax = readSyntax(text);
  if (syntax === null) {
    throw new Refusal(`cannot read the expression ${quoted(shown(text))}: ${hint(text)}`);
  }
  checkCalls(text, syntax);
  const variable = variableOf(text, syntax);
  return { text, variable, tree: read(text, variable, syntax, 1) };
}

/** What is most likely wrong with a text that the grammar refuses. */
function hint(text: string): string {
  if (text === "") return "it is empty; write a function of one variable, such as w**2";
  if (text.includes("=")) return "write only the right-hand side, without =";
  if (text.includes("|")) return "write abs(w) for the size of w";
  const product = /[0-9.][A-Za-z_]+|\)\s*[0-9A-Za-z_]+/.exec(text)?.[0];
  if (product !== undefined) {
    return `at ${quoted(product)}; write * for every product, as in 2*w`;
  }
  return `${ALLOWED}; close every bracket and give every operator two sides`;
}

function refuse(text: string, reason: string): never {
  throw new Refusal(`cannot use the expression ${quoted(shown(text))}: ${reason}; ${ALLOWED}`);
}

/** Every call names a known function; told apart early, so that `tan(w)` says so. */
function checkCalls(text: string, syntax: Syntax): void {
  for (const node of everyPart(syntax)) {
    if (node.kind !== "call") continue;
    const [called, ...given] = node.parts as [Syntax, ...Syntax[]];
    const part = quoted(partOf(text, node));
    if (called.kind !== "name") {
      refuse(text, `${part} is no call of a function; write * for a product`);
    }
    if (!Object.hasOwn(FUNCTIONS, called.word)) {
      refuse(text, `in ${part}, ${called.word} is no known function; write * for a product`);
    }
    if (given.length !== 1) refuse(text, `in ${part}, ${called.word} takes exactly one argument`);
  }
}

/** All parts, the outer ones first. */
function everyPart(syntax: Syntax): Syntax[] {
  const found = [syntax];
  for (const node of found) found.push(...node.parts);
  return found;
}

function variableOf(text: string, syntax: Syntax): string {
  const names = new Set<string>();
  for (const node of everyPart(syntax)) {
    if (node.kind === "name" && !Object.hasOwn(FUNCTIONS, node.word)) names.add(node.word);
  }
  // A lone e or pi is the variable: nobody descends on a constant.
  const proper = [...names].filter((name) => !Object.hasOwn(CONSTANTS, name));
  const variables = (proper.length > 0 ? proper : [...names]).sort();
  const first = variables[0];
  if (first === undefined) refuse(text, "it has no variable to descend on");
  if (variables.length > 1) {
    const listed = `${variables.slice(0, -1).join(", ")} and ${variables[variables.length - 1]}`;
    refuse(text, `it has ${variables.length} variables, ${listed}, where one is expected`);
  }
  return first;
}

function read(text: string, variable: string, syntax: Syntax, depth: number): Node {
  if (depth > DEEPEST) {
    const part = quoted(partOf(text, syntax));
    refuse(text, `it is nested more than ${DEEPEST} deep at ${part}`);
  }
  const inner = (at: number): Node => read(text, variable, syntax.parts[at]!, depth + 1);
  switch (syntax.kind) {
    case "number":
      return settled(text, syntax, { kind: "number", value: syntax.value });
    case "name":
      return named(text, variable, syntax.word);
    case "call":
      return settled(text, syntax, {
        kind: "call",
        name: syntax.parts[0]!.word,
        argument: inner(1),
      });
    case "unary":
      if (syntax.word === "+") return inner(0);
      if (syntax.word === "~") break;
      return settled(text, syntax, { kind: "negative", operand: inner(0) });
    case "binary":
      if (syntax.word === "^") {
        refuse(text, `${quoted(partOf(text, syntax))} uses ^; write ** for powers`);
      }
      if (!OPERATORS.includes(syntax.word)) break;
      return settled(text, syntax, {
        kind: "binary",
        operator: syntax.word as Operator,
        left: inner(0),
        right: inner(1),
      });
  }
  const part = quoted(partOf(text, syntax));
  return refuse(text, `${part} is neither arithmetic nor a known function`);
}

function named(text: string, variable: string, name: string): Node {
  if (name === variable) return { kind: "variable" };
  const constant = CONSTANTS[name];
  if (Object.hasOwn(CONSTANTS, name) && constant !== undefined) {
    return { kind: "number", value: constant };
  }
  return refuse(text, `${name} is a function; write ${name}(${variable})`);
}

/** The node, or the one number that it comes to where no variable is in it. */
function settled(text: string, syntax: Syntax, node: Node): Node {
  const part = quoted(partOf(text, syntax));
  if (isConstant(node)) {
    const { value } = jetOf(node, { value: 0, slope: 0, curvature: 0 });
    if (!Number.isFinite(value)) refuse(text, `${part} is not a finite number`);
    return { kind: "number", value };
  }
  const divided = node.kind === "binary" && node.operator === "/" ? node.right : null;
  if (divided?.kind === "number" && divided.value === 0) refuse(text, `${part} divides by zero`);
  return node;
}

function isConstant(node: Node): boolean {
  switch (node.kind) {
    case "number":
      return true;
    case "variable":
      return false;
    case "negative":
      return node.operand.kind === "number";
    case "call":
      return node.argument.kind === "number";
    case "binary":
      return node.left.kind === "number" && node.right.kind === "number";
  }
}

function partOf(text: string, syntax: Syntax): string {
  return shown(text.slice(syntax.from, syntax.to));
}

/** The text, without its middle where it would drown the sentence around it. */
function shown(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 28)} ... ${text.slice(-27)}`;
}

function quoted(text: string): string {
  if (text.includes("'") && !text.includes('"')) return `"${text}"`;
  return `'${text.replaceAll("'", "\\'")}'`;
}
