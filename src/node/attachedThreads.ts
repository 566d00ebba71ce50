import type { ThreadTable } from "../engine/trace/threadTable.ts";
import { listNumbers, readProcFile } from "./procFiles.ts";

/**
 * Enters the threads that a process has now into the table, the first one first, with the names that the kernel knows: a
 * tracer that attaches sees neither their names nor who started them.
 * @param now nanoseconds from the origin: as early as anything is known of them
 */
export function noteThreads(threads: ThreadTable, pid: number, now: number): void {
  for (const tid of [pid, ...listNumbers(`/proc/${pid}/task`).filter((other) => other !== pid)]) {
    const comm = readProcFile(`/proc/${pid}/task/${tid}/comm`);
    // It has just ended.
    if (comm === undefined) continue;
    const name = Buffer.from(comm, "latin1").toString("utf8").replace(/\n$/, "");
    const known = threads.find(tid);
    const main = threads.find(pid);
    const origin = { pid, parent: tid === pid ? -1 : main, role: tid === pid ? "main" : "thread" } as const;
    if (known === -1) {
      threads.add({ ...origin, tid, name, start: now });
    } else {
      // One that began while the tracer was attaching: what the trace tells of it is no more than a guess.
      if (threads.get(known).name === "") threads.setName(known, name);
      if (threads.get(known).parent === -1 && tid !== pid) threads.setOrigin(known, origin);
    }
  }
}
