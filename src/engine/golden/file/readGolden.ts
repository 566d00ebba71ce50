import { formatBytes } from "../../../base/format.ts";
import { type GoldenFile, type GoldenHeader, goldenFileSchema } from "../../../protocol/goldenFile.ts";
import { hasPrototypeKey } from "../../read/renacer/jsonScan.ts";
import { type DocumentProblem, type FoundDocument, findRenacerDocument } from "../../read/renacer/renacerDocument.ts";
import type { Behaviour } from "../behaviour.ts";
import type { Golden } from "../golden.ts";
import { rulesForTexts } from "../normalise/applyRules.ts";
import type { NormaliseContext } from "../normalise/normaliseContext.ts";
import { EventCollector } from "./eventCollector.ts";
import { foreignGolden, summaryGolden } from "./foreignGolden.ts";
import { checked, checkHeader, prototypeKey } from "./goldenHeader.ts";
import { longLine, MAX_LINE, readOwnLines } from "./ownLines.ts";
import { type GoldenSource, recordAgain, refusal, shown } from "./refusal.ts";

/** Larger files are refused before they are read: 17 million events and more. */
export const MAX_GOLDEN_BYTES = 1 << 30;
/** Files in another layout than ours are read at once, and may be this large. */
export const MAX_FOREIGN_BYTES = 256 << 20;

export interface ReadGoldenOptions extends GoldenSource {
  /** Where and with which rules it is to be compared: rules that came after the golden was made are applied to it. */
  readonly context?: NormaliseContext;
}

/**
 * Reads `golden_traces/<name>.json`: our own files, those of renacer (with a program's output or a banner around them), and summary tables
 * of `renacer -c` and `strace -c`. A golden of another tool has `origin` "renacer": it tells less, and less is compared.
 * @throws ExpectedError (`unreadable-trace`) for everything else, with the reason and what to do; never a golden that is not whole
 */
export function readGolden(bytes: Uint8Array, options: ReadGoldenOptions): Golden {
  const steps = goldenInSteps(bytes, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same, yielding after every few milliseconds of work where the file is laid out as we write it. @throws ExpectedError */
export function* goldenInSteps(bytes: Uint8Array, options: ReadGoldenOptions): Generator<undefined, Golden> {
  refuseTooLarge(bytes.length, options);
  const own = yield* readOwnLines(bytes, options, (header) => collectorFor(header, options));
  if (own !== undefined) return golden(own.header, own.behaviour, options);
  return readAnyLayout(bytes, options);
}

/**
 * Says that a file is too large to be a golden, for callers that know its size and have not read it.
 * @throws ExpectedError
 */
export function refuseTooLarge(byteLength: number, source: GoldenSource, limit = MAX_GOLDEN_BYTES): void {
  if (byteLength <= limit) return;
  throw refusal(
    source,
    `is too large for a golden trace (${formatBytes(byteLength)}, the limit is ${formatBytes(limit)})`,
    `Record less: goldentrace accept ${source.name} -e trace=file,network,process`,
  );
}

function collectorFor(header: GoldenHeader, { context }: ReadGoldenOptions): EventCollector {
  const rules = context === undefined ? undefined : rulesForTexts(context);
  return new EventCollector(header.threads, rules, header.rules.includes("environment-files"));
}

function golden(header: GoldenHeader, behaviour: Behaviour, source: GoldenSource): Golden {
  if (behaviour.events.length === 0) throw noEvents(source);
  return { header, behaviour, performance: undefined, origin: "goldentrace" };
}

/** A golden without events would be equal to any run that does nothing, and a tracer that failed leaves one. */
function noEvents(source: GoldenSource): Error {
  return refusal(source, "holds no system calls: whatever recorded it failed");
}

function readAnyLayout(bytes: Uint8Array, options: ReadGoldenOptions): Golden {
  refuseTooLarge(bytes.length, options, MAX_FOREIGN_BYTES);
  refuseLongLines(bytes, options);
  const text = new TextDecoder().decode(bytes);
  if (text.trim() === "") throw refusal(options, "is empty");
  const found = findRenacerDocument(text, false);
  if (typeof found === "string") {
    const table = found === "none" || found === "not-json" ? summaryGolden(text, options) : undefined;
    if (table !== undefined) return table;
    throw unusable(found, text, options);
  }
  if (hasPrototypeKey(found.value)) throw prototypeKey(options);
  if (!("goldentrace" in found.value)) return foreignGolden(found, options);
  // Both sides of the conflict are whole documents: taking the last would be choosing for the user.
  if (CONFLICT.test(text)) throw refusal(options, "has an unresolved merge conflict");
  return ownGolden(found, options);
}

function refuseLongLines(bytes: Uint8Array, source: GoldenSource): void {
  let start = 0;
  while (bytes.length - start > MAX_LINE) {
    const feed = bytes.lastIndexOf(10, start + MAX_LINE);
    if (feed < start) throw longLine(source);
    start = feed + 1;
  }
}

/** Our own file after an editor or a program laid it out anew. */
function ownGolden({ value, longIntegers }: FoundDocument, options: ReadGoldenOptions): Golden {
  const header = checkHeader(value.goldentrace, options);
  if (longIntegers > 0) {
    throw refusal(
      options,
      "has numbers beyond 2^53, which Goldentrace writes as texts; it was changed by another tool",
    );
  }
  const file: GoldenFile = checked(goldenFileSchema, value, options, "");
  const { syscalls, summary } = file;
  if (summary.total_syscalls !== syscalls.length) {
    throw refusal(
      options,
      `holds ${syscalls.length} events and says that they are ${summary.total_syscalls}: it was cut or merged`,
    );
  }
  const collector = collectorFor(header, options);
  for (const [index, event] of syscalls.entries()) {
    const shape = collector.shapeId(event);
    const place = collector.place(event);
    const problem = typeof shape === "string" ? shape : typeof place === "string" ? place : collector.add(shape, place);
    if (problem !== undefined) throw refusal(options, `is damaged: event ${index + 1} ${problem}`);
  }
  return golden(header, collector.behaviour(summary), options);
}

const CONFLICT = /^(?:<{7}|>{7}) /m;

function unusable(problem: DocumentProblem, text: string, source: GoldenSource): Error {
  const start = shown(text.trimStart().split("\n", 1)[0] ?? "");
  switch (problem) {
    case "cut-off":
      return refusal(source, "is cut off: its end is missing");
    case "too-deep":
      return refusal(source, "is nested deeper than any trace");
    case "other-json":
      return refusal(source, "is JSON, but not a trace of Goldentrace or renacer");
    case "not-json":
    case "none":
      if (CONFLICT.test(text)) return refusal(source, "has an unresolved merge conflict");
      if (/"renacer-json-v1"/.test(text)) return refusal(source, "is not valid JSON: it is damaged");
      return refusal(source, `is program output and not a trace: it begins with ${start}`, recordAgain(source));
  }
}
