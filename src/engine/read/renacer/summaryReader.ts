import { ExpectedError } from "../../../base/errors.ts";
import { SyscallState, type Trace } from "../../trace/trace.ts";
import { TraceBuilder } from "../../trace/traceBuilder.ts";
import type { TraceReader } from "../traceReader.ts";
import { readText } from "./readText.ts";
import { findSummaryTable, hasSummaryTable, type SummaryTable } from "./summaryTable.ts";

/** More calls than this are not spread out to rows. */
export const MAX_SUMMARY_CALLS = 5_000_000;
/** Stands for the errors that a summary counts and does not name. */
const SOME_ERROR = "(error)";

/** The table of `renacer -c` or `strace -c` as a trace: as many calls as it counts, each with the mean time, in no order. */
export const summaryTableReader: TraceReader = {
  id: "summary-table",
  description: "summary tables of strace -c and renacer -c",
  anywhere: true,
  sniff: (start) => hasSummaryTable(new TextDecoder().decode(start)),
  async read(source) {
    const table = findSummaryTable(await readText(source));
    if (table === undefined || table.rows.length === 0) {
      throw new ExpectedError("The summary table has no rows", { code: "unreadable-trace" });
    }
    if (table.calls > MAX_SUMMARY_CALLS) {
      throw new ExpectedError(`The summary table counts ${table.calls} calls, more than can be shown`, {
        code: "unreadable-trace",
      });
    }
    return summaryTrace(table);
  },
};

function summaryTrace({ rows, problem }: SummaryTable): Trace {
  const builder = new TraceBuilder({ originRealtimeNs: 0n, originMonotonicNs: 0n });
  builder.threads.add({ pid: 0, tid: 0, parent: -1, role: "main", name: "", start: 0 });
  const args = new Uint8Array(0);
  let at = 0;
  for (const { name, calls, errors, totalNs } of rows) {
    for (let call = 0; call < calls; call++) {
      const failed = call < errors;
      builder.addSyscall(
        {
          start: at++,
          duration: totalNs / calls,
          thread: 0,
          name,
          state: SyscallState.returned,
          errno: failed ? SOME_ERROR : "",
          result: failed ? -1 : 0,
          resultText: "",
          stack: -1,
        },
        args,
        0,
        0,
      );
    }
  }
  builder.addProblem({
    kind: "untimed",
    message:
      "The file is a summary: it tells how often each call was made and how long all of them took together, not when, in which order and on what.",
    losesData: true,
  });
  if (problem !== undefined) {
    builder.addProblem({ kind: "cut-off", message: `The summary table ${problem}.`, losesData: true });
  }
  return builder.build();
}
