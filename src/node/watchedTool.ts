import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { ByteLines } from "../base/byteLines.ts";
import { oneLine, truncate } from "../base/text.ts";
import { GuardProcess } from "./guardProcess.ts";

/** How a tool that was to run on came to its end. */
export interface ToolEnd {
  /** A short sentence without a subject, for the user: `ended with code 9: no driver`. */
  readonly how: string;
  readonly code: number | null;
}

export interface WatchedToolOptions {
  /** Absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  /** One line of its output, without its line feed. Lines longer than `LONGEST_LINE` and an unfinished last one are left out. */
  onLine(line: string): void;
  /** Called once when it ended without being told to; never after `stop`. */
  onEnd(end: ToolEnd): void;
  /** More bytes a second than this are a fault: it is stopped. */
  readonly bytesPerSecond: number;
}

const LONGEST_LINE = 4096;
const LONGEST_WORDS = 300;

/**
 * Kills the process group `$1` when the recorder was killed: a tool that has nothing to print would never find its pipe broken. (In dash,
 * `kill` takes `--` only after `-s`.)
 */
const GUARD = '[ "$said" = over ] || kill -s KILL -- "-$1"';

/** A helper program that prints lines for as long as it is wanted. It never outlives this process, however that ends. */
export class WatchedTool {
  private readonly child: ChildProcess;
  private readonly guard: GuardProcess | undefined;
  private readonly decoder = new TextDecoder();
  private stopped = false;
  private isGone = false;
  private lineIsTooLong = false;
  private secondAt = 0;
  private bytesInSecond = 0;
  private words = "";

  constructor(private readonly options: WatchedToolOptions) {
    this.child = spawn(options.program, [...options.args], {
      // A group of its own: out of reach of the terminal's signals, and killed with all it started.
      detached: true,
      cwd: "/",
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, LC_ALL: "C" },
    });
    const lines = new ByteLines(
      (bytes, start, end, terminated) => this.takeLine(bytes, start, end, terminated),
      LONGEST_LINE,
    );
    this.child.stdout?.on("data", (bytes: Buffer) => {
      if (this.stopped || this.isFlood(bytes.length)) return;
      lines.push(bytes);
    });
    this.child.stderr?.on("data", (bytes: Buffer) => this.takeWords(this.decoder.decode(bytes)));
    this.child.on("error", (error) => this.finish({ how: `could not be started (${error.message})`, code: null }));
    this.child.on("close", (code, signal) => {
      this.isGone = true;
      const said = this.words === "" ? "" : `: ${this.words}`;
      this.finish({ how: `ended ${code === null ? `by ${signal}` : `with code ${code}`}${said}`, code });
    });
    this.child.unref();
    for (const stream of [this.child.stdout, this.child.stderr]) {
      (stream as Socket | null)?.unref();
      stream?.on("error", () => {
        // Its end is told by "close" in any case.
      });
    }
    this.guard = this.child.pid === undefined ? undefined : new GuardProcess(GUARD, [String(this.child.pid)]);
  }

  /** Ends it and all it started, now. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.guard?.close();
    const { child } = this;
    // What it started may outlive it, and holds its output open.
    if (child.pid !== undefined && !this.isGone) {
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // All of it ended this moment.
      }
    }
    child.stdout?.destroy();
    child.stderr?.destroy();
  }

  /** Remembers what it says that is no line of figures, for the user. */
  takeWords(text: string): void {
    if (this.words.length >= LONGEST_WORDS) return;
    const said = oneLine(text.trim().replace(/\s+/g, " "));
    if (said !== "") this.words = truncate(this.words === "" ? said : `${this.words} ${said}`, LONGEST_WORDS);
  }

  private takeLine(bytes: Uint8Array, start: number, end: number, terminated: boolean): void {
    const whole = terminated && !this.lineIsTooLong;
    this.lineIsTooLong = !terminated;
    if (whole && !this.stopped) this.options.onLine(this.decoder.decode(bytes.subarray(start, end)));
  }

  private isFlood(bytes: number): boolean {
    const now = performance.now();
    if (now - this.secondAt > 1000) {
      this.secondAt = now;
      this.bytesInSecond = 0;
    }
    this.bytesInSecond += bytes;
    if (this.bytesInSecond <= this.options.bytesPerSecond) return false;
    this.finish({ how: "printed more than it was asked for", code: null });
    return true;
  }

  private finish(end: ToolEnd): void {
    if (this.stopped) return;
    this.stop();
    this.options.onEnd(end);
  }
}
