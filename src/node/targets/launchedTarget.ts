import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import type { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { ExpectedError } from "../../base/errors.ts";
import type { OutputStream } from "../../engine/trace/trace.ts";
import { DescriptorWriter } from "../descriptorWriter.ts";
import { OwnedDescriptor, PipePump, pipeWriter, withPipes } from "../pipes.ts";
import { findTracer, identify, isAlive, type ProcessIdentity, tracerOf } from "../processes.ts";
import { errorCode } from "../procFiles.ts";
import type { StdioPlan } from "../stdioPlan.ts";
import { leaveTracer, passOnForGood } from "./leave.ts";
import type { TargetEnd } from "./target.ts";
import { TraceGuard } from "./traceGuard.ts";
import { TreeTarget } from "./treeTarget.ts";

/** How a program is started. */
export interface Launch {
  /** The argument vector that becomes the program; `tracePath` is where the tracer writes, empty without a tracer. */
  command(tracePath: string): { readonly file: string; readonly args: readonly string[]; readonly argv0?: string };
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly plan: StdioPlan;
  readonly traced: boolean;
  /** The kernel filters calls for the tracer: processes cannot do without it any more. */
  readonly seccomp: boolean;
  /** Further descriptors of this process that the program gets under the same numbers, ascending. */
  readonly inherited: readonly number[];
  /** Copy what the program prints to this process' own stdout and stderr. */
  readonly forward: boolean;
}

/** Processes that outlive the first one for this long are left running. */
const GRACE_MS = 300;
/** How often the end is looked at, when it does not come by itself. */
const LOOK_MS = 20;
/** A pipe that nobody of ours holds, and that stays silent for this long, is held by somebody unknown. */
const SILENT_MS = 1000;
/** A program that this process starts: under strace, or alone. */
export class LaunchedTarget extends TreeTarget {
  private child: ChildProcess | undefined;
  private stdin: Socket | undefined;
  private tracePump: PipePump | undefined;
  private readonly outputPumps = new Map<OutputStream, PipePump>();
  private tracePath = "";
  private guard: TraceGuard | undefined;
  private traceWriter: OwnedDescriptor | undefined;
  private sawTrace = false;
  private tracer: ProcessIdentity | undefined;
  private lastBytes = 0;

  constructor(private readonly launch: Launch) {
    super();
  }

  protected async begin(): Promise<number> {
    const child = process.platform === "linux" ? await this.startWithPipes() : await this.startWithSockets();
    this.child = child;
    // A process that ends at once may have ended before the pid was looked up: then there is nothing to signal either.
    this.processes.setRoot(child.pid ?? 0);
    return child.pid ?? 0;
  }

  private async startWithPipes(): Promise<ChildProcess> {
    const { plan, traced } = this.launch;
    return withPipes(async ([tracePipe, outPipe, errPipe, inPipe]) => {
      const childEnds: OwnedDescriptor[] = [];
      const childEnd = (descriptor: number): number => {
        childEnds.push(new OwnedDescriptor(descriptor));
        return descriptor;
      };
      try {
        if (traced) {
          this.traceWriter = new OwnedDescriptor(tracePipe.open("write", false));
          this.tracePump = new PipePump(tracePipe.open("read", false), (bytes) => this.takeTrace(bytes));
          this.tracePath = `/proc/${process.pid}/fd/${this.traceWriter.number}`;
          // A program whose output goes through us ends with us; another one goes on.
          if (plan.output === "inherit") {
            // Calls that the kernel filters for a tracer fail without one.
            const reader = new OwnedDescriptor(tracePipe.open("read", true));
            this.guard = new TraceGuard(reader, this.tracePath, !this.launch.seccomp);
          }
        }
        const stdio: ("inherit" | "ignore" | number)[] = ["inherit", "inherit", "inherit"];
        for (const descriptor of this.launch.inherited) {
          while (stdio.length < descriptor) stdio.push("ignore");
          stdio[descriptor] = descriptor;
        }
        if (plan.stdin === "pipe") {
          stdio[0] = childEnd(inPipe.open("read", true));
          this.stdin = pipeWriter(inPipe.open("write", false));
          this.watchStdin(this.stdin);
        }
        if (plan.output === "pipe") {
          stdio[1] = childEnd(outPipe.open("write", true));
          stdio[2] = childEnd(errPipe.open("write", true));
          this.outputPumps.set("stdout", this.outputPump("stdout", outPipe.open("read", false)));
          this.outputPumps.set("stderr", this.outputPump("stderr", errPipe.open("read", false)));
        }
        return await this.spawn(stdio);
      } catch (error) {
        this.closeAll();
        throw error;
      } finally {
        for (const end of childEnds) end.close();
      }
    });
  }

  /** Where pipes cannot be opened again (no `/proc`): Node's own, without a tracer. */
  private async startWithSockets(): Promise<ChildProcess> {
    const { plan } = this.launch;
    const output = plan.output === "pipe" ? "pipe" : "inherit";
    const child = await this.spawn([plan.stdin === "pipe" ? "pipe" : "inherit", output, output]);
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream]?.on("data", (bytes: Buffer) => {
        const wait = this.takeOutput(stream, bytes);
        if (wait === undefined) return;
        child[stream]?.pause();
        void wait.then(() => child[stream]?.resume(), this.fail);
      });
    }
    child.stdin?.on("error", () => undefined);
    return child;
  }

  private spawn(stdio: ("inherit" | "ignore" | "pipe" | number)[]): Promise<ChildProcess> {
    const { file, args, argv0 } = this.launch.command(this.tracePath);
    const child = spawn(file, args, {
      cwd: this.launch.cwd,
      env: this.launch.env,
      stdio,
      ...(argv0 === undefined ? {} : { argv0 }),
    });
    this.startedAt = process.hrtime.bigint();
    child.once("exit", (code, signal) => {
      this.afterExit(code, signal).then(this.settle, this.fail);
    });
    return new Promise((resolve, reject) => {
      child.once("spawn", () => resolve(child));
      child.once("error", (error) => {
        reject(
          new ExpectedError(`${file} cannot be started (${errorCode(error)})`, {
            code: errorCode(error) === "ENOENT" ? "not-found" : "not-executable",
            cause: error,
          }),
        );
      });
    });
  }

  // --- while it runs

  private takeTrace(bytes: Uint8Array): Promise<void> | undefined {
    this.lastBytes = performance.now();
    if (!this.sawTrace) {
      this.sawTrace = true;
      // Held until the tracer had opened its own end; from now on the end of the pipe is the end of the tracer.
      this.traceWriter?.close();
      this.findTracer();
    }
    const sink = this.receiver;
    sink.trace(bytes);
    return sink.ready();
  }

  private findTracer(): void {
    const pid = this.child?.pid;
    if (pid === undefined || this.tracer !== undefined || !this.launch.traced) return;
    this.tracer = identify(tracerOf(pid)) ?? findTracer(this.tracePath, pid);
    if (this.tracer === undefined) return;
    this.processes.setTracer(this.tracer.pid);
  }

  private outputPump(stream: OutputStream, descriptor: number): PipePump {
    return new PipePump(descriptor, (bytes) => this.takeOutput(stream, Buffer.from(bytes)));
  }

  private readonly forwards = { stdout: new DescriptorWriter(1), stderr: new DescriptorWriter(2) };

  private takeOutput(stream: OutputStream, bytes: Uint8Array): Promise<void> | undefined {
    this.lastBytes = performance.now();
    const sink = this.receiver;
    sink.output(stream, bytes);
    const ready = sink.ready();
    return this.launch.forward ? this.passOn(stream, bytes, ready) : ready;
  }

  private async passOn(stream: OutputStream, bytes: Uint8Array, ready: Promise<void> | undefined): Promise<void> {
    const failure = await this.forwards[stream].write(bytes);
    if (failure !== undefined) {
      // The program must see that nobody reads, exactly as it would without us in between.
      this.outputPumps.get(stream)?.close();
      if (failure !== "EPIPE") this.receiver.notice(`${stream} cannot be written to (${failure}): it was closed.`);
    }
    await ready;
  }

  private watchStdin(stdin: Socket): void {
    // The program may end or close its input before it read everything; that is its own affair.
    stdin.on("error", () => stdin.destroy());
  }

  // --- the end

  private async afterExit(code: number | null, signal: string | null): Promise<TargetEnd> {
    const exitedAt = process.hrtime.bigint();
    this.traceWriter?.close();
    this.findTracer();
    const drained = Promise.all([this.tracePump?.ended, ...[...this.outputPumps.values()].map((pump) => pump.ended)]);
    let finished = false;
    const done = drained.then(() => {
      finished = true;
    });
    this.lastBytes = performance.now();
    let leftSince: number | undefined;
    while (!finished) {
      await Promise.race([done, delay(LOOK_MS)]);
      if (finished) break;
      const left = this.processes.scan();
      const now = performance.now();
      if (left.length === 0) {
        leftSince = undefined;
        // Nobody of ours is alive. The tracer may still be writing; else somebody unknown holds the pipe.
        if ((this.tracer !== undefined && isAlive(this.tracer)) || now - this.lastBytes < SILENT_MS) continue;
        await this.leave([]);
        break;
      }
      leftSince ??= now;
      if (now - leftSince < GRACE_MS) continue;
      if (this.stopping) {
        await this.tree.kill();
        leftSince = undefined;
        continue;
      }
      await this.leave(left);
      break;
    }
    this.closeAll();
    const failed = this.launch.traced && !this.sawTrace;
    return { exit: failed ? null : { code, signal }, exitedAt, failed };
  }

  private async leave(left: readonly ProcessIdentity[]): Promise<void> {
    await leaveTracer(left, this.receiver, this.tracer, this.tracePump, this.launch.seccomp);
    for (const [stream, pump] of this.outputPumps) {
      const to = this.launch.forward ? (stream === "stdout" ? 1 : 2) : "ignore";
      await pump.handOver((descriptor) => passOnForGood(descriptor, to));
    }
  }

  private closeAll(): void {
    this.traceWriter?.close();
    this.tracePump?.close();
    this.guard?.close();
    for (const pump of this.outputPumps.values()) pump.close();
    this.stdin?.destroy();
  }

  protected override get input(): Writable | undefined {
    return this.stdin ?? this.child?.stdin ?? undefined;
  }
}
