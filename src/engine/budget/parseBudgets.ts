import type { AntiPatternName, Budget, BudgetRule, Clock } from "./budget.ts";
import type { ConfigProblem } from "./configProblem.ts";
import { parseExpression } from "./expression/parse.ts";
import { ExpressionError } from "./expression/tokens.ts";
import {
  ANTI_PATTERN_RULES,
  ASSERTION,
  ASSERTIONS,
  BASELINE,
  BUDGET_SECTIONS,
  CI,
  GOLDEN_TRACES,
  PERFORMANCE_BUDGET,
  REGRESSION,
  SEMANTIC_EQUIVALENCE,
  type VariantSpec,
  WITHOUT_EFFECT,
} from "./keys.ts";
import { wildcardMatches } from "./namePattern.ts";
import { type CheckedTable, isTable, ProblemList, readTable, suggestion } from "./tableReader.ts";
import { readToml, type TomlDocument, type TomlPath } from "./tomlDocument.ts";

/** Which file it is: ours also holds targets and `[golden]`, and renacer's does not. */
export type ConfigDialect = "goldentrace" | "renacer";

export interface ParsedBudgets {
  readonly budgets: readonly Budget[];
  /** In the order of the file. */
  readonly problems: readonly ConfigProblem[];
}

/** Top-level tables of goldentrace.toml that hold no budgets. */
export const SETTING_SECTIONS = ["defaults", "golden", "targets"] as const;

const MS = 1e6;

/**
 * The budgets in a configuration file, in both of renacer's dialects, and everything that is wrong with them. A budget with a problem is
 * left out; a problem of severity `error` means that the file must not be used.
 *
 * @param file absolute path, for `Budget.source`
 * @param dialect by the file's name where it is not given
 * @param targets names of the targets, to recognise a mistyped one; not checked where there are none
 */
export function parseBudgets(
  file: string,
  text: string,
  dialect: ConfigDialect = /(^|[\\/])renacer[^\\/]*$/.test(file) ? "renacer" : "goldentrace",
  targets: readonly string[] = [],
): ParsedBudgets {
  const read = readToml(text);
  if ("problem" in read) return { budgets: [], problems: [read.problem] };
  const problems = new ProblemList(read.document);
  if (dialect === "renacer") checkSections(problems, []);
  const budgets = budgetsOf(file, problems, targets);
  return { budgets, problems: problems.sorted() };
}

/** Reports top-level keys that mean nothing. @param others known besides those of budgets */
export function checkSections(problems: ProblemList, others: readonly string[]): void {
  const known = [...others, ...BUDGET_SECTIONS];
  for (const key of Object.keys(problems.document.root)) {
    if (known.includes(key)) continue;
    const ours = SETTING_SECTIONS.some((section) => section === key);
    if (ours) problems.error(problems.document.keyPlace([key]), `"${key}" belongs into goldentrace.toml`);
    else problems.unknownKey([key], known);
  }
}

/** The budgets of a document whose top-level keys were checked. */
export function budgetsOf(file: string, problems: ProblemList, targets: readonly string[]): readonly Budget[] {
  return new BudgetReader(file, problems, targets).read();
}

interface CiSettings {
  readonly budgets: Budget["severity"];
  readonly regressions: Budget["severity"];
  readonly antiPatterns: readonly string[];
}

class BudgetReader {
  private readonly document: TomlDocument;
  private readonly budgets: Budget[] = [];
  /** Line of each name that a list of budgets gave. */
  private readonly named = new Map<string, number>();

  constructor(
    private readonly file: string,
    private readonly problems: ProblemList,
    private readonly targets: readonly string[],
  ) {
    this.document = problems.document;
  }

  read(): readonly Budget[] {
    const ci = this.ci();
    this.assertions();
    this.checks(ci);
    this.performance(ci);
    this.regression(ci);
    this.goldenTraces(ci);
    this.antiPatterns(ci);
    this.semanticEquivalence();
    this.withoutEffect();
    return this.budgets;
  }

  private assertions(): void {
    this.each(["assertion"], ASSERTION, (table, type, path) => {
      const severity = table.flag("fail_on_violation") === false ? "warning" : "error";
      const number = (key: string): number => table.number(key) as number;
      switch (type) {
        case "critical_path":
          return this.add(table, severity, [...path, "max_duration_ms"], {
            kind: "critical-path",
            max: number("max_duration_ms") * MS,
            clock: clockOf(table, "wall"),
            ...optional("pattern", table.text("trace_name_pattern")),
          });
        case "span_count":
          return this.add(table, severity, [...path, "max_spans"], {
            kind: "span-count",
            max: number("max_spans"),
            ...optional("pattern", table.text("span_name_pattern")),
          });
        case "memory_usage":
          return this.add(table, severity, [...path, "max_bytes"], {
            kind: "memory",
            max: number("max_bytes"),
            of: table.text("tracking_mode") === "rss" ? "rss" : "allocations",
          });
        case "anti_pattern":
          return this.addAntiPattern(table, severity, path);
        default:
          return this.addCustom(table, severity, [...path, "expression"]);
      }
    });
  }

  private checks(ci: CiSettings): void {
    this.each(["assertions"], ASSERTIONS, (table, check, path) => {
      const severity = table.flag("fail_on_violation") === false ? "warning" : ci.budgets;
      const number = (key: string): number => table.number(key) as number;
      const syscall = optional("syscall", table.text("syscall"));
      const clock = clockOf(table, "syscall");
      switch (check) {
        case "syscall_percentage": {
          const at = [...path, "max_percentage"];
          const share = number("max_percentage") / 100;
          return this.add(table, severity, at, {
            kind: "syscall-share",
            max: share,
            syscall: table.text("syscall") as string,
          });
        }
        case "syscall_count":
          return this.addCount(table, severity, path);
        case "total_time":
          this.checkClock(table, path);
          return this.add(table, severity, [...path, "max_time_ms"], {
            kind: "total-time",
            max: number("max_time_ms") * MS,
            clock,
            ...syscall,
          });
        default:
          this.checkClock(table, path);
          return this.add(table, severity, [...path, "min_time_ms"], {
            kind: "min-time",
            min: number("min_time_ms") * MS,
            clock,
            ...syscall,
          });
      }
    });
  }

  /** Wall time cannot be told apart by system call. */
  private checkClock(table: CheckedTable, path: TomlPath): void {
    if (table.text("clock") !== "wall" || table.text("syscall") === undefined) return;
    this.problems.error(
      this.document.valuePlace([...path, "clock"]),
      '"clock" must be "syscall" where "syscall" is given: one system call has no wall time of its own',
    );
  }

  private antiPatterns(ci: CiSettings): void {
    const section = this.document.root.anti_patterns;
    if (section === undefined) return;
    readTable(section, ["anti_patterns"], { rules: { kind: "any" } }, this.problems);
    if (!isTable(section) || section.rules === undefined) return;
    this.each(["anti_patterns", "rules"], ANTI_PATTERN_RULES, (table, check, path) => {
      const severity = ci.antiPatterns.includes(table.text("severity") ?? "warning") ? "error" : "warning";
      if (check === "anti_pattern") this.addAntiPattern(table, severity, path);
      else if (check === "syscall_count") this.addCount(table, severity, path);
      else {
        const max = table.number("min_ratio") as number;
        this.add(table, severity, [...path, "min_ratio"], {
          kind: "ratio",
          max,
          syscalls: table.texts("syscalls") ?? [],
        });
      }
    });
  }

  private performance(ci: CiSettings): void {
    const section = this.document.root.performance;
    if (section === undefined) return;
    readTable(section, ["performance"], { budgets: { kind: "any" } }, this.problems);
    const budgets = isTable(section) ? section.budgets : undefined;
    if (budgets === undefined) return;
    if (!isTable(budgets)) {
      this.problems.error(
        this.document.valuePlace(["performance", "budgets"]),
        '"performance.budgets" must be a table',
      );
      return;
    }
    for (const [target, value] of Object.entries(budgets)) {
      const path = ["performance", "budgets", target];
      const table = readTable(value, path, PERFORMANCE_BUDGET, this.problems);
      if (!table.valid) continue;
      this.checkTarget(target, this.document.keyPlace(path));
      const [time, calls] = [table.number("max_time_ms"), table.number("max_syscalls")];
      if (time === undefined && calls === undefined) {
        this.problems.error(this.document.keyPlace(path), `"${target}" must have "max_time_ms" or "max_syscalls"`);
      }
      const common = { description: "", severity: ci.budgets, appliesTo: [target] };
      if (time !== undefined) {
        const rule: BudgetRule = { kind: "total-time", max: time * MS, clock: clockOf(table, "syscall") };
        this.push({ ...common, name: `${target}: time` }, [...path, "max_time_ms"], rule);
      }
      if (calls !== undefined) {
        const rule: BudgetRule = { kind: "syscall-count", max: calls };
        this.push({ ...common, name: `${target}: system calls` }, [...path, "max_syscalls"], rule);
      }
    }
  }

  private regression(ci: CiSettings): void {
    const value = this.document.root.regression;
    if (value === undefined) return;
    const table = readTable(value, ["regression"], REGRESSION, this.problems);
    if (!table.valid) return;
    const common = { description: "", severity: ci.regressions, appliesTo: [] };
    const time = table.number("time_threshold_percent");
    if (time !== undefined) {
      this.push({ ...common, name: "regression: time" }, ["regression", "time_threshold_percent"], {
        kind: "regression",
        figure: "time",
        threshold: time / 100,
        clock: clockOf(table, "wall"),
      });
    }
    const calls = table.number("syscall_threshold_percent");
    if (calls !== undefined) {
      this.push({ ...common, name: "regression: system calls" }, ["regression", "syscall_threshold_percent"], {
        kind: "regression",
        figure: "syscalls",
        threshold: calls / 100,
        eitherWay: false,
      });
    }
  }

  private goldenTraces(ci: CiSettings): void {
    const section = this.document.root.golden_traces;
    if (section === undefined) return;
    const table = readTable(section, ["golden_traces"], GOLDEN_TRACES, this.problems);
    if (table.text("directory") !== undefined) {
      this.problems.remark(
        this.document.keyPlace(["golden_traces", "directory"]),
        '"directory" has no effect here because goldens lie in `dir` of [golden] (golden_traces where that is not set)',
      );
    }
    const baselines = isTable(section) ? section.baselines : undefined;
    if (baselines === undefined) return;
    for (const [index, value] of this.list(["golden_traces", "baselines"], baselines).entries()) {
      const path = ["golden_traces", "baselines", index];
      const baseline = readTable(value, path, BASELINE, this.problems);
      if (!baseline.valid) continue;
      const name = baseline.text("name") as string;
      const own = baseline.text("file");
      if (own !== undefined && own.split("/").at(-1) !== `${name}.json`) {
        this.problems.remark(
          this.document.keyPlace([...path, "file"]),
          `"file" has no effect here because the golden of ${JSON.stringify(name)} is ${name}.json`,
        );
      }
      this.checkTarget(name, this.document.valuePlace([...path, "name"]));
      const threshold = (baseline.number("max_deviation_percent") as number) / 100;
      const common = { description: "", severity: ci.regressions, appliesTo: [name] };
      const at = [...path, "max_deviation_percent"];
      this.push({ ...common, name: `${name}: deviation of system calls` }, at, {
        kind: "regression",
        figure: "syscalls",
        threshold,
        eitherWay: true,
      });
      this.push({ ...common, name: `${name}: deviation of time` }, at, {
        kind: "regression",
        figure: "time",
        threshold,
        clock: "syscall",
      });
    }
  }

  private semanticEquivalence(): void {
    const section = "semantic_equivalence";
    const value = this.document.root[section];
    if (value === undefined) return;
    const table = readTable(value, [section], SEMANTIC_EQUIVALENCE, this.problems);
    if (!table.valid || table.flag("enabled") === false) return;
    const used = ["enabled", "min_confidence"];
    const idle = Object.keys(isTable(value) ? value : {}).filter((key) => !used.includes(key));
    if (idle.length > 0) {
      this.problems.remark(
        this.document.keyPlace([section]),
        `${idle.join(", ")} of [${section}] ${idle.length === 1 ? "has" : "have"} no effect here because what is compared is set in [golden] (mode, ignore); min_confidence is used`,
      );
    }
    const min = table.number("min_confidence");
    if (min === undefined) return;
    const common = { name: "semantic equivalence", description: "", severity: "error" as const, appliesTo: [] };
    this.push(common, [section, "min_confidence"], { kind: "confidence", min });
  }

  private ci(): CiSettings {
    const value = this.document.root.ci;
    const table = value === undefined ? undefined : readTable(value, ["ci"], CI, this.problems);
    const idle = (key: string, because: string): void => {
      this.problems.remark(this.document.keyPlace(["ci", key]), `"${key}" has no effect here because ${because}`);
    };
    if (table?.flag("fail_fast") === true)
      idle("fail_fast", "every budget is judged, and all that is wrong is told at once");
    if (table?.flag("compare_with_baseline") === false) {
      idle("compare_with_baseline", "`goldentrace check` always compares with the golden");
    }
    for (const key of ["export_format", "export_path"]) {
      if (table?.text(key) !== undefined) idle(key, "reports are chosen with `goldentrace check --reporter`");
    }
    return {
      budgets: table?.flag("fail_on_budget_exceeded") === false ? "warning" : "error",
      regressions: table?.flag("fail_on_regression") === false ? "warning" : "error",
      antiPatterns: table?.texts("fail_on_anti_patterns") ?? ["error"],
    };
  }

  private withoutEffect(): void {
    for (const [section, { keys, because }] of Object.entries(WITHOUT_EFFECT)) {
      const value = this.document.root[section];
      if (value === undefined) continue;
      if (keys !== "any") {
        const table = readTable(value, [section], keys, this.problems);
        if (table.flag("enabled") === false) continue;
      }
      const name = Array.isArray(value) ? `[[${section}]]` : `[${section}]`;
      this.problems.remark(this.document.keyPlace([section]), `${name} has no effect here because ${because}`);
    }
  }

  /** Calls back for every valid, enabled table of a list. */
  private each(
    path: TomlPath,
    spec: VariantSpec,
    use: (table: CheckedTable, variant: string, path: TomlPath) => void,
  ): void {
    let value: unknown = this.document.root;
    for (const part of path) value = isTable(value) ? value[part] : undefined;
    if (value === undefined) return;
    const { common, tag, variants } = spec;
    const names = Object.keys(variants);
    const tagSpec = { [tag]: { kind: "choice", values: names, required: true } } as const;
    for (const [index, entry] of this.list(path, value).entries()) {
      const at = [...path, index];
      const chosen = isTable(entry) && typeof entry[tag] === "string" ? entry[tag].toLowerCase() : "";
      const own = variants[chosen];
      // Without a valid kind its other keys cannot be judged: any that some kind has will do.
      const keys =
        own ??
        Object.fromEntries(
          names.flatMap((name) => Object.keys(variants[name] ?? {}).map((key) => [key, { kind: "any" } as const])),
        );
      const table = readTable(entry, at, { ...common, ...tagSpec, ...keys }, this.problems, (key) => {
        const owners = names.filter((name) => Object.hasOwn(variants[name] ?? {}, key));
        return owners.length === 0
          ? undefined
          : `belongs to ${owners.map((owner) => `${tag} = "${owner}"`).join(" or ")} and not to "${chosen}"`;
      });
      this.checkName(entry, at);
      for (const [place, name] of (table.texts("applies_to") ?? []).entries()) {
        const written = this.document.valuePlace([...at, "applies_to", place]);
        this.checkTarget(name, written);
      }
      if (table.valid && own !== undefined && table.flag("enabled") !== false) use(table, chosen, at);
    }
  }

  private list(path: TomlPath, value: unknown): readonly unknown[] {
    if (Array.isArray(value)) return value;
    const name = path.join(".");
    const message = isTable(value)
      ? `[${name}] must be a list: write [[${name}]]`
      : `"${name}" must be a list of tables: write [[${name}]]`;
    this.problems.error(this.document.keyPlace(path), message);
    return [];
  }

  private checkName(entry: unknown, path: TomlPath): void {
    const name = isTable(entry) ? entry.name : undefined;
    if (typeof name !== "string") return;
    const place = this.document.valuePlace([...path, "name"]);
    const first = this.named.get(name);
    if (name.trim() === "") this.problems.error(place, '"name" must not be empty');
    else if (first === undefined) this.named.set(name, place.line);
    else this.problems.error(place, `another budget is called ${JSON.stringify(name)} already (line ${first})`);
  }

  private checkTarget(name: string, place: { line: number; column: number; endColumn: number }): void {
    if (this.targets.length === 0 || this.targets.some((target) => wildcardMatches(name, target))) return;
    const hint = suggestion(name, this.targets);
    this.problems.warning(place, `no target of goldentrace.toml is called ${JSON.stringify(name)}: ${hint}`);
  }

  private addAntiPattern(table: CheckedTable, severity: Budget["severity"], path: TomlPath): void {
    this.add(table, severity, [...path, "threshold"], {
      kind: "anti-pattern",
      pattern: table.text("pattern") as AntiPatternName,
      threshold: table.number("threshold") as number,
      ...optional("process", table.text("process_name_pattern")),
    });
  }

  private addCount(table: CheckedTable, severity: Budget["severity"], path: TomlPath): void {
    this.add(table, severity, [...path, "max_count"], {
      kind: "syscall-count",
      max: table.number("max_count") as number,
      ...optional("syscall", table.text("syscall")),
    });
  }

  private addCustom(table: CheckedTable, severity: Budget["severity"], path: TomlPath): void {
    const text = table.text("expression") as string;
    try {
      this.add(table, severity, path, { kind: "custom", expression: parseExpression(text), text });
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const value = this.document.valuePlace(path);
      const place = { ...value };
      // Behind the quote, where the text stands as it is: on one line and without escapes.
      if (value.endColumn - value.column === text.length + 2) {
        place.column = value.column + error.column;
        place.endColumn = Math.min(value.endColumn, place.column + error.length);
      }
      this.problems.error(place, `"expression" (column ${error.column}): ${error.message}`);
    }
  }

  private add(table: CheckedTable, severity: Budget["severity"], limit: TomlPath, rule: BudgetRule): void {
    const name = table.text("name") as string;
    const description = table.text("description") ?? "";
    this.push({ name, description, severity, appliesTo: table.texts("applies_to") ?? [] }, limit, rule);
  }

  /** @param limit where the figure is written that a user would change */
  private push(common: Omit<Budget, "rule" | "source">, limit: TomlPath, rule: BudgetRule): void {
    const { line, column } = this.document.keyPlace(limit);
    this.budgets.push({ ...common, source: { file: this.file, line, column }, rule });
  }
}

function clockOf(table: CheckedTable, otherwise: Clock): Clock {
  const clock = table.text("clock");
  return clock === "wall" || clock === "syscall" ? clock : otherwise;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
