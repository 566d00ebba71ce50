/** Texts of a word cache are this long, the byte that ends them included. */
const SHORTEST = 4;
const LONGEST = 16;

/**
 * Remembers a number for short ASCII texts, read four bytes at a time and without allocating. Not a table: of texts that
 * fall into one slot only the last is remembered.
 */
export class WordCache {
  /** Four words a slot: the first two and the last two, which overlap; a text of up to eight bytes has one of each. */
  private readonly keys: Int32Array;
  private readonly lengths: Uint8Array;
  private readonly values: Int32Array;
  private readonly shift: number;

  /** @param bits the logarithm of the number of slots */
  constructor(bits: number) {
    this.keys = new Int32Array(4 << bits);
    this.lengths = new Uint8Array(1 << bits);
    this.values = new Int32Array(1 << bits);
    this.shift = 32 - bits;
  }

  /** The number remembered for `view[start, end)`, or -1. */
  find(view: DataView, start: number, end: number): number {
    const length = end - start;
    if (length < SHORTEST || length > LONGEST) return -1;
    const { keys } = this;
    const first = view.getInt32(start, true);
    const last = view.getInt32(end - 4, true);
    const slot = this.slot(first, last, length);
    if (this.lengths[slot] !== length || keys[slot * 4] !== first || keys[slot * 4 + 1] !== last) return -1;
    if (length > 8) {
      if (keys[slot * 4 + 2] !== view.getInt32(start + 4, true)) return -1;
      if (keys[slot * 4 + 3] !== view.getInt32(end - 8, true)) return -1;
    }
    return this.values[slot] as number;
  }

  /** @param value at least 0 */
  remember(view: DataView, start: number, end: number, value: number): void {
    const length = end - start;
    if (length < SHORTEST || length > LONGEST) return;
    const { keys } = this;
    const first = view.getInt32(start, true);
    const last = view.getInt32(end - 4, true);
    const slot = this.slot(first, last, length);
    this.lengths[slot] = length;
    keys[slot * 4] = first;
    keys[slot * 4 + 1] = last;
    keys[slot * 4 + 2] = length > 8 ? view.getInt32(start + 4, true) : 0;
    keys[slot * 4 + 3] = length > 8 ? view.getInt32(end - 8, true) : 0;
    this.values[slot] = value;
  }

  private slot(first: number, last: number, length: number): number {
    return Math.imul(Math.imul(first, 0x2c1b3c6d) ^ last ^ length, 0x297a2d39) >>> this.shift;
  }
}
