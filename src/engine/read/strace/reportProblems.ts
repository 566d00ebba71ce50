import type { TraceBuilder } from "../../trace/traceBuilder.ts";
import type { BadLines } from "./badLines.ts";
import type { LineHead } from "./lineHead.ts";

/** Tells what was lost, or is not as it seems, in the log that was read. */
export function reportProblems(builder: TraceBuilder, head: LineHead, badLines: BadLines, cutOff: boolean): void {
  if (badLines.count > 0) {
    builder.addProblem({
      kind: "bad-lines",
      message: `${badLines.count} of ${head.lines} lines of the tracer could not be read; the first: ${badLines.first}`,
      count: badLines.count,
      losesData: true,
    });
  }
  if (cutOff) {
    builder.addProblem({
      kind: "cut-off",
      message: "The tracer's output ends inside a line; what followed is lost.",
      losesData: true,
    });
  }
  if (head.clockSteps > 0) {
    builder.addProblem({
      kind: "clock-stepped",
      message:
        "The system clock was set back during the run; later times were moved on so that they do not run backwards.",
      count: head.clockSteps,
      losesData: false,
    });
  }
  if (head.untimed && builder.syscalls.length > 0) {
    builder.addProblem({
      kind: "untimed",
      message:
        "The log has no times: calls are in order, one nanosecond apart. Record with `strace -ttt -T` to have them.",
      losesData: false,
    });
  }
}
