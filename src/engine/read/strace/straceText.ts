import { plural } from "../../../base/format.ts";
import { oneLine, truncate } from "../../../base/text.ts";
import type { TraceProblem } from "../../trace/trace.ts";
import { TraceBuilder } from "../../trace/traceBuilder.ts";
import type { ByteSource, TraceReader } from "../traceReader.ts";
import { StraceReader, type StraceReaderResult } from "./straceReader.ts";

/** A call with its result, an exit, a signal, or the first half of a call: with or without pid and time before it. */
const LINE =
  /^(?:\[pid +\d+\] |\d+ +)?(?:[\d:.]+ +)?(?:\( *\+ *[\d.]+\) +)?(?:[a-z_][a-z0-9_]*\(.*(?:\) += |<unfinished \.\.\.>$)|<\.\.\. [a-z0-9_]+ resumed>|(?:---|\+\+\+) .* (?:---|\+\+\+)$)/;

/** Text that strace wrote with `-o` or to a terminal, with any of its options. */
export const straceTextReader: TraceReader = {
  id: "strace",
  description: "text of strace",
  sniff(start) {
    const lines = new TextDecoder().decode(start).split("\n").slice(0, 50);
    return lines.some((line) => LINE.test(line));
  },
  async read(source: ByteSource) {
    const builder = new TraceBuilder({ originRealtimeNs: 0n, originMonotonicNs: 0n });
    const reader = new StraceReader(builder, { captureData: false, stacks: true });
    for await (const chunk of source) reader.push(chunk);
    for (const problem of problemsOf(reader.end())) builder.addProblem(problem);
    return builder.build();
  },
};

function problemsOf(result: StraceReaderResult): TraceProblem[] {
  const problems: TraceProblem[] = [];
  if (result.badLines > 0) {
    const sample = truncate(oneLine(result.firstBadLine), 80);
    const message = `${plural(result.badLines, "line")} could not be read, the first: ${sample}`;
    problems.push({ kind: "bad-lines", message, count: result.badLines, losesData: true });
  }
  if (result.cutOff) {
    problems.push({
      kind: "cut-off",
      message: "The file ends in the middle of a line: it was cut off.",
      losesData: true,
    });
  }
  return problems;
}
