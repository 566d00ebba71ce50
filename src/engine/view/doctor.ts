import { plural } from "../../base/format.ts";
import { oneLine } from "../../base/text.ts";

/** One thing that the doctor looked at. */
export interface DoctorCheck {
  /** Stable, for `doctor --json` and buttons: `kernel`, `strace`, … */
  readonly id: string;
  readonly title: string;
  /** `warning`: something works less well or not at all that many do without. `problem`: programs cannot be recorded. */
  readonly state: "ok" | "warning" | "problem";
  /** What was found, in one sentence or a version. */
  readonly detail: string;
  /** The line to type, or what to do, that mends it. */
  readonly repair?: string;
}

const SIGNS = { ok: "ok", warning: "warning", problem: "PROBLEM" } as const;

/** The checks as lines of text: sign, title and detail in columns, the repair below what needs it, a verdict at the end. */
export function formatDoctor(checks: readonly DoctorCheck[]): string {
  const titleWidth = Math.max(0, ...checks.map(({ title }) => title.length));
  const lines = checks.flatMap((check) => {
    const sign = SIGNS[check.state].padEnd(SIGNS.problem.length);
    const first = `${sign}  ${check.title.padEnd(titleWidth)}  ${oneLine(check.detail)}`;
    return check.repair === undefined ? [first] : [first, `${" ".repeat(SIGNS.problem.length)}  -> ${check.repair}`];
  });
  return `${[...lines, "", verdict(checks)].join("\n")}\n`;
}

function verdict(checks: readonly DoctorCheck[]): string {
  const count = (state: DoctorCheck["state"]): number => checks.filter((check) => check.state === state).length;
  const problems = count("problem");
  if (problems > 0) {
    return `${plural(problems, "problem")} to mend before programs can be recorded with their system calls.`;
  }
  return count("warning") > 0 ? "Ready to record; the warnings above tell what is missing." : "Ready to record.";
}
