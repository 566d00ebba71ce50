import { ERRNO_NUMBERS } from "../../trace/errnoNumbers.ts";
import { type Site, SyscallState, type Trace } from "../../trace/trace.ts";
import { TraceBuilder } from "../../trace/traceBuilder.ts";
import { argumentsText } from "./renacerArguments.ts";
import type { RenacerCall, RenacerFile } from "./renacerSchema.ts";

/** Later points in time are times of day (µs since 1970), smaller ones count from the program's start. */
const EPOCH_US = 1e15;

const ERRNO_NAMES = new Map<number, string>();
// Aliases follow the name that is usual.
for (const [name, number] of Object.entries(ERRNO_NUMBERS)) if (!ERRNO_NAMES.has(number)) ERRNO_NAMES.set(number, name);

/** A thread of the document as far as it is known. */
export interface KnownThread {
  readonly name: string;
  readonly role: "main" | "process" | "thread";
  readonly parent: number;
  readonly execs: readonly string[];
}

/**
 * A trace from a checked document: calls in the order of the document (without times one nanosecond apart), one source line each where it
 * was recorded. Pids are 0 where none are told.
 * @param threads those that `RenacerCall.thread` counts in
 */
export function renacerTrace(file: RenacerFile, threads: readonly KnownThread[] = []): Trace {
  return new Maker(file, threads).make();
}

class Maker {
  private readonly builder: TraceBuilder;
  private readonly originUs: number;
  private readonly printed: boolean;
  private readonly timed: boolean;
  private readonly sites: Site[] = [];
  private readonly siteOfFrame: number[] = [];
  private rows = 0;

  constructor(
    private readonly file: RenacerFile,
    private readonly known: readonly KnownThread[],
  ) {
    const times = file.syscalls.map(({ ts_us }) => ts_us).filter((time) => time !== undefined);
    const first = times.length === 0 ? 0 : times.reduce((least, time) => Math.min(least, time));
    this.originUs = first > EPOCH_US && Number.isSafeInteger(first) ? first : 0;
    this.timed = file.syscalls.some(({ ts_us, start_ns }) => ts_us !== undefined || start_ns !== undefined);
    this.printed = file.generator?.startsWith("goldentrace") === true || known.length > 0;
    this.builder = new TraceBuilder({
      originRealtimeNs: BigInt(this.originUs) * 1000n,
      originMonotonicNs: 0n,
    });
  }

  make(): Trace {
    const { builder, file } = this;
    this.addThreads();
    for (const call of file.syscalls) this.add(call);
    for (const call of file.unreturned ?? []) this.add(call);
    this.end();
    if (!this.timed && this.rows > 0) {
      builder.addProblem({
        kind: "untimed",
        message: "The file has no times: calls are in order, one nanosecond apart.",
        losesData: false,
      });
    }
    return this.withSites(builder.build());
  }

  private addThreads(): void {
    const { threads } = this.builder;
    const [program = ""] = this.file.command ?? [];
    const name = program.slice(program.lastIndexOf("/") + 1);
    for (const { name, role, parent, execs } of this.known) {
      const index = threads.add({ pid: 0, tid: threads.length, parent, role, name, start: 0 });
      for (const path of execs) threads.exec(index, path);
    }
    if (this.known.length > 0) return;
    const [first] = this.file.syscalls;
    const tid = first?.tid ?? 0;
    threads.add({ pid: first?.pid ?? tid, tid, parent: -1, role: "main", name, start: 0 });
  }

  private thread({ thread, tid, pid }: RenacerCall, start: number): number {
    if (thread !== undefined && this.known[thread] !== undefined) return thread;
    if (tid === undefined) return 0;
    const { threads } = this.builder;
    const found = threads.find(tid);
    if (found !== -1) return found;
    const main = threads.get(0);
    const process = pid ?? main.pid;
    const parent = process === main.pid ? 0 : threads.find(process);
    return threads.add({
      pid: process,
      tid,
      parent: Math.max(parent, 0),
      role: process === tid ? "process" : "thread",
      name: "",
      start,
    });
  }

  private add(call: RenacerCall): void {
    const { builder } = this;
    const { ts_us, start_ns, duration_ns, duration_us } = call;
    const start = start_ns ?? (ts_us === undefined ? this.rows : (ts_us - this.originUs) * 1000);
    const outcome = outcomeOf(call);
    const returned = outcome.state === SyscallState.returned || outcome.errno !== "";
    const text = new TextEncoder().encode(argumentsText(call, this.printed));
    builder.addSyscall(
      {
        ...outcome,
        start,
        duration: returned
          ? (duration_ns ?? (duration_us === undefined ? Number.NaN : duration_us * 1000))
          : Number.NaN,
        thread: this.thread(call, start),
        name: call.name,
        stack: this.stack(call),
      },
      text,
      0,
      text.length,
    );
    this.rows++;
  }

  private stack({ source }: RenacerCall): number {
    if (source === undefined || source === null) return -1;
    const { file, line } = source;
    const inFunction = source.function ?? "";
    const frame = this.builder.stacks.internFrame(file, inFunction, line);
    if (this.siteOfFrame[frame] === undefined) {
      this.siteOfFrame[frame] = this.sites.push({ file, line, column: 0, function: inFunction }) - 1;
    }
    return this.builder.internStack([frame]);
  }

  private end(): void {
    const { exit_code, signal } = this.file.summary ?? {};
    if (signal !== undefined) {
      this.builder.threads.exit(0, Number.NaN, { kind: "killed", signal, coreDumped: false });
    } else if (typeof exit_code === "number") {
      this.builder.threads.exit(0, Number.NaN, { kind: "exited", code: exit_code });
    }
  }

  /** Only what the recorder named as a place is known, so each stack is one frame with one site. */
  private withSites(trace: Trace): Trace {
    const { stacks } = trace;
    const { siteOfFrame, sites } = this;
    return {
      ...trace,
      sites,
      stacks: {
        ...stacks,
        frames: stacks.frames.map((frame, index) => ({ ...frame, sites: [siteOfFrame[index] as number] })),
        site: stacks.frame.map((frame) => siteOfFrame[frame] as number),
      },
    };
  }
}

function outcomeOf({ result, errno }: RenacerCall): {
  readonly state: SyscallState;
  readonly result: number;
  readonly resultText: string;
  readonly errno: string;
} {
  if (errno !== undefined && errno !== "") {
    return { state: SyscallState.returned, result: -1, resultText: "", errno };
  }
  const value = typeof result === "string" ? Number(/^-?\d+/.exec(result)?.[0] ?? Number.NaN) : result;
  if (value === undefined || Number.isNaN(value)) {
    return { state: SyscallState.noResult, result: Number.NaN, resultText: "", errno: "" };
  }
  if (value < 0 && value >= -4095) {
    const name = ERRNO_NAMES.get(-value);
    if (name !== undefined) return { state: SyscallState.returned, result: -1, resultText: "", errno: name };
  }
  return {
    state: SyscallState.returned,
    result: value,
    resultText: typeof result === "string" ? result : "",
    errno: "",
  };
}
