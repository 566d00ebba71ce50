/** Positions of the line feeds in a piece of input. */
export class LineFeeds {
  positions = new Int32Array(1 << 10);
  count = 0;

  /**
   * Finds all line feeds in the bytes of `words[first, last)`, four words at a time: up to three words more are read, which
   * must be there and without line feeds.
   * @returns whether all bytes are ASCII; the positions are good only then
   */
  scan(words: Int32Array, first: number, last: number): boolean {
    this.count = 0;
    let high = 0;
    for (let i = first; i < last; i += 4) {
      const a = words[i] as number;
      const b = words[i + 1] as number;
      const c = words[i + 2] as number;
      const d = words[i + 3] as number;
      high |= a | b | c | d;
      // A byte below 0x80 keeps its top bit clear in the sum only where it equals the line feed; nothing is carried over.
      const notA = ((a ^ FEEDS) + LOW_BITS) | 0;
      const notB = ((b ^ FEEDS) + LOW_BITS) | 0;
      const notC = ((c ^ FEEDS) + LOW_BITS) | 0;
      const notD = ((d ^ FEEDS) + LOW_BITS) | 0;
      if ((notA & notB & notC & notD & HIGH_BITS) !== HIGH_BITS) {
        if (this.count + 16 > this.positions.length) this.grow();
        this.note(~notA & HIGH_BITS, i * 4);
        this.note(~notB & HIGH_BITS, i * 4 + 4);
        this.note(~notC & HIGH_BITS, i * 4 + 8);
        this.note(~notD & HIGH_BITS, i * 4 + 12);
      }
    }
    return (high & HIGH_BITS) === 0;
  }

  /** Notes the positions of the bytes whose top bit is set, lowest first. */
  private note(marks: number, at: number): void {
    for (let rest = marks; rest !== 0; rest &= rest - 1) {
      this.positions[this.count++] = at + ((31 - Math.clz32(rest & -rest)) >> 3);
    }
  }

  private grow(): void {
    const grown = new Int32Array(this.positions.length * 2);
    grown.set(this.positions);
    this.positions = grown;
  }
}

const FEEDS = 0x0a0a0a0a;
const LOW_BITS = 0x7f7f7f7f;
const HIGH_BITS = 0x80808080 | 0;
