/**
 * The grammar of Python's arithmetic, as far as an expression may use it: what is read here is
 * a tree of spans of the text, and nothing is ever run.
 */

/** A piece of the text: its kind, its parts, and from where to where it stands. */
export interface Syntax {
  readonly kind: "number" | "name" | "unary" | "binary" | "call";
  /** The operator, the name, or "" of a number and a call. */
  readonly word: string;
  readonly value: number;
  /** Operands; of a call the called, then the arguments. */
  readonly parts: readonly Syntax[];
  readonly from: number;
  readonly to: number;
  /** The same with the brackets around it, which belong to what it is a part of. */
  readonly within: readonly [number, number];
}

interface Token {
  readonly kind: "number" | "name" | "sign" | "end";
  readonly word: string;
  readonly from: number;
  readonly to: number;
}

const DIGITS = String.raw`\d(?:_?\d)*`;
const WHOLE = "0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+";
const DECIMAL = `(?:${DIGITS}[.]?(?:${DIGITS})?|[.]${DIGITS})(?:[eE][+-]?${DIGITS})?`;
const NUMBER = new RegExp(`^(?:${WHOLE}|${DECIMAL})`);
const NAME = /^[\p{ID_Start}_]\p{ID_Continue}*/u;
const SIGN = /^(?:\*\*|\/\/|<<|>>|[-+*/%@&^|~(),])/;
/** From the loosest to the tightest. */
const LEVELS: readonly (readonly string[])[] = [
  ["|"],
  ["^"],
  ["&"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "//", "%", "@"],
];
const MOST_BRACKETS = 200;
/** Words of Python's own, which cannot be the name of a variable. */
const RESERVED = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except " +
    "finally for from global if import in is lambda nonlocal not or pass raise return try while " +
    "with yield"
  ).split(" "),
);

/** The tree of a text, or null where it is no arithmetic as Python writes it. */
export function readSyntax(text: string): Syntax | null {
  const tokens = tokensOf(text);
  if (tokens === null) return null;
  const reader = new Reader(tokens);
  const syntax = reader.level(0);
  return syntax !== null && reader.atEnd ? syntax : null;
}

function tokensOf(text: string): Token[] | null {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const space = /^[ \t\f]+/.exec(rest);
    if (space !== null) {
      at += space[0].length;
      continue;
    }
    const token = tokenOf(rest, at);
    if (token === null) return null;
    tokens.push(token);
    at = token.to;
  }
  return [...tokens, { kind: "end", word: "", from: at, to: at }];
}

function tokenOf(rest: string, at: number): Token | null {
  for (const [kind, pattern] of [
    ["number", NUMBER],
    ["name", NAME],
    ["sign", SIGN],
  ] as const) {
    const found = pattern.exec(rest)?.[0];
    if (found === undefined) continue;
    const glued = kind === "number" && /^[\w.]/.test(rest.slice(found.length));
    const octal = kind === "number" && /^0[\d_]*[1-9][\d_]*$/.test(found);
    if (RESERVED.has(found)) return null;
    return glued || octal ? null : { kind, word: found, from: at, to: at + found.length };
  }
  return null;
}

/** Goes through the tokens once, from left to right; null means that they are no arithmetic. */
class Reader {
  private at = 0;
  private brackets = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  get atEnd(): boolean {
    return this.next.kind === "end";
  }

  level(loose: number): Syntax | null {
    const signs = LEVELS[loose];
    if (signs === undefined) return this.unary();
    let left = this.level(loose + 1);
    while (left !== null && this.next.kind === "sign" && signs.includes(this.next.word)) {
      const word = this.take().word;
      const right = this.level(loose + 1);
      left = right === null ? null : joined("binary", word, [left, right]);
    }
    return left;
  }

  private get next(): Token {
    return this.tokens[this.at]!;
  }

  private take(): Token {
    return this.tokens[this.at++]!;
  }

  private is(word: string): boolean {
    return this.next.kind === "sign" && this.next.word === word;
  }

  private unary(): Syntax | null {
    if (!this.is("-") && !this.is("+") && !this.is("~")) return this.power();
    const sign = this.take();
    const operand = this.unary();
    if (operand === null) return null;
    return spanning(joined("unary", sign.word, [operand]), sign.from, operand.within[1]);
  }

  /** A power binds its exponent from the right, and tighter than a minus before it. */
  private power(): Syntax | null {
    const base = this.called();
    if (base === null || !this.is("**")) return base;
    this.take();
    const exponent = this.unary();
    return exponent === null ? null : joined("binary", "**", [base, exponent]);
  }

  private called(): Syntax | null {
    let found = this.atom();
    while (found !== null && this.is("(")) {
      const inner = this.inBrackets(true);
      if (inner === null) return null;
      found = spanning(joined("call", "", [found, ...inner.parts]), found.within[0], inner.to);
    }
    return found;
  }

  private atom(): Syntax | null {
    if (this.is("(")) {
      const { from } = this.next;
      const inner = this.inBrackets(false);
      const only = inner?.parts.length === 1 ? inner.parts[0]! : null;
      return inner === null || only === null ? null : { ...only, within: [from, inner.to] };
    }
    const { kind } = this.next;
    if (kind !== "number" && kind !== "name") return null;
    const { word, from, to } = this.next;
    this.take();
    const value = kind === "number" ? Number(word.replaceAll("_", "")) : NaN;
    const named = kind === "name" ? word : "";
    return { kind, word: named, value, parts: [], from, to, within: [from, to] };
  }

  private inBrackets(several: boolean): { parts: Syntax[]; to: number } | null {
    this.take();
    if (++this.brackets > MOST_BRACKETS) return null;
    const parts: Syntax[] = [];
    while (!this.is(")")) {
      const part = this.level(0);
      if (part === null) return null;
      parts.push(part);
      if (this.is(",") && several) this.take();
      else if (!this.is(")")) return null;
    }
    this.brackets -= 1;
    return { parts, to: this.take().to };
  }
}

function joined(kind: Syntax["kind"], word: string, parts: readonly Syntax[]): Syntax {
  const from = parts[0]!.within[0];
  const to = parts[parts.length - 1]!.within[1];
  return { kind, word, value: NaN, parts, from, to, within: [from, to] };
}

function spanning(syntax: Syntax, from: number, to: number): Syntax {
  return { ...syntax, from, to, within: [from, to] };
}
