import { TraceBuilder } from "../../trace/traceBuilder.ts";
import type { ByteSource, TraceReader } from "../traceReader.ts";
import { findText } from "./ascii.ts";
import { LinePrefix } from "./linePrefix.ts";
import { StraceReader } from "./straceReader.ts";

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
    let opened: { builder: TraceBuilder; reader: StraceReader } | undefined;
    for await (const chunk of source) {
      opened ??= open(chunk);
      opened.reader.push(chunk);
    }
    const { builder, reader } = opened ?? open(new Uint8Array(0));
    // What could not be read becomes problems of the trace here.
    reader.end();
    return builder.build();
  },
};

/** A reader for a file that begins with these bytes: they tell where its time begins and whether it has stacks. */
function open(start: Uint8Array): { builder: TraceBuilder; reader: StraceReader } {
  const builder = new TraceBuilder({ originRealtimeNs: firstTime(start), originMonotonicNs: 0n });
  const stacks = findText(start, "\n > ", 0, start.length) !== -1;
  return { builder, reader: new StraceReader(builder, { captureData: false, stacks }) };
}

/** Nanoseconds since 1970, or since midnight where only the time of day is told, of the first line with a time; else 0. */
function firstTime(bytes: Uint8Array): bigint {
  const prefix = new LinePrefix();
  let start = 0;
  while (start < bytes.length) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed === -1 ? bytes.length : feed;
    prefix.read(bytes, start, end);
    if (prefix.kind === "epoch" || prefix.kind === "clock") {
      return BigInt(prefix.seconds) * 1_000_000_000n + BigInt(prefix.nanoseconds);
    }
    start = end + 1;
  }
  return 0n;
}
