/** A text that is no expression of this language. `column` is 1-based within the text. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";

  constructor(
    message: string,
    readonly column: number,
    readonly length = 1,
  ) {
    super(message);
  }
}

export interface Token {
  readonly kind: "number" | "text" | "name" | "symbol" | "end";
  readonly text: string;
  /** Of numbers. */
  readonly value: number;
  /** 0-based. */
  readonly start: number;
  readonly end: number;
}

export const MAX_EXPRESSION = 2000;

const NUMBER = /(?:\d[\d_]*(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const TEXT = /"[^"\n]*"|'[^'\n]*'/y;
const SYMBOL = /<=|>=|==|!=|&&|\|\||[<>()+\-*/%,!]/y;
const SPACE = /\s+/y;
/** What only other languages write. */
const FOREIGN = /::|=>|->|\.\s*[A-Za-z_]|\||;|[{}[\]]|&(?!&)/y;

/** The tokens of an expression, the last one `end`. @throws ExpressionError */
export function tokenize(text: string): readonly Token[] {
  if (text.length > MAX_EXPRESSION) {
    throw new ExpressionError(`longer than ${MAX_EXPRESSION} characters`, MAX_EXPRESSION + 1);
  }
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  const add = (kind: Token["kind"], found: string, value = Number.NaN): void => {
    const inner = kind === "text" ? found.slice(1, -1) : found;
    tokens.push({ kind, text: inner, value, start: at, end: at + found.length });
    at += found.length;
  };
  while (at < text.length) {
    const space = match(SPACE);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const number = match(NUMBER);
    const name = match(NAME);
    const quoted = match(TEXT);
    const symbol = match(SYMBOL);
    if (number !== undefined) {
      const value = Number(number.replaceAll("_", ""));
      if (!Number.isFinite(value)) throw new ExpressionError(`${number} is too large`, at + 1, number.length);
      add("number", number, value);
    } else if (name !== undefined) add("name", name);
    else if (quoted !== undefined) add("text", quoted);
    else if (symbol !== undefined) add("symbol", symbol);
    else throw unexpected(text, at, match(FOREIGN));
  }
  tokens.push({ kind: "end", text: "", value: Number.NaN, start: text.length, end: text.length });
  return tokens;
}

function unexpected(text: string, at: number, foreign: string | undefined): ExpressionError {
  if (foreign !== undefined) {
    const advice =
      'Rust and its closures are not understood here (renacer never evaluated them either); write for example max_ms("*") < 50 or calls("read") <= 100';
    return new ExpressionError(advice, at + 1, foreign.length);
  }
  const character = String.fromCodePoint(text.codePointAt(at) as number);
  if (character === '"' || character === "'") return new ExpressionError("a text that does not end", at + 1);
  if (character === "=") return new ExpressionError('to compare, write "==" or "<="', at + 1);
  return new ExpressionError(`${JSON.stringify(character)} has no meaning here`, at + 1, character.length);
}
