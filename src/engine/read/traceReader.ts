import type { Trace } from "../trace/trace.ts";

/** Bytes in pieces of any size. */
export type ByteSource = AsyncIterable<Uint8Array>;

/** A format that traces can be read from. */
export interface TraceReader {
  readonly id: string;
  /** What a user would call the format. */
  readonly description: string;
  /** Whether the first bytes of a file look like this format; its name is not considered. */
  sniff(start: Uint8Array): boolean;
  /** It may begin anywhere in a file, behind what the traced program printed: then `sniff` takes any piece of it. */
  readonly anywhere?: true;
  /** Reads everything there is; what could not be read is in the trace's problems, never an error. */
  read(source: ByteSource): Promise<Trace>;
}

/** How many bytes `sniff` is given at most. */
export const SNIFF_LENGTH = 64 << 10;
