import { plural } from "../../base/format.ts";
import { type Comparison, DIVERGENCE_KINDS, type Divergence } from "../../protocol/comparison.ts";
import { metricName } from "../report/words.ts";
import { gravest, KIND_LABELS, metricValue, placeOf, type Severity, shown } from "./divergenceWords.ts";

export const GROUPINGS = ["file", "kind"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** A row of the Divergences view: plain text, safe to show. */
export interface DivergenceNode {
  /** Unique in its tree and stable over refreshes. */
  readonly id: string;
  readonly type: "group" | "divergence" | "budget" | "performance" | "remark";
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly severity: Severity | null;
  /** Where it opens: file as the comparison names it (a budget's: absolute), 1-based line. */
  readonly place: { readonly file: string; readonly line: number } | null;
  /** Id of the divergence, for comparing events and for accepting. */
  readonly divergence: string | null;
  readonly children: readonly DivergenceNode[];
}

const NOWHERE = "Without a source line";

/** The tree of a comparison: divergences by file or kind, then budgets, performance and what was not compared. */
export function divergenceTree(comparison: Comparison, grouping: Grouping): DivergenceNode[] {
  const groups = grouping === "file" ? byFile(comparison) : byKind(comparison);
  return [...groups, ...budgets(comparison), ...performance(comparison), ...remarks(comparison)];
}

/** The rows that open a place, top to bottom: what next and previous walk through. */
export function divergencePlaces(tree: readonly DivergenceNode[]): DivergenceNode[] {
  return tree.flatMap((node) =>
    node.type === "group" ? divergencePlaces(node.children) : node.place === null ? [] : [node],
  );
}

function byFile({ divergences }: Comparison): DivergenceNode[] {
  const files = new Map<string, Divergence[]>();
  for (const divergence of divergences) {
    const file = placeOf(divergence)?.site.file ?? "";
    files.set(file, [...(files.get(file) ?? []), divergence]);
  }
  const named = [...files].sort(([a], [b]) => (a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1));
  return named.map(([file, members]) => {
    const lines = (divergence: Divergence) => placeOf(divergence)?.site.line ?? 0;
    const sorted = [...members].sort((a, b) => lines(a) - lines(b));
    return group(`file:${file}`, file === "" ? NOWHERE : shown(file), sorted, ({ line }) =>
      line === 0 ? "" : `:${line}`,
    );
  });
}

function byKind({ divergences }: Comparison): DivergenceNode[] {
  return DIVERGENCE_KINDS.flatMap((kind) => {
    const members = divergences.filter((divergence) => divergence.kind === kind);
    if (members.length === 0) return [];
    return [
      group(`kind:${kind}`, KIND_LABELS[kind], members, ({ file, line }) =>
        line === 0 ? "" : `${baseName(file)}:${line}`,
      ),
    ];
  });
}

function group(
  id: string,
  label: string,
  members: readonly Divergence[],
  where: (place: { file: string; line: number }) => string,
): DivergenceNode {
  return {
    ...plain(id, "group", label, plural(members.length, "difference")),
    severity: gravest(members.map(({ severity }) => severity)),
    children: members.map((divergence) => {
      const place = placeOf(divergence);
      const { file, line } = place?.site ?? { file: "", line: 0 };
      return {
        ...plain(`${id}/${divergence.id}`, "divergence", shown(divergence.title), shown(where({ file, line }))),
        tooltip: tooltip(divergence),
        severity: divergence.severity,
        place: place === null ? null : { file, line },
        divergence: divergence.id,
      };
    }),
  };
}

function tooltip(divergence: Divergence): string {
  const { title, golden, actual, thread, site, goldenSite } = divergence;
  const lines = [shown(title), `golden: ${plural(golden.count, "event")}, now: ${plural(actual.count, "event")}`];
  if (thread !== "main" && thread !== "") lines.push(`thread ${shown(thread)}`);
  if (goldenSite !== null && goldenSite.line !== site?.line) {
    lines.push(`golden line ${goldenSite.line}${site === null ? ", which is gone" : ""}`);
  }
  return lines.join("\n");
}

function budgets({ budgets: all }: Comparison): DivergenceNode[] {
  const violated = all.filter(({ passed }) => !passed);
  if (violated.length === 0) return [];
  return [
    {
      ...plain("budgets", "group", "Budgets", `${violated.length} not met`),
      severity: violated.some(({ severity }) => severity === "error") ? "high" : "medium",
      children: violated.map(({ name, message, severity, site, source }, index) => ({
        ...plain(`budgets/${index}`, "budget", shown(message), shown(name)),
        tooltip: shown(message),
        severity: severity === "error" ? "high" : "medium",
        place: site !== null ? { file: site.file, line: site.line } : source.line > 0 ? { ...source } : null,
      })),
    },
  ];
}

function performance({ performance: all }: Comparison): DivergenceNode[] {
  const told = all.filter(({ verdict }) => verdict === "regressed" || verdict === "improved");
  if (told.length === 0) return [];
  const regressed = told.filter(({ verdict }) => verdict === "regressed").length;
  return [
    {
      ...plain("performance", "group", "Performance", `${regressed} regressed, ${told.length - regressed} improved`),
      severity: regressed > 0 ? "medium" : "low",
      children: told.map(({ metric, golden, actual, unit, change, verdict, site }) => {
        const share = change === null ? "" : ` (${change >= 0 ? "+" : ""}${(change * 100).toFixed(0)} %)`;
        return {
          ...plain(
            `performance/${metric}`,
            "performance",
            shown(metricName(metric)),
            `${metricValue(golden, unit)} → ${metricValue(actual, unit)}${share}`,
          ),
          tooltip: `${shown(metricName(metric))} ${verdict}`,
          severity: verdict === "regressed" ? "medium" : "low",
          place: site === null ? null : { file: site.file, line: site.line },
        };
      }),
    },
  ];
}

function remarks({ ignored, notes }: Comparison): DivergenceNode[] {
  const children = [
    ...ignored.map(({ text, reason, count }, index) => ({
      ...plain(`remarks/ignored${index}`, "remark", shown(text), reason === "varies" ? "varies" : "ignored by rule"),
      tooltip: `${shown(text)}\n${plural(count, "event")} not compared`,
    })),
    ...notes.map((text, index) => ({
      ...plain(`remarks/note${index}`, "remark", shown(text), ""),
      tooltip: shown(text),
    })),
  ];
  return children.length === 0
    ? []
    : [{ ...plain("remarks", "group", "Not compared", String(children.length)), children }];
}

function plain(id: string, type: DivergenceNode["type"], label: string, description: string): DivergenceNode {
  return { id, type, label, description, tooltip: label, severity: null, place: null, divergence: null, children: [] };
}

const baseName = (file: string): string => file.slice(file.lastIndexOf("/") + 1);
