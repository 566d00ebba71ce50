import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";

/** Reads until the input ends, which it does when this process is gone, also when it was killed; `$said` is the last word. */
const WAIT = "while read -r word; do said=$word; done";

/**
 * A shell that waits until this process is gone and cleans up after it, out of reach of the terminal's signals. It keeps nobody from
 * ending. Where it cannot be started, nothing is cleaned up after a process that is killed, and nothing else is different.
 */
export class GuardProcess {
  private readonly child: ChildProcess;

  /**
   * @param script constant; runs when the wait is over, with `$said` = "over" if that was by `close`
   * @param args its `$1`, `$2`, …
   * @param descriptor becomes its descriptor 3
   */
  constructor(script: string, args: readonly string[], descriptor?: number) {
    this.child = spawn("/bin/sh", ["-c", `${WAIT}\n${script}`, "sh", ...args], {
      detached: true,
      cwd: "/",
      stdio: ["pipe", "ignore", "ignore", ...(descriptor === undefined ? [] : [descriptor])],
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
    });
    this.child.on("error", () => undefined);
    this.child.stdin?.on("error", () => undefined);
    this.child.unref();
    (this.child.stdin as Socket | null)?.unref();
  }

  /** What it guards is over, or is somebody else's now. */
  close(): void {
    this.child.stdin?.end("over\n");
  }
}
