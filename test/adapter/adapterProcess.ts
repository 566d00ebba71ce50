import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable, Writable } from "node:stream";
import { promisify } from "node:util";
import { TestClient } from "./debugClient.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** The adapter as it ships: one bundle, with the agent's files beside it. */
export class BuiltAdapter {
  private constructor(private readonly directory: string) {}

  static async build(): Promise<BuiltAdapter> {
    const directory = realpathSync(mkdtempSync(path.join(tmpdir(), "goldentrace adapter ")));
    const build = [path.join(ROOT, "esbuild.mjs"), "--only=adapter.cjs", `--dist=${directory}`];
    await promisify(execFile)(process.execPath, build, { cwd: ROOT });
    return new BuiltAdapter(directory);
  }

  start(...args: string[]): AdapterProcess {
    const file = path.join(this.directory, "adapter.cjs");
    return new AdapterProcess(spawn(process.execPath, [file, ...args], { cwd: this.directory, stdio: "pipe" }));
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A running adapter. */
export class AdapterProcess {
  readonly exited: Promise<number | null>;
  private errors = "";

  constructor(readonly child: ChildProcessByStdio<Writable, Readable, Readable>) {
    child.stderr.on("data", (bytes: Buffer) => {
      this.errors += bytes.toString();
    });
    // A test that ends the adapter may still be writing to it.
    child.stdin.on("error", () => undefined);
    this.exited = once(child, "exit").then(([code]) => code as number | null);
  }

  /** What the adapter said outside of the protocol. */
  get stderr(): string {
    return this.errors;
  }

  client(): TestClient {
    return new TestClient(this.child.stdout, this.child.stdin);
  }

  /** The first line on stdout, of an adapter that serves sockets. */
  async firstLine(): Promise<string> {
    let text = "";
    for await (const bytes of this.child.stdout) {
      text += bytes.toString();
      if (text.includes("\n")) break;
    }
    return text.split("\n")[0] ?? "";
  }

  async stop(): Promise<void> {
    this.child.kill("SIGTERM");
    await this.exited;
  }
}

export async function connect(
  where: { port: number } | { path: string },
): Promise<{ socket: Socket; client: TestClient }> {
  const socket = createConnection(where);
  await once(socket, "connect");
  return { socket, client: new TestClient(socket, socket) };
}

/** Every live process (zombies left out) whose environment holds `name=value`: a program and all its descendants. */
export function processesWith(name: string, value: string): { pid: number; command: string }[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const env = readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
        if (!env.includes(`${name}=${value}`)) return [];
        return [{ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ") }];
      } catch {
        return []; // it ended meanwhile
      }
    });
}

/** The kernel's state of a process (`R`, `S`, `T`, `Z`, …); undefined when there is none. */
export function processState(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
  } catch {
    return undefined;
  }
}
