import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import type { OwnedDescriptor } from "../pipes.ts";

/**
 * Waits until its input ends: after the word "over", or because the recorder was killed. Then, with `$2`, it lets go of the tracer,
 * which is the process that was told to write (`-o`) to `$1`. In any case it reads what is still written. Descriptor 3 is the trace.
 * The script is constant.
 */
const GUARD = [
  "while read -r word; do said=$word; done",
  'words() { tr "\\0" "\\n" <"$1" 2>/dev/null; }',
  'if [ -n "$2" ] && [ "$said" != over ]; then for file in $(grep -lzxF -e "$1" /proc/[0-9]*/cmdline 2>/dev/null); do',
  'if words "$file" | grep -xF -B1 -e "$1" | head -n 1 | grep -qxe -o; then',
  "pid=${file#/proc/}; kill -INT ${pid%/cmdline}; fi; done; fi",
  "exec cat <&3",
].join("\n");

/**
 * A process that takes over the reading of a trace when this one is killed. Without it the tracer would find its pipe broken and
 * say so on the program's own terminal.
 */
export class TraceGuard {
  private readonly child: ChildProcess;

  /**
   * @param trace a blocking reading end of the trace; owned and closed
   * @param tracePath as the tracer got it
   * @param mayLetGo the tracer may be told to let go of its processes
   */
  constructor(trace: OwnedDescriptor, tracePath: string, mayLetGo: boolean) {
    this.child = spawn("/bin/sh", ["-c", GUARD, "sh", tracePath, mayLetGo ? "let-go" : ""], {
      // Out of reach of the terminal's signals.
      detached: true,
      cwd: "/",
      stdio: ["pipe", "ignore", "ignore", trace.number],
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
    });
    trace.close();
    this.child.on("error", () => {
      // Without it a recorder that is killed is noticed on the program's terminal, and nothing else is different.
    });
    this.child.stdin?.on("error", () => undefined);
    this.child.unref();
    (this.child.stdin as Socket | null)?.unref();
  }

  /** The trace has ended, or is somebody else's now. */
  close(): void {
    this.child.stdin?.end("over\n");
  }
}
