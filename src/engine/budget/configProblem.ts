/** What is wrong with a configuration file, or worth knowing about it. */
export interface ConfigProblem {
  /** 1-based; 0 where the place is not known. */
  readonly line: number;
  /** 1-based, in UTF-16 units; 0 where only the line is known. */
  readonly column: number;
  /** 1-based, just behind the last character of what is meant; 0 where only the line is known. */
  readonly endColumn: number;
  /** An error makes the file unusable; a warning is most likely a mistake; a remark tells that something known has no effect here. */
  readonly severity: "error" | "warning" | "remark";
  readonly message: string;
}

const SEVERITIES: readonly ConfigProblem["severity"][] = ["error", "warning", "remark"];

/** In the order of the file; of one place, errors first. */
export function sortProblems(problems: ConfigProblem[]): ConfigProblem[] {
  const rank = ({ severity }: ConfigProblem): number => SEVERITIES.indexOf(severity);
  return problems.sort((a, b) => a.line - b.line || a.column - b.column || rank(a) - rank(b));
}
