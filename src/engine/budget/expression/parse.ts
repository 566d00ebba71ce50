import { nearest } from "../../../base/nearest.ts";
import { LOG_LEVEL_NAMES } from "../../trace/levels.ts";
import { SYSCALL_NAMES } from "../../trace/syscallNames.ts";
import {
  type Dimension,
  FUNCTIONS,
  type FunctionName,
  type FunctionSpec,
  UNITS,
  VARIABLES,
  type VariableName,
} from "./names.ts";
import { ExpressionError, type Token, tokenize } from "./tokens.ts";

export type Comparison = "<" | "<=" | ">" | ">=" | "==" | "!=";
export type Arithmetic = "+" | "-" | "*" | "/" | "%";

/** An expression whose dimensions were checked. Times are nanoseconds, sizes bytes. */
export type Expression = { readonly dimension: Dimension; readonly text: string; readonly start: number } & (
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "variable"; readonly name: VariableName }
  | { readonly kind: "call"; readonly name: FunctionName; readonly argument: string }
  | { readonly kind: "not" | "minus"; readonly of: Expression }
  | { readonly kind: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "compare"; readonly operator: Comparison; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: "arithmetic";
      readonly operator: Arithmetic;
      readonly left: Expression;
      readonly right: Expression;
    }
);

type Bare = Expression extends infer E ? (E extends Expression ? Omit<E, "text" | "start"> : never) : never;

const MAX_DEPTH = 64;

/** How strongly operators bind; unary minus and `not` bind as `unary` and `not`. */
const BINDING: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  "==": 4,
  "!=": 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
  "%": 6,
};
const NOT_BINDING = 3;
const UNARY_BINDING = 7;
const SYNONYMS: Readonly<Record<string, string>> = { "&&": "and", "||": "or", "!": "not" };

/**
 * Reads an expression that must come out as true or false, such as `calls("read") <= 100 and wall_ms < 50`.
 * @throws ExpressionError with the column, and what was probably meant
 */
export function parseExpression(text: string): Expression {
  const parser = new Parser(text);
  return parser.parse();
}

/** A Pratt parser: every operator knows how strongly it binds. */
class Parser {
  private readonly tokens: readonly Token[];
  private next = 0;
  private depth = 0;

  constructor(private readonly source: string) {
    this.tokens = tokenize(source);
  }

  parse(): Expression {
    if (this.tokens.length === 1) throw new ExpressionError("is empty", 1);
    const whole = this.expression(0);
    if (this.token.kind !== "end") throw this.unexpected("an operator such as <= or and");
    if (whole.dimension !== "truth") {
      throw new ExpressionError(
        `is ${dimensionText(whole.dimension)} and not true or false: compare it, as in ${whole.text.slice(0, 60)} <= 100`,
        1,
        this.source.length,
      );
    }
    return whole;
  }

  private get token(): Token {
    return this.tokens[this.next] as Token;
  }

  private take(): Token {
    const token = this.token;
    if (token.kind !== "end") this.next++;
    return token;
  }

  private expression(least: number): Expression {
    if (++this.depth > MAX_DEPTH) throw this.error(this.token, `is nested deeper than ${MAX_DEPTH} levels`);
    let left = this.operand();
    for (;;) {
      const token = this.token;
      const operator = operatorOf(token);
      const binding = BINDING[operator];
      if (binding === undefined || binding <= least) break;
      this.take();
      const right = this.expression(binding);
      left = this.combine(operator, token, left, right);
    }
    this.depth--;
    return left;
  }

  private operand(): Expression {
    const token = this.take();
    const operator = operatorOf(token);
    if (operator === "not") {
      const of = this.expression(NOT_BINDING);
      this.need(of, "truth", token, "not");
      return this.made(token, { kind: "not", of, dimension: "truth" });
    }
    if (operator === "-") {
      const of = this.expression(UNARY_BINDING);
      if (of.dimension === "truth") throw this.error(token, "a truth value has no negative; write not");
      return this.made(token, { kind: "minus", of, dimension: of.dimension });
    }
    if (token.kind === "symbol" && token.text === "(") {
      const inner = this.expression(0);
      this.expect(")");
      return { ...inner, start: token.start, text: this.textFrom(token.start) };
    }
    if (token.kind === "number") return this.numberWithUnit(token);
    if (token.kind === "name") return this.named(token);
    if (token.kind === "text") throw this.error(token, "a text can only be the argument of a function");
    throw this.error(token, `${tokenText(token)}, where a number or a name is expected`);
  }

  private numberWithUnit(token: Token): Expression {
    const { token: unit } = this;
    // A name directly behind a number is its unit, unless it is an operator.
    if (unit.kind !== "name" || operatorOf(unit) in BINDING) {
      return this.made(token, { kind: "number", value: token.value, dimension: "number" });
    }
    const known = Object.hasOwn(UNITS, unit.text) ? UNITS[unit.text] : undefined;
    if (known === undefined) throw this.error(unit, unknown("unit", unit.text, Object.keys(UNITS)));
    this.take();
    return this.made(token, { kind: "number", value: token.value * known.factor, dimension: known.dimension });
  }

  private named(token: Token): Expression {
    const name = token.text;
    const isCall = this.token.kind === "symbol" && this.token.text === "(";
    if (isCall && Object.hasOwn(FUNCTIONS, name)) return this.call(token, name as FunctionName);
    if (isCall) {
      const hint = Object.hasOwn(VARIABLES, name)
        ? `${name} takes no argument`
        : unknown("function", name, Object.keys(FUNCTIONS));
      throw this.error(token, hint);
    }
    if (Object.hasOwn(VARIABLES, name)) {
      const variable = name as VariableName;
      return this.made(token, { kind: "variable", name: variable, dimension: VARIABLES[variable].dimension });
    }
    if (Object.hasOwn(FUNCTIONS, name)) {
      const { argument } = FUNCTIONS[name as FunctionName];
      throw this.error(token, `${name} needs an argument, as in ${name}("${EXAMPLES[argument]}")`);
    }
    throw this.error(token, unknown("name", name, [...Object.keys(VARIABLES), ...Object.keys(FUNCTIONS)]));
  }

  private call(token: Token, name: FunctionName): Expression {
    const spec: FunctionSpec = FUNCTIONS[name];
    this.expect("(");
    const argument = this.take();
    if (argument.kind !== "text") {
      throw this.error(argument, `${name} needs a text in quotes, as in ${name}('${EXAMPLES[spec.argument]}')`);
    }
    const problem = argumentProblem(spec.argument, argument.text);
    if (problem !== undefined) throw this.error(argument, problem);
    this.expect(")");
    return this.made(token, { kind: "call", name, argument: argument.text, dimension: spec.dimension });
  }

  private combine(operator: string, token: Token, left: Expression, right: Expression): Expression {
    if (operator === "and" || operator === "or") {
      this.need(left, "truth", token, operator);
      this.need(right, "truth", token, operator);
      return this.made(left, { kind: operator, left, right, dimension: "truth" });
    }
    if (left.dimension === "truth" || right.dimension === "truth") {
      const chain = left.kind === "compare" && BINDING[operator] === 4;
      throw this.error(
        token,
        chain ? "comparisons cannot be chained: write a < b and b < c" : `${operator} needs numbers on both sides`,
      );
    }
    if (isArithmetic(operator)) {
      const [a, b, dimension] = this.arithmetic(operator, token, left, right);
      return this.made(left, { kind: "arithmetic", operator, left: a, right: b, dimension });
    }
    const [a, b] = this.alike(operator, token, left, right);
    return this.made(left, {
      kind: "compare",
      operator: operator as Comparison,
      left: a,
      right: b,
      dimension: "truth",
    });
  }

  private arithmetic(
    operator: Arithmetic,
    token: Token,
    left: Expression,
    right: Expression,
  ): [Expression, Expression, Dimension] {
    if (operator === "+" || operator === "-" || operator === "%") {
      const [a, b] = this.alike(operator, token, left, right);
      return [a, b, a.dimension];
    }
    if (operator === "*") {
      if (left.dimension !== "number" && right.dimension !== "number") {
        throw this.error(
          token,
          `${dimensionText(left.dimension)} cannot be multiplied by ${dimensionText(right.dimension)}`,
        );
      }
      return [left, right, left.dimension === "number" ? right.dimension : left.dimension];
    }
    if (right.dimension === "number") return [left, right, left.dimension];
    if (left.dimension === right.dimension) return [left, right, "number"];
    throw this.error(token, `${dimensionText(left.dimension)} cannot be divided by ${dimensionText(right.dimension)}`);
  }

  /** Both sides in one dimension: a plain number beside a time counts milliseconds, beside a size bytes. */
  private alike(operator: string, token: Token, left: Expression, right: Expression): [Expression, Expression] {
    if (left.dimension === right.dimension) return [left, right];
    if (right.dimension === "number") return [left, scaled(right, left.dimension)];
    if (left.dimension === "number") return [scaled(left, right.dimension), right];
    throw this.error(
      token,
      `${dimensionText(left.dimension)} and ${dimensionText(right.dimension)} cannot be put together by ${operator}`,
    );
  }

  private need(operand: Expression, dimension: Dimension, token: Token, operator: string): void {
    if (operand.dimension === dimension) return;
    throw this.error(
      token,
      `${operator} needs comparisons, and ${operand.text.slice(0, 40)} is ${dimensionText(operand.dimension)}`,
    );
  }

  private expect(symbol: string): void {
    const token = this.take();
    if (token.kind === "symbol" && token.text === symbol) return;
    throw this.error(token, `${tokenText(token)}, where ${JSON.stringify(symbol)} is expected`);
  }

  private unexpected(expected: string): ExpressionError {
    return this.error(this.token, `${tokenText(this.token)}, where ${expected} is expected`);
  }

  private error(token: Token, message: string): ExpressionError {
    return new ExpressionError(message, token.start + 1, Math.max(1, token.end - token.start));
  }

  private textFrom(start: number): string {
    const last = this.tokens[this.next - 1] as Token;
    return this.source.slice(start, last.end);
  }

  private made({ start }: { readonly start: number }, bare: Bare): Expression {
    return { ...bare, start, text: this.textFrom(start) } as Expression;
  }
}

const EXAMPLES: Readonly<Record<FunctionSpec["argument"], string>> = {
  syscall: "read",
  level: "ERROR",
  path: "/etc/*",
  signal: "SIGTERM",
};

function operatorOf(token: Token): string {
  if (token.kind !== "symbol" && token.kind !== "name") return "";
  return SYNONYMS[token.text] ?? (token.kind === "name" ? token.text.toLowerCase() : token.text);
}

function isArithmetic(operator: string): operator is Arithmetic {
  return operator === "+" || operator === "-" || operator === "*" || operator === "/" || operator === "%";
}

function scaled(plain: Expression, dimension: Dimension): Expression {
  if (dimension !== "time") return { ...plain, dimension };
  const factor: Expression = { kind: "number", value: 1e6, dimension: "time", text: "1 ms", start: plain.start };
  return {
    kind: "arithmetic",
    operator: "*",
    left: plain,
    right: factor,
    dimension: "time",
    text: plain.text,
    start: plain.start,
  };
}

function argumentProblem(kind: FunctionSpec["argument"], argument: string): string | undefined {
  if (argument === "") return "the argument is empty";
  if (/[*?]/.test(argument) || kind === "path") return undefined;
  if (kind === "level") {
    const levels = [...LOG_LEVEL_NAMES, "none"];
    return levels.includes(argument) ? undefined : unknown("level", argument, levels);
  }
  if (kind === "signal") {
    return /^SIG[A-Z0-9_+]{2,20}$/.test(argument)
      ? undefined
      : `${JSON.stringify(argument)} is no signal's name, such as SIGTERM`;
  }
  return SYSCALLS.has(argument) ? undefined : unknown("system call", argument, SYSCALLS);
}

const SYSCALLS: ReadonlySet<string> = new Set(SYSCALL_NAMES);

function unknown(kind: string, word: string, known: Iterable<string>): string {
  const names = [...known];
  const near = nearest(word, names);
  const hint =
    near !== undefined ? `: did you mean ${near}?` : names.length <= 40 ? `: known are ${names.join(", ")}` : "";
  return `there is no ${kind} ${JSON.stringify(word)}${hint}`;
}

function tokenText(token: Token): string {
  return token.kind === "end" ? "it ends here" : `here is ${JSON.stringify(token.text)}`;
}

function dimensionText(dimension: Dimension): string {
  return { time: "a time", bytes: "a size", number: "a number", truth: "true or false" }[dimension];
}
