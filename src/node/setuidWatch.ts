import { type Stats, statSync } from "node:fs";
import { oneLine } from "../base/text.ts";
import type { ThreadInfo, TraceProblem } from "../engine/trace/trace.ts";

/** Notices programs that change their user when executed: the kernel does not let them while they are traced. */
export class SetuidWatch {
  private readonly counted: number[] = [];
  private readonly known = new Set<string>();

  /** @param traced whether a tracer without root's rights is attached to the programs */
  constructor(
    private readonly traced: boolean,
    private readonly onProblem: (problem: TraceProblem) => void,
  ) {}

  see(threads: readonly ThreadInfo[]): void {
    const user = process.geteuid?.();
    if (!this.traced || user === 0) return;
    for (const [index, thread] of threads.entries()) {
      const from = this.counted[index] ?? 0;
      this.counted[index] = thread.execs.length;
      for (const path of thread.execs.slice(from)) this.check(path, user);
    }
  }

  private check(path: string, user: number | undefined): void {
    if (!path.startsWith("/") || this.known.has(path)) return;
    this.known.add(path);
    let file: Stats;
    try {
      file = statSync(path);
    } catch {
      // Gone by now, or a path in another root directory: nothing can be said about it.
      return;
    }
    const other = (file.mode & 0o4000) !== 0 && file.uid !== user;
    const group = (file.mode & 0o2010) === 0o2010 && !(process.getgroups?.() ?? []).includes(file.gid);
    if (!other && !group) return;
    this.onProblem({
      kind: "setuid",
      message: `${oneLine(path)} runs with the rights of another user, and a traced program does not get them: it behaved differently. Record as root, or with --recorder none.`,
      losesData: true,
    });
  }
}
