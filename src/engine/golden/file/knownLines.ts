/** Distinct lines that are remembered; more are found anew each time. */
const MAX_LINES = 1 << 17;
const SLOTS = MAX_LINES * 2;

/**
 * Finds lines of a byte buffer that were seen before without making strings of them: in a golden nearly every line is one of few.
 * Remembers where a line stands in the buffer, not what is in it.
 */
export class KnownLines {
  /** Index of the line in each slot, -1 for none. */
  private readonly slots = new Int32Array(SLOTS).fill(-1);
  private readonly starts: number[] = [];
  private readonly lengths: number[] = [];
  private readonly hashes: number[] = [];
  private readonly view: DataView;
  private lastHash = 0;
  private lastSlot = -1;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Number of the line, or -1 when it is new; then `add` may follow. */
  find(start: number, end: number): number {
    const length = end - start;
    const hash = this.hash(start, end);
    this.lastHash = hash;
    let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    for (;;) {
      const line = this.slots[slot] as number;
      if (line === -1) break;
      if (
        this.hashes[line] === hash &&
        this.lengths[line] === length &&
        this.equal(this.starts[line] as number, start, end)
      ) {
        return line;
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
    this.lastSlot = slot;
    return -1;
  }

  /** Remembers the line that `find` did not find; returns its number, or -1 when there are too many. Numbers count from 0. */
  add(start: number, end: number): number {
    const line = this.starts.length;
    if (line >= MAX_LINES) return -1;
    this.starts.push(start);
    this.lengths.push(end - start);
    this.hashes.push(this.lastHash);
    this.slots[this.lastSlot] = line;
    return line;
  }

  private hash(start: number, end: number): number {
    const { bytes, view } = this;
    let hash = end - start;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      hash = Math.imul(hash ^ view.getInt32(at, true), 0x5bd1e995);
      hash ^= hash >>> 13;
    }
    for (; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x5bd1e995);
    return hash;
  }

  private equal(known: number, start: number, end: number): boolean {
    const { bytes, view } = this;
    let from = known;
    let at = start;
    for (; at + 4 <= end; at += 4, from += 4) if (view.getInt32(at, true) !== view.getInt32(from, true)) return false;
    for (; at < end; at++, from++) if (bytes[at] !== bytes[from]) return false;
    return true;
  }
}
