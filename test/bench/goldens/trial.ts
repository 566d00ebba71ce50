import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Comparison } from "../../../src/protocol/comparison.ts";
import { GOLDEN_DIR } from "../../../src/protocol/goldenFile.ts";
import { acceptOnce, checkOnce } from "../../support/targets.ts";
import type { TrialProgram } from "./programs.ts";
import { Workplace } from "./workplace.ts";

/** What checks of one program came to; kept on disk, so that a trial can be broken off and continued. */
export interface ProgramResult {
  readonly program: string;
  readonly from: string;
  /** Calls in the golden, and what its samples did not agree on. */
  readonly calls: number;
  readonly varies: readonly string[];
  readonly checks: CheckResult[];
}

export interface CheckResult {
  readonly verdict: Comparison["verdict"];
  readonly confidence: number;
  /** Titles of the divergences, or the reason. */
  readonly told: readonly string[];
  /** Figures of performance that were told as worse. */
  readonly regressed: readonly string[];
  readonly load: number;
}

const RESULTS = resolve(import.meta.dirname, "../../../test-results/goldens");
const resultFile = (program: string): string => join(RESULTS, program, "result.json");

export function readResult(program: string): ProgramResult | undefined {
  const file = resultFile(program);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ProgramResult) : undefined;
}

export function forgetResult(program: string): void {
  rmSync(join(RESULTS, program), { recursive: true, force: true });
}

function writeResult(result: ProgramResult): void {
  mkdirSync(dirname(resultFile(result.program)), { recursive: true });
  writeFileSync(resultFile(result.program), `${JSON.stringify(result, null, 1)}\n`);
}

/** Accepts a program in one folder, then checks it in as many others, made anew each time. Continues where an earlier trial ended. */
export async function tryProgram(
  program: TrialProgram,
  { checks, port, onCheck }: { checks: number; port: number; onCheck: (done: number, check: CheckResult) => void },
): Promise<ProgramResult> {
  let result = readResult(program.name);
  const goldens = join(RESULTS, program.name, GOLDEN_DIR);
  if (result === undefined) {
    const workplace = new Workplace(program, port);
    try {
      workplace.configure();
      const accepted = await acceptOnce(program.name, workplace.path);
      cpSync(join(workplace.path, GOLDEN_DIR), goldens, { recursive: true });
      const varies = accepted.varies.map((each) => `${each.thread} ${each.name} ${each.object} ${each.varies}`);
      result = { program: program.name, from: program.from, calls: accepted.calls ?? 0, varies, checks: [] };
      writeResult(result);
    } finally {
      workplace.dispose();
    }
  }
  while (result.checks.length < checks) {
    const workplace = new Workplace(program, port);
    try {
      workplace.configure();
      cpSync(goldens, join(workplace.path, GOLDEN_DIR), { recursive: true });
      const { verdict, confidence, divergences, reason, performance } = await checkOnce(program.name, workplace.path);
      const told = reason === null ? divergences.map(toldText) : [reason];
      const worse = performance.filter((each) => each.verdict === "regressed");
      const regressed = worse.map(({ metric, change }) => `${metric} +${Math.round(100 * (change ?? Number.NaN))} %`);
      const [load = 0] = loadavg();
      const check: CheckResult = { verdict, confidence, told, regressed, load };
      result.checks.push(check);
      writeResult(result);
      onCheck(result.checks.length, check);
    } finally {
      workplace.dispose();
    }
  }
  return result;
}

function toldText({ kind, thread, title, golden, actual }: Comparison["divergences"][number]): string {
  const examples = [golden.events[0], actual.events[0]].filter((each) => each !== undefined);
  return [`${kind} in ${thread}: ${title}`, ...examples].join("\n      ");
}
