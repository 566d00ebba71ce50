import { constants } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { ExpectedError } from "../../base/errors.ts";
import { OwnedDescriptor, PipePump, withPipes } from "../pipes.ts";
import { findTracer, identify, isAlive, type ProcessIdentity, tracerOf } from "../processes.ts";
import type { StdioMode } from "../recordingRequest.ts";
import { leaveTracer } from "./leave.ts";
import type { TargetEnd } from "./target.ts";
import { TraceGuard } from "./traceGuard.ts";
import { TreeTarget } from "./treeTarget.ts";

export interface TerminalLaunch {
  readonly run: Extract<StdioMode, { kind: "terminal" }>["run"];
  /** The command for the terminal; `reportPath` is where strace or the reporting shell writes. */
  command(reportPath: string): readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | null>>;
  readonly traced: boolean;
  readonly seccomp: boolean;
  /** Called with the pid before anything else of the program is delivered. */
  onPid(pid: number): void;
}

/** How long the terminal may take to start the program: the user may have to unlock a shell first. */
const START_MS = 60_000;
const LOOK_MS = 50;
const GRACE_MS = 300;

/**
 * A shell without job control between the terminal's own shell and the program. Without it the terminal's shell would
 * take a program that is paused for one that the user suspended, and take its terminal away. It ignores what the terminal
 * sends to both, for the program to decide. The script is constant; everything else are arguments.
 */
export const QUIET_SHELL = ["/bin/sh", "-c", 'trap : INT QUIT; "$@"; exit $?', "sh"] as const;

/** Like `QUIET_SHELL`, and writes the program's pid and exit code to its first argument. */
export const REPORTING_SHELL = [
  "/bin/sh",
  "-c",
  'trap : INT QUIT; r=$1; shift; sh -c \'echo "pid $$" >"$0"; exec "$@"\' "$r" "$@"; s=$?; echo "exit $s" >"$r"; exit $s',
  "sh",
] as const;

/** A program in a terminal that somebody else opens (DAP `runInTerminal`). It is not this process' child. */
export class TerminalTarget extends TreeTarget {
  private pump: PipePump | undefined;
  private writer: OwnedDescriptor | undefined;
  private guard: TraceGuard | undefined;
  private root: ProcessIdentity | undefined;
  private tracer: ProcessIdentity | undefined;
  private started: (pid: number) => void = () => undefined;
  private head = "";
  private pid = 0;
  private exitCode: number | undefined;

  constructor(private readonly launch: TerminalLaunch) {
    super();
  }

  protected async begin(): Promise<number> {
    const pid = new Promise<number>((resolve) => {
      this.started = resolve;
    });
    const writer = await withPipes(([pipe]) => {
      const held = new OwnedDescriptor(pipe.open("write", false));
      this.pump = new PipePump(pipe.open("read", false), (bytes) => this.take(bytes));
      if (this.launch.traced) {
        const reader = new OwnedDescriptor(pipe.open("read", true));
        // Calls that the kernel filters for a tracer fail without one.
        this.guard = new TraceGuard(reader, reportPathOf(held), !this.launch.seccomp);
      }
      return held;
    });
    this.writer = writer;
    const reportPath = reportPathOf(writer);
    const abort = new AbortController();
    try {
      await this.launch.run({
        argv: this.launch.command(reportPath),
        cwd: this.launch.cwd,
        env: this.launch.env,
      });
      const late = delay(START_MS, undefined, { signal: abort.signal }).then(() => {
        throw new ExpectedError("The program did not start in the terminal within a minute", {
          wayOut: "Look at the terminal for what it says, or use the Debug Console (console: internalConsole).",
        });
      });
      await Promise.race([pid, late]);
    } catch (error) {
      writer.close();
      this.pump?.close();
      this.guard?.close();
      throw error;
    } finally {
      abort.abort();
    }
    this.tracer = identify(tracerOf(this.pid)) ?? (this.launch.traced ? findTracer(reportPath, this.pid) : undefined);
    if (this.tracer !== undefined) this.processes.setTracer(this.tracer.pid);
    this.watch().then(this.settle, this.fail);
    return this.pid;
  }

  private take(bytes: Uint8Array): Promise<void> | undefined {
    const sink = this.receiver;
    if (this.pid === 0 || !this.launch.traced) this.takeReport(bytes);
    if (!this.launch.traced) return undefined;
    sink.trace(bytes);
    return sink.ready();
  }

  /** strace begins every line with the pid; the reporting shell says `pid N` and `exit N`. */
  private takeReport(bytes: Uint8Array): void {
    this.head = (this.head + Buffer.from(bytes).toString("latin1")).slice(0, 4096);
    const pid = Number((this.launch.traced ? /^(\d+) / : /^pid (\d+)\n/).exec(this.head)?.[1] ?? 0);
    const exit = /^exit (\d+)\n/m.exec(this.head)?.[1];
    if (exit !== undefined && !this.launch.traced) this.exitCode = Number(exit);
    if (pid === 0 || this.pid !== 0) return;
    this.pid = pid;
    this.processes.setRoot(pid);
    this.root = identify(pid);
    // The shell opens the pipe once more for the exit; a tracer keeps it open.
    if (this.launch.traced) this.writer?.close();
    this.launch.onPid(pid);
    this.started(pid);
  }

  /** A shell tells the death by a signal as 128 plus its number, which programs may exit with themselves. */
  private explainExit(code: number): void {
    const signal = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
    if (signal === undefined) return;
    this.receiver.problem({
      kind: "exit-from-shell",
      message: `The terminal's shell told exit code ${code}, which is what it tells when a program was killed by ${signal} (128 + ${code - 128}).`,
      losesData: false,
    });
  }

  /** Waits for the end: of the tracer, or of the first process while others live on. */
  private async watch(): Promise<TargetEnd> {
    const { pump } = this;
    if (pump === undefined) throw new Error("The target was not started");
    let leftSince: number | undefined;
    while (!pump.isEnded && this.exitCode === undefined) {
      await Promise.race([pump.ended, delay(LOOK_MS)]);
      if (pump.isEnded || (this.root !== undefined && isAlive(this.root))) continue;
      const left = this.processes.scan();
      if (left.length === 0) {
        leftSince = undefined;
        // Without a tracer the shell's last word is still to come, unless the shell was killed.
        if (!this.launch.traced) {
          await Promise.race([pump.ended, delay(GRACE_MS)]);
          break;
        }
        if (this.tracer === undefined || !isAlive(this.tracer)) {
          this.writer?.close();
          await Promise.race([pump.ended, delay(GRACE_MS)]);
          break;
        }
        continue;
      }
      leftSince ??= performance.now();
      if (performance.now() - leftSince < GRACE_MS) continue;
      if (this.stopping) {
        await this.tree.kill();
        leftSince = undefined;
        continue;
      }
      await leaveTracer(left, this.receiver, this.tracer, pump, this.launch.seccomp);
      break;
    }
    this.writer?.close();
    pump.close();
    this.guard?.close();
    const exit = this.exitCode === undefined ? null : { code: this.exitCode, signal: null };
    if (this.exitCode !== undefined) this.explainExit(this.exitCode);
    return { exit, exitedAt: null, failed: false };
  }
}

function reportPathOf(writer: OwnedDescriptor): string {
  return `/proc/${process.pid}/fd/${writer.number}`;
}
