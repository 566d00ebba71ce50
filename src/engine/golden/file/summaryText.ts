import { syscallTable } from "../../query/syscallTable.ts";
import type { Trace } from "../../trace/trace.ts";
import { straceSummaryText } from "../../write/straceSummary.ts";

/** The text of `<name>_summary.txt`: the table of `strace -c` for a recording. */
export function summaryText(trace: Trace): string {
  return straceSummaryText(syscallTable(trace.syscalls).returned);
}
