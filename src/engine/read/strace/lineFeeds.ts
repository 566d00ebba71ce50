/** Positions of the line feeds in a piece of input. */
export class LineFeeds {
  positions = new Int32Array(1 << 10);
  count = 0;

  /**
   * Finds all line feeds in the bytes of `words[first, last)`, four words at a time: up to three words more are read, which
   * must be there and without line feeds. Words are little-endian, as on every machine that VS Code runs on.
   * @returns whether all bytes are ASCII; the positions are good only then
   */
  scan(words: Int32Array, first: number, last: number): boolean {
    let { positions } = this;
    let count = 0;
    let high = 0;
    for (let i = first; i < last; i += 4) {
      const a = words[i] as number;
      const b = words[i + 1] as number;
      const c = words[i + 2] as number;
      const d = words[i + 3] as number;
      high |= a | b | c | d;
      // A control character borrows from the top bit. Hardly any but line feeds are in a log, so which it was is asked
      // afterwards, and of all words at once: branches that nobody can foretell cost more than the arithmetic.
      if ((((a - 0x10101010) | (b - 0x10101010) | (c - 0x10101010) | (d - 0x10101010)) & 0x80808080) !== 0) {
        if (count + 16 > positions.length) positions = this.grow();
        let found = feedsIn(a) | (feedsIn(b) << 4) | (feedsIn(c) << 8) | (feedsIn(d) << 12);
        while (found !== 0) {
          positions[count++] = i * 4 + (31 - Math.clz32(found & -found));
          found &= found - 1;
        }
      }
    }
    this.count = count;
    return (high & 0x80808080) === 0;
  }

  private grow(): Int32Array<ArrayBuffer> {
    const grown = new Int32Array(this.positions.length * 2);
    grown.set(this.positions);
    this.positions = grown;
    return grown;
  }
}

/**
 * Four bits, set for the bytes of an ASCII word that are line feeds; the lowest byte's bit is the lowest. Of the sums only
 * that of a line feed stays below 0x80; the multiplication moves the top bits of all four together.
 */
function feedsIn(word: number): number {
  const others = (((word ^ 0x0a0a0a0a) + 0x7f7f7f7f) >>> 7) & 0x01010101;
  return Math.imul(others ^ 0x01010101, 0x10204080) >>> 28;
}
