import { renacerJsonReader } from "./renacer/renacerReader.ts";
import { summaryTableReader } from "./renacer/summaryReader.ts";
import { straceTextReader } from "./strace/straceText.ts";
import type { TraceReader } from "./traceReader.ts";

/** Every format that can be read, the most particular first. Run folders are not files and are opened by the node ring. */
export const READERS: readonly TraceReader[] = [renacerJsonReader, straceTextReader, summaryTableReader];

/** The reader for a file that begins with these bytes. */
export function sniffReader(start: Uint8Array): TraceReader | undefined {
  return READERS.find((reader) => reader.sniff(start));
}
