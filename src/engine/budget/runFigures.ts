import { anonymousMemory } from "../query/anonymousMemory.ts";
import { argumentText, callPath } from "../query/argumentText.ts";
import { type CriticalPath, criticalPath } from "../query/criticalPath.ts";
import { logCounts } from "../query/logCounts.ts";
import { metricTotals } from "../query/metricTotals.ts";
import type { SyscallSummary } from "../query/summary.ts";
import { hasReturned, syscallTable } from "../query/syscallTable.ts";
import { largerKnown, transferredBytes } from "../query/transferredBytes.ts";
import { filterPasses } from "../read/filterPasses.ts";
import { SYSCALL_NAMES } from "../trace/syscallNames.ts";
import type { TraceProblem } from "../trace/trace.ts";
import type { Clock } from "./budget.ts";
import type { BudgetContext } from "./evaluateContext.ts";
import type { Figure, FigureSource } from "./expression/evaluate.ts";
import type { FunctionName, VariableName } from "./expression/names.ts";
import { type NameTest, wildcardMatches } from "./namePattern.ts";

/** Problems that lose no system call. */
const OTHER_LOSSES: ReadonlySet<string> = new Set<TraceProblem["kind"]>([
  "untimed",
  "logs-not-indexed",
  "logs-not-captured",
  "metrics-missing",
  "metrics-sampled",
  "artifact",
  "report-missing",
  "unsymbolised",
  "stale-source",
  "exit-from-shell",
]);

const OPENING: ReadonlySet<string> = new Set(["open", "openat", "openat2", "creat"]);

/** The figures of one run, each computed when it is first asked for and never twice. */
export class RunFigures implements FigureSource {
  private readonly cache = new Map<string, unknown>();
  /** Why the recorded events are not all that happened; undefined when they are. */
  readonly loss: string | undefined;
  /** Why there are no times; undefined when there are. */
  readonly untimed: string | undefined;

  constructor(readonly context: BudgetContext) {
    this.loss = lossOf(context);
    this.untimed = this.untimedReason();
  }

  /** Calls by name that returned. */
  get table(): readonly SyscallSummary[] {
    return this.once("table", () => syscallTable(this.context.trace.syscalls).returned);
  }

  wall(): Figure {
    const { manifest, summary } = this.context;
    const wallNs = manifest === undefined ? (summary?.wallNs ?? null) : manifest.wallNs;
    if (wallNs === null)
      return { unknown: this.untimed ?? "the end of the run was not seen, so its wall time is not known" };
    return this.ended({ value: wallNs });
  }

  /** Time in system calls that match, summed over all threads. */
  syscallTime(test: NameTest = () => true): Figure {
    if (this.untimed !== undefined) return { unknown: this.untimed };
    return this.complete({ value: this.sum(test, ({ totalNs }) => totalNs) }, test);
  }

  time(clock: Clock): Figure {
    return clock === "wall" ? this.wall() : this.syscallTime();
  }

  calls(test: NameTest = () => true): Figure {
    return this.complete({ value: this.sum(test, ({ calls }) => calls) }, test);
  }

  errors(test: NameTest): Figure {
    return this.complete({ value: this.sum(test, ({ errors }) => errors) }, test);
  }

  /** The longest chain by a clock. */
  criticalPath(clock: Clock): { readonly path: CriticalPath } | { readonly unknown: string } {
    if (this.untimed !== undefined) return { unknown: this.untimed };
    return { path: this.once(`path ${clock}`, () => criticalPath(this.context.trace, { by: clock })) };
  }

  pathTime(clock: Clock): Figure {
    const found = this.criticalPath(clock);
    if ("unknown" in found) return found;
    return this.complete({ value: clock === "wall" ? found.path.wallNs : found.path.syscallNs });
  }

  allocated(): Figure {
    return this.memory("allocated");
  }

  peakRss(): Figure {
    const { peakRssBytes } = this.metrics;
    if (peakRssBytes === null) return { unknown: "the memory of the run was not sampled" };
    return this.ended({ value: peakRssBytes });
  }

  variable(name: VariableName): Figure {
    switch (name) {
      case "wall_ms":
        return this.wall();
      case "cpu_ms":
        return this.sampled(this.metrics.cpuNs, "processor time");
      case "syscall_ms":
        return this.syscallTime();
      case "critical_path_ms":
        return this.pathTime("wall");
      case "critical_path_syscall_ms":
        return this.pathTime("syscall");
      case "syscalls":
        return this.calls();
      case "failures":
        return this.errors(() => true);
      case "bytes_read":
        return this.sampled(largerKnown(this.metrics.readBytes, this.transferred.read), "number of bytes read");
      case "bytes_written":
        return this.sampled(
          largerKnown(this.metrics.writtenBytes, this.transferred.written),
          "number of bytes written",
        );
      case "peak_rss":
        return this.peakRss();
      case "allocated":
      case "held":
        return this.memory(name);
      case "threads":
        return this.complete({ value: this.context.trace.threads.length });
      case "processes":
        return this.complete({ value: this.context.trace.threads.filter(({ role }) => role !== "thread").length });
      case "exit_code":
        return this.exitCode();
      case "log_lines":
        return this.logLines(() => true);
    }
  }

  call(name: FunctionName, argument: string): Figure {
    const test: NameTest = (candidate) => wildcardMatches(argument, candidate);
    switch (name) {
      case "calls":
        return this.calls(test);
      case "errors":
        return this.errors(test);
      case "time_ms":
        return this.syscallTime(test);
      case "max_ms": {
        if (this.untimed !== undefined) return { unknown: this.untimed };
        const longest = this.table.reduce((max, row) => (test(row.name) ? Math.max(max, row.maxNs) : max), 0);
        return this.complete({ value: longest }, test);
      }
      case "logs":
        return this.logLines(test);
      case "opens":
        return this.complete({ value: this.opened(test) }, (call) => OPENING.has(call));
      case "signals":
        return this.complete({ value: this.context.trace.signals.filter(({ signal }) => test(signal)).length });
    }
  }

  /** Adds why a figure of the events may be too small: a loss, or a filter that left out calls that it counts. */
  complete(figure: { readonly value: number }, counts: NameTest = () => true): Figure {
    const { manifest } = this.context;
    if (this.loss !== undefined) return { ...figure, atLeast: this.loss };
    const filter = manifest?.recorder.filter ?? "";
    if (filter === "") return figure;
    const left = this.names.filter((name) => counts(name) && !filterPasses(filter, name));
    // A filter that leaves out part of what a pattern over everything means was chosen to be "everything".
    const all = this.names.every((name) => counts(name));
    if (left.length === 0 || all) return figure;
    return { ...figure, atLeast: `the filter ${filter} kept ${left.slice(0, 3).join(", ")} out of the recording` };
  }

  /** For figures that do not come from the events: only a run that was cut short makes them too small. */
  private ended(figure: { readonly value: number }): Figure {
    const { manifest } = this.context;
    if (manifest?.stopped !== undefined) return { ...figure, atLeast: STOPPED };
    return manifest === undefined || manifest.state === "finished" ? figure : { ...figure, atLeast: UNFINISHED };
  }

  private sampled(value: number | null, what: string): Figure {
    return value === null ? { unknown: `the ${what} of the run is not known` } : this.ended({ value });
  }

  private memory(of: "allocated" | "held"): Figure {
    const memory = this.once("memory", () => anonymousMemory(this.context.trace));
    if (memory === null) return { unknown: "no mmap or brk was recorded, so the memory that was mapped is not known" };
    const names = ["mmap", "mremap", "brk"];
    return this.complete({ value: memory[of] }, (name) => names.includes(name));
  }

  private exitCode(): Figure {
    const { manifest, trace } = this.context;
    const main = trace.threads.find(({ role }) => role === "main")?.exit;
    const code = manifest === undefined ? (main?.kind === "exited" ? main.code : null) : (manifest.exit?.code ?? null);
    if (code !== null) return { value: code };
    const signal = manifest?.exit?.signal ?? (main?.kind === "killed" ? main.signal : undefined);
    return {
      unknown: signal === undefined ? "the end of the program was not seen" : `the program was ended by ${signal}`,
    };
  }

  private logLines(test: NameTest): Figure {
    const { trace, manifest } = this.context;
    const lost = trace.problems.find(({ kind }) => kind === "logs-not-indexed" || kind === "logs-not-captured");
    if (lost?.kind === "logs-not-captured" || manifest?.capture === "off") {
      return { unknown: lost?.message ?? "the program's output was not captured" };
    }
    let value = 0;
    for (const [level, lines] of Object.entries(logCounts(trace.logs))) if (test(level)) value += lines;
    return lost === undefined ? this.ended({ value }) : { value, atLeast: lost.message };
  }

  private opened(test: NameTest): number {
    const { syscalls } = this.context.trace;
    const opening = syscalls.names.map((name) => OPENING.has(name));
    let count = 0;
    for (let row = 0; row < syscalls.length; row++) {
      const id = syscalls.name[row] as number;
      if (opening[id] !== true || !hasReturned(syscalls.state[row] as number, syscalls.errno[row] as number)) continue;
      if (test(callPath(syscalls.names[id] as string, argumentText(syscalls, row)))) count++;
    }
    return count;
  }

  private sum(test: NameTest, of: (row: SyscallSummary) => number): number {
    return this.table.reduce((sum, row) => (test(row.name) ? sum + of(row) : sum), 0);
  }

  private get metrics(): ReturnType<typeof metricTotals> {
    return this.once("metrics", () => metricTotals(this.context.trace.metrics));
  }

  private get transferred(): ReturnType<typeof transferredBytes> {
    return this.once("transferred", () => transferredBytes(this.context.trace.syscalls));
  }

  private get names(): readonly string[] {
    return this.once("names", () => [...new Set([...SYSCALL_NAMES, ...this.context.trace.syscalls.names])]);
  }

  private untimedReason(): string | undefined {
    const { trace } = this.context;
    const told = trace.problems.find(({ kind }) => kind === "untimed");
    if (told !== undefined) return told.message;
    const { syscalls } = trace;
    if (syscalls.length === 0) return undefined;
    for (let row = 0; row < syscalls.length; row++) if ((syscalls.duration[row] as number) >= 0) return undefined;
    return "the trace has no times";
  }

  private once<T>(key: string, compute: () => T): T {
    if (!this.cache.has(key)) this.cache.set(key, compute());
    return this.cache.get(key) as T;
  }
}

const STOPPED = "the recording was stopped before the program ended";
const UNFINISHED = "the recording did not come to its end";

function lossOf({ trace, manifest }: BudgetContext): string | undefined {
  const problem =
    trace.problems.find(({ kind, losesData }) => losesData && !OTHER_LOSSES.has(kind)) ??
    manifest?.problems.find(({ kind, losesData }) => losesData && !OTHER_LOSSES.has(kind));
  if (problem !== undefined) return withoutStop(problem.message);
  if (trace.syscalls.length === 0) return "the trace has no system calls";
  if (manifest === undefined) return undefined;
  if (manifest.lost > 0) return `${manifest.lost} system calls were lost`;
  if (manifest.stopped !== undefined) return STOPPED;
  return manifest.state === "finished" ? undefined : UNFINISHED;
}

/** Problems are sentences; here they stand inside of one. */
export function withoutStop(sentence: string): string {
  return sentence.replace(/\.\s*$/, "");
}
