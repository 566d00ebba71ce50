import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import type { OwnedDescriptor } from "../pipes.ts";

/**
 * Waits until its input ends, which it does when the recorder is gone, also when it was killed. Then it lets go of the tracer
 * whose pid it was told last, if that still is the one that writes to `$1`, and reads what is still written. Descriptor 3 is the
 * trace. The script is constant.
 */
const GUARD =
  'while read -r pid; do tracer=$pid; done; if [ -n "$tracer" ] && tr "\\0" "\\n" <"/proc/$tracer/cmdline" | grep -qxF -e "$1"; then kill -INT "$tracer"; fi; exec cat <&3';

/**
 * A process that takes over the reading of a trace when this one is killed. Without it the tracer would find its pipe broken and
 * say so on the program's own terminal.
 */
export class TraceGuard {
  private readonly child: ChildProcess;

  /**
   * @param trace a blocking reading end of the trace; owned and closed
   * @param tracePath as the tracer got it
   */
  constructor(trace: OwnedDescriptor, tracePath: string) {
    this.child = spawn("/bin/sh", ["-c", GUARD, "sh", tracePath], {
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

  /** The tracer may be told to let go of its processes. */
  tracerIs(pid: number): void {
    if (this.child.stdin?.writable === true) this.child.stdin.write(`${pid}\n`);
  }

  /** The trace has ended, or is somebody else's now. */
  close(): void {
    this.child.stdin?.end();
  }
}
