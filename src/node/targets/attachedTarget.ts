import { type ChildProcess, spawn } from "node:child_process";
import { readlinkSync } from "node:fs";
import { ExpectedError } from "../../base/errors.ts";
import { OwnedDescriptor, PipePump, withPipes } from "../pipes.ts";
import { identify, readStat, tracerOf } from "../processes.ts";
import { errorCode, listNumbers, readProcFile } from "../procFiles.ts";
import { findOnPath } from "../program.ts";
import { whyRefused, yamaScope } from "../recorders/straceProbe.ts";
import { TreeTarget } from "./treeTarget.ts";

export interface Attachment {
  readonly pid: number;
  readonly strace: string;
  /** Arguments of strace for a trace at `tracePath`, without those that say whom to trace. */
  arguments(tracePath: string): readonly string[];
}

/** A process that runs already. It belongs to somebody else and outlives the recording. */
export class AttachedTarget extends TreeTarget {
  private tracer: ChildProcess | undefined;
  private pump: PipePump | undefined;

  constructor(private readonly attachment: Attachment) {
    super();
  }

  protected async begin(): Promise<number> {
    const sink = this.receiver;
    const { pid } = this.attachment;
    checkAttachable(pid);
    this.processes.setRoot(pid);
    const writer = await withPipes(([pipe]) => {
      const held = new OwnedDescriptor(pipe.open("write", false));
      this.pump = new PipePump(pipe.open("read", false), (bytes) => {
        sink.trace(bytes);
        return sink.ready();
      });
      return held;
    });
    try {
      this.tracer = await this.attach(`/proc/${process.pid}/fd/${writer.number}`);
    } catch (error) {
      this.pump?.close();
      throw error;
    } finally {
      writer.close();
    }
    this.processes.setTracer(this.tracer.pid ?? 0);
    this.pump?.ended.then(() => this.settle({ exit: null, exitedAt: null, failed: false }), this.fail);
    return pid;
  }

  /** Resolves when strace says that it has attached to every thread. */
  private attach(tracePath: string): Promise<ChildProcess> {
    const { pid, strace } = this.attachment;
    // When this process is killed, strace must not go on tracing for nobody: then it gets SIGTERM, and lets go.
    const guard = findOnPath("setpriv");
    const command = [
      ...(guard === undefined ? [] : [guard, "--pdeathsig", "TERM", "--"]),
      strace,
      ...this.attachment.arguments(tracePath).filter((argument) => argument !== "-q"),
      ...["-I2", "-p", String(pid)],
    ];
    const child = spawn(command[0] as string, command.slice(1), {
      // A group of its own: the terminal's Ctrl-C is for this process, which then lets go in order.
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, LC_ALL: "C" },
    });
    return new Promise((resolve, reject) => {
      let said = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said = (said + text).slice(-4096);
        if (/: Process \d+ attached/.test(said)) resolve(child);
      });
      child.once("error", reject);
      child.once("close", () => reject(refusal(pid, said)));
    });
  }

  override async detach(): Promise<void> {
    this.tracer?.kill("SIGINT");
    await this.pump?.ended;
  }
}

/** Threads of a process, the first one included. */
export function threadsOf(pid: number): number[] {
  return listNumbers(`/proc/${pid}/task`);
}

/** What a process was started as; empty for kernel threads. Used as the command of an attached run. */
export function commandOf(pid: number): string[] {
  const text = readProcFile(`/proc/${pid}/cmdline`) ?? "";
  return text.split("\0").slice(0, -1);
}

/** @throws ExpectedError with the exact reason why the kernel would refuse to let us trace the process */
function checkAttachable(pid: number): void {
  if (!Number.isSafeInteger(pid) || pid <= 0 || identify(pid) === undefined) {
    throw new ExpectedError(`There is no process ${pid}`, {
      code: "not-found",
      wayOut: "It may have ended. Find the one that is meant with: pgrep -a NAME",
    });
  }
  if (pid === process.pid) throw new ExpectedError("Goldentrace cannot attach to itself", { code: "usage" });
  const tracer = tracerOf(pid);
  if (tracer !== 0) {
    const name = readStat(tracer)?.comm ?? "another program";
    throw new ExpectedError(`Process ${pid} is being traced or debugged already, by ${name} (pid ${tracer})`, {
      code: "ptrace-refused",
      wayOut: `End ${name} first: a process can have one tracer only.`,
    });
  }
}

function refusal(pid: number, said: string): ExpectedError {
  const message = /strace: (.*)/.exec(said)?.[1] ?? said.trim();
  if (/Operation not permitted/.test(message)) {
    const owner = ownerOf(pid);
    const own = process.getuid?.();
    if (owner !== undefined && own !== 0 && owner !== own) {
      return new ExpectedError(`Process ${pid} runs as another user (uid ${owner})`, {
        code: "ptrace-refused",
        wayOut: "Attach as that user or as root.",
      });
    }
    const scope = yamaScope();
    if (scope === 1 && own !== 0) {
      return new ExpectedError(
        `Only parents may trace on this machine (kernel.yama.ptrace_scope is 1): process ${pid}`,
        {
          code: "ptrace-refused",
          wayOut: "sudo sysctl kernel.yama.ptrace_scope=0, or start the program with goldentrace run.",
        },
      );
    }
    const { reason, wayOut } = whyRefused(message);
    return new ExpectedError(`Process ${pid} cannot be traced: ${reason}`, { code: "ptrace-refused", wayOut });
  }
  return new ExpectedError(`Process ${pid} cannot be traced: ${message === "" ? "strace ended at once" : message}`, {
    code: "ptrace-refused",
  });
}

function ownerOf(pid: number): number | undefined {
  const uid = /^Uid:\t(\d+)/m.exec(readProcFile(`/proc/${pid}/status`) ?? "")?.[1];
  return uid === undefined ? undefined : Number(uid);
}

/** The working directory of a process; empty when the kernel does not tell us. */
export function directoryOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch (error) {
    if (errorCode(error) === "") throw error;
    return "";
  }
}
