import type { FunctionName, VariableName } from "./names.ts";
import type { Expression } from "./parse.ts";

/** A figure of a run: nanoseconds, bytes or a count; or why it is not known. */
export type Figure =
  | {
      readonly value: number;
      /** Set when part of the run is missing: the true figure may be larger, for this reason. */
      readonly atLeast?: string;
    }
  | { readonly unknown: string };

/** Where an expression's figures come from. */
export interface FigureSource {
  variable(name: VariableName): Figure;
  call(name: FunctionName, argument: string): Figure;
}

export type Truth = boolean | { readonly unknown: string };

/** A figure that an expression read, for telling why it does not hold. */
export interface ReadFigure {
  readonly text: string;
  readonly expression: Expression;
  readonly figure: Figure;
}

export interface Evaluation {
  readonly truth: Truth;
  /** Each once, in the order in which they are written. */
  readonly read: readonly ReadFigure[];
  /** Of a whole that is one comparison: its two sides, where they are known. */
  readonly sides: { readonly left: number; readonly right: number } | undefined;
}

/**
 * Judges an expression. What is not known spreads: `unknown and false` is false, `unknown and true` is unknown. A figure that is only
 * known to be "at least" something counts as known in comparisons that more of it could not change.
 */
export function evaluateExpression(expression: Expression, source: FigureSource): Evaluation {
  const read = new Map<string, ReadFigure>();
  const evaluator = new Evaluator(source, read);
  const truth = evaluator.truth(expression);
  let sides: Evaluation["sides"];
  if (expression.kind === "compare") {
    const left = evaluator.range(expression.left);
    const right = evaluator.range(expression.right);
    if (!("unknown" in left) && !("unknown" in right)) sides = { left: left.low, right: right.low };
  }
  return { truth, read: [...read.values()], sides };
}

/** What a figure may be. `because` tells why low and high differ. */
type Range = { readonly low: number; readonly high: number; readonly because: string } | { readonly unknown: string };

class Evaluator {
  constructor(
    private readonly source: FigureSource,
    private readonly read: Map<string, ReadFigure>,
  ) {}

  truth(expression: Expression): Truth {
    switch (expression.kind) {
      case "not": {
        const truth = this.truth(expression.of);
        return typeof truth === "boolean" ? !truth : truth;
      }
      case "and":
      case "or": {
        const decisive = expression.kind === "or";
        const left = this.truth(expression.left);
        const right = this.truth(expression.right);
        if (left === decisive || right === decisive) return decisive;
        return typeof left === "boolean" ? right : left;
      }
      case "compare":
        return compare(expression.operator, this.range(expression.left), this.range(expression.right));
      default:
        throw new TypeError(`an expression of kind ${expression.kind} is no truth value`);
    }
  }

  range(expression: Expression): Range {
    switch (expression.kind) {
      case "number":
        return exactly(expression.value);
      case "variable":
        return this.figure(expression, this.source.variable(expression.name));
      case "call":
        return this.figure(expression, this.source.call(expression.name, expression.argument));
      case "minus": {
        const of = this.range(expression.of);
        return "unknown" in of ? of : { low: -of.high, high: -of.low, because: of.because };
      }
      case "arithmetic":
        return arithmetic(expression.operator, this.range(expression.left), this.range(expression.right));
      default:
        throw new TypeError(`an expression of kind ${expression.kind} is no number`);
    }
  }

  private figure(expression: Expression, figure: Figure): Range {
    this.read.set(expression.text, { text: expression.text, expression, figure });
    if ("unknown" in figure) return figure;
    const high = figure.atLeast === undefined ? figure.value : Number.POSITIVE_INFINITY;
    return { low: figure.value, high, because: figure.atLeast ?? "" };
  }
}

function exactly(value: number): Range {
  return { low: value, high: value, because: "" };
}

function compare(operator: "<" | "<=" | ">" | ">=" | "==" | "!=", left: Range, right: Range): Truth {
  if ("unknown" in left) return left;
  if ("unknown" in right) return right;
  const unknown = { unknown: left.because || right.because };
  switch (operator) {
    case "<":
      return left.high < right.low ? true : left.low >= right.high ? false : unknown;
    case "<=":
      return left.high <= right.low ? true : left.low > right.high ? false : unknown;
    case ">":
      return compare("<", right, left);
    case ">=":
      return compare("<=", right, left);
    case "!=": {
      const equal = compare("==", left, right);
      return typeof equal === "boolean" ? !equal : equal;
    }
    case "==":
      if (left.low === left.high && right.low === right.high) return left.low === right.low;
      return left.high < right.low || right.high < left.low ? false : unknown;
  }
}

function arithmetic(operator: "+" | "-" | "*" | "/" | "%", left: Range, right: Range): Range {
  if ("unknown" in left) return left;
  if ("unknown" in right) return right;
  const because = left.because || right.because;
  if (operator === "+") return { low: left.low + right.low, high: left.high + right.high, because };
  if (operator === "-") return { low: left.low - right.high, high: left.high - right.low, because };
  if ((operator === "/" || operator === "%") && right.low <= 0 && right.high >= 0) {
    return { unknown: "it divides by zero" };
  }
  if (operator === "%") {
    if (left.low !== left.high || right.low !== right.high) return { unknown: because };
    return exactly(left.low % right.low);
  }
  const apply = operator === "*" ? product : (a: number, b: number): number => a / b;
  const corners = [
    apply(left.low, right.low),
    apply(left.low, right.high),
    apply(left.high, right.low),
    apply(left.high, right.high),
  ];
  // Infinity divided by infinity says nothing.
  if (corners.some(Number.isNaN)) return { unknown: because };
  return { low: Math.min(...corners), high: Math.max(...corners), because };
}

/** Nothing, however often, is nothing. */
function product(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b;
}
