import * as z from "zod/mini";
import { ExpectedError } from "../../../base/errors.ts";
import { oneLine } from "../../../base/text.ts";
import { goldenThreadSchema } from "../../../protocol/goldenFile.ts";
import type { Trace } from "../../trace/trace.ts";
import type { TraceReader } from "../traceReader.ts";
import { hasPrototypeKey } from "./jsonScan.ts";
import { readText } from "./readText.ts";
import { type DocumentProblem, findRenacerDocument, looksLikeRenacer } from "./renacerDocument.ts";
import { renacerSchema } from "./renacerSchema.ts";
import { type KnownThread, renacerTrace } from "./renacerTrace.ts";

const PROBLEMS: Readonly<Record<DocumentProblem, string>> = {
  none: "holds no renacer document",
  "other-json": "is JSON, but no trace",
  "too-deep": "is nested deeper than any trace",
  "not-json": "is not valid JSON",
  "cut-off": "is cut off before its first system call",
};

/** `renacer --format json`, our own exports in that format, and goldens. */
export const renacerJsonReader: TraceReader = {
  id: "renacer-json",
  description: "JSON of renacer, golden traces",
  anywhere: true,
  sniff: (start) => looksLikeRenacer(new TextDecoder().decode(start)),
  async read(source) {
    return readRenacer(await readText(source));
  },
};

function readRenacer(text: string): Trace {
  const found = findRenacerDocument(text, true);
  if (typeof found === "string") throw unreadable(PROBLEMS[found]);
  if (hasPrototypeKey(found.value)) throw unreadable('has a key "__proto__", which no recorder writes');
  const parsed = z.safeParse(renacerSchema, found.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw unreadable(`is damaged at ${oneLine(issue?.path.join(".") ?? "")}: ${oneLine(issue?.message ?? "invalid")}`);
  }
  const trace = renacerTrace(parsed.data, goldenThreads(found.value.goldentrace));
  if (!found.cutOff) return trace;
  const message = "The file ends inside the trace; what followed is lost.";
  return { ...trace, problems: [...trace.problems, { kind: "cut-off", message, losesData: true }] };
}

/** Threads of a golden; none when it is no golden of ours. */
function goldenThreads(header: unknown): readonly KnownThread[] {
  const parsed = z.safeParse(z.object({ threads: z.array(goldenThreadSchema) }), header);
  if (!parsed.success) return [];
  const { threads } = parsed.data;
  return threads.map(({ key, role, parent, execs }, index) => ({
    name: key.slice(key.lastIndexOf(">") + 1),
    role,
    parent: Number.isInteger(parent) && parent >= -1 && parent < index ? parent : -1,
    execs,
  }));
}

function unreadable(problem: string): ExpectedError {
  return new ExpectedError(`The file ${problem}`, {
    code: "unreadable-trace",
    wayOut: "Record it again: goldentrace run -- PROGRAM",
  });
}
