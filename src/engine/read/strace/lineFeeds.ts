const LINE_FEED = 0x0a;

/** Positions of the line feeds in a piece of input. */
export class LineFeeds {
  positions = new Int32Array(1 << 10);
  count = 0;

  /**
   * Finds all line feeds, four bytes at a time.
   * @returns whether all bytes are ASCII; the positions are good in any case
   */
  scan(bytes: Uint8Array): boolean {
    this.count = 0;
    let high = 0;
    let at = 0;
    const aligned = Math.min(bytes.length, -bytes.byteOffset & 3);
    for (; at < aligned; at++) high |= this.byte(bytes[at] as number, at);
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (bytes.length - at) >> 2);
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as number;
      high |= word;
      // A byte of `other` is zero where the word has a line feed; the borrow below sets the top bit of such bytes.
      const other = word ^ 0x0a0a0a0a;
      if (((other - 0x01010101) & ~other & 0x80808080) !== 0) {
        const from = at + i * 4;
        for (let k = from; k < from + 4; k++) this.byte(bytes[k] as number, k);
      }
    }
    at += words.length * 4;
    for (; at < bytes.length; at++) high |= this.byte(bytes[at] as number, at);
    return (high & 0x80808080) === 0;
  }

  private byte(byte: number, at: number): number {
    if (byte === LINE_FEED) {
      if (this.count === this.positions.length) {
        const grown = new Int32Array(this.count * 2);
        grown.set(this.positions);
        this.positions = grown;
      }
      this.positions[this.count++] = at;
    }
    return byte;
  }
}
