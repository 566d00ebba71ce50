import { asciiText } from "../../../base/asciiText.ts";
import type { SyscallRows } from "../../trace/syscallRows.ts";
import { WordCache } from "./wordCache.ts";

/** Ids of names that are read from bytes. */
export class CallNames {
  private readonly cache = new WordCache(10);

  constructor(private readonly rows: SyscallRows) {}

  /** The id of the name in `[start, end)` if it is remembered together with the byte behind it; else -1. */
  known(view: DataView, start: number, end: number): number {
    // With the byte behind it names have at least the four bytes that the cache asks for.
    return this.cache.find(view, start, end + 1);
  }

  /** The id of the name `bytes[start, end)`, whose memory `view` shows; a byte behind it can be read. */
  id(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const known = this.known(view, start, end);
    if (known !== -1) return known;
    const id = this.rows.nameId(asciiText(bytes, start, end));
    this.cache.remember(view, start, end + 1, id);
    return id;
  }
}
