import type { LogFilter } from "../../protocol/live.ts";
import type { LogChunk } from "./logChunk.ts";

/**
 * Whether a line passes a filter: the definition that the index below computes faster. A search in ASCII ignores the
 * case of ASCII letters, any other search the case of all letters.
 */
export function passesFilter(filter: LogFilter, level: number, text: string): boolean {
  return passesLevel(filter, level) && containsFolded(text, filter.search);
}

function passesLevel(filter: LogFilter, level: number): boolean {
  if (level === 0) return filter.minLevel <= 0 || filter.unlevelled;
  return level >= filter.minLevel;
}

function containsFolded(text: string, search: string): boolean {
  if (search === "") return true;
  return isAscii(search)
    ? foldAscii(text).includes(foldAscii(search))
    : text.toLowerCase().includes(search.toLowerCase());
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

function foldAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The numbers of the lines that pass one filter, in order, growing with the log. */
export class LogIndex {
  /** Number of the first line that was not looked at yet. */
  next: number;
  private readonly needle: Uint8Array | undefined;
  private readonly variants: readonly [number, number];
  /** Everything passes: positions are line numbers and no list is kept. */
  private readonly everything: boolean;
  private lines = new Uint32Array(256);
  private start = 0;
  private end = 0;
  private droppedMatches = 0;

  /** @param firstHeld number of the oldest line that is held: what was dropped earlier never counts here */
  constructor(
    private readonly filter: LogFilter,
    firstHeld: number,
  ) {
    this.next = firstHeld;
    this.everything = filter.minLevel <= 0 && filter.search === "";
    if (this.everything) this.droppedMatches = firstHeld;
    const folded = foldAscii(filter.search);
    this.needle = folded !== "" && isAscii(folded) ? new TextEncoder().encode(folded) : undefined;
    const first = this.needle?.[0] ?? 0;
    this.variants = [first, first >= 97 && first <= 122 ? first - 32 : first];
  }

  /** Lines that passed, those no longer held included. */
  get matching(): number {
    return this.everything ? this.next : this.droppedMatches + this.end - this.start;
  }

  /** How many of the lines that passed are no longer held: the first position that `lineAt` answers. */
  get dropped(): number {
    return this.droppedMatches;
  }

  /** Number of the line at a position, `dropped <= position < matching`. */
  lineAt(position: number): number {
    if (this.everything) return position;
    const line = this.lines[this.start + position - this.droppedMatches];
    if (line === undefined || position < this.droppedMatches) throw new RangeError(`No line at position ${position}`);
    return line;
  }

  /** Looks at the lines from `next` to `endLine`, which lie in `chunk`. */
  scan(chunk: LogChunk, endLine: number): void {
    const { filter, needle, variants, next } = this;
    this.next = endLine;
    if (this.everything) return;
    for (let line = next; line < endLine; line++) {
      const row = line - chunk.firstLine;
      if (!passesLevel(filter, chunk.level(row))) continue;
      if (needle !== undefined) {
        if (!chunk.containsAscii(row, needle, variants)) continue;
      } else if (filter.search !== "" && !containsFolded(chunk.text(row), filter.search)) {
        continue;
      }
      this.push(line);
    }
  }

  /** Forgets lines below `line`: they are no longer held. */
  dropBefore(line: number): void {
    // Lines that were dropped before anybody looked at them are unknown to this filter and do not count.
    this.next = Math.max(this.next, line);
    if (this.everything) {
      this.droppedMatches = line;
      return;
    }
    while (this.start < this.end && (this.lines[this.start] ?? 0) < line) {
      this.start++;
      this.droppedMatches++;
    }
  }

  private push(line: number): void {
    if (this.end === this.lines.length) {
      const held = this.lines.subarray(this.start, this.end);
      const target = held.length * 2 > this.lines.length ? new Uint32Array(this.lines.length * 2) : this.lines;
      // `held` may overlap `target`; TypedArray.prototype.set copies as if through a buffer.
      target.set(held);
      this.lines = target;
      this.start = 0;
      this.end = held.length;
    }
    this.lines[this.end++] = line;
  }
}
