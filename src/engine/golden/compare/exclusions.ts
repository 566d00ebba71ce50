import type { IgnoreRule } from "../../../protocol/goldenConfig.ts";
import type { EventShape } from "../behaviour.ts";
import type { VariationIndex } from "./variationIndex.ts";
import { matchesWildcard } from "./wildcard.ts";
import { timesText } from "./wording.ts";

/** Calls that are not compared, because the samples differed in them or a rule says so. */
export interface Excluded {
  readonly reason: "varies" | "rule";
  readonly thread: string;
  readonly name: string;
  readonly object: string;
  readonly function: string;
  /** The rule's reason, or in what the samples differed. */
  readonly why: string;
  /** Whether every sample had it, so that it must still appear. */
  readonly expected: boolean;
  readonly min: number;
  readonly max: number;
  golden: number;
  actual: number;
  /** Events of the golden, where it is expected. */
  readonly goldenEvents: number[];
}

export type Treatment =
  | { readonly kind: "compared" }
  /** Compared without its arguments. */
  | { readonly kind: "loose" }
  /** Compared without its place in the order; `loose` without its arguments, too. */
  | { readonly kind: "unordered"; readonly loose: boolean }
  | { readonly kind: "excluded"; readonly excluded: Excluded };

const COMPARED: Treatment = { kind: "compared" };
const LOOSE: Treatment = { kind: "loose" };

/** Decides for each call whether and how it is compared. */
export class Exclusions {
  readonly excluded: Excluded[] = [];
  private readonly rules: readonly IgnoreRule[];

  /** @param ignore rules that name a kind of difference are left to those who know the kinds */
  constructor(
    private readonly variations: VariationIndex,
    ignore: readonly IgnoreRule[],
  ) {
    this.rules = ignore.filter(({ kind }) => kind === undefined);
  }

  get none(): boolean {
    return this.rules.length === 0 && this.variations.size === 0;
  }

  treatmentOf(thread: string, { name, object }: EventShape, file: string, functionName: string): Treatment {
    const rule = this.rules.find((each) => matchesRule(each, { name, object, file, function: functionName }));
    const base = { thread, name, object, function: functionName, golden: 0, actual: 0, goldenEvents: [] };
    if (rule !== undefined) {
      const why = rule.reason ?? describeRule(rule);
      return this.exclude({ ...base, reason: "rule", why, expected: false, min: 0, max: 0 });
    }
    const found = this.variations.find(thread, name, object, functionName);
    if (found.length === 0) return COMPARED;
    const outright =
      found.find(({ varies }) => varies === "presence") ?? found.find(({ varies }) => varies === "count");
    if (outright !== undefined) {
      const { min, max, varies } = outright;
      const expected = varies === "count" && min > 0;
      const why = varies === "presence" ? "not in every sample" : `${timesText(min, max)} in the samples`;
      return this.exclude({ ...base, reason: "varies", why, expected, min, max });
    }
    const loose = found.some(({ varies }) => varies === "arguments");
    if (found.some(({ varies }) => varies === "order")) return { kind: "unordered", loose };
    return loose ? LOOSE : COMPARED;
  }

  private exclude(excluded: Excluded): Treatment {
    this.excluded.push(excluded);
    return { kind: "excluded", excluded };
  }
}

/** Whether every field that the rule gives matches; fields that are not known match `*` only. */
export function matchesRule(rule: IgnoreRule, of: { readonly [field in RuleField]?: string }): boolean {
  return RULE_FIELDS.every((field) => {
    const pattern = rule[field];
    return pattern === undefined || matchesWildcard(pattern, of[field] ?? "");
  });
}

const RULE_FIELDS = ["name", "object", "file", "function", "kind"] as const;
type RuleField = (typeof RULE_FIELDS)[number];

export function describeRule(rule: IgnoreRule): string {
  const given = RULE_FIELDS.filter((field) => rule[field] !== undefined);
  return `rule ${given.map((field) => `${field} = ${rule[field]}`).join(", ")}`;
}
