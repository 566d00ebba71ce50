/**
 * Finds the id of an ASCII text that was seen shortly before without making a string of it, and without allocating. Not a
 * table: of texts that fall into one slot only the last is remembered; `resolve` is asked again for the others, and for
 * texts that are too long to be kept.
 */
export class ByteInterner {
  private readonly ids: Int32Array;
  private readonly lengths: Uint8Array;
  private readonly texts: Uint8Array;
  private readonly mask: number;

  /**
   * @param resolve gives the id of a text
   * @param slots how many texts are remembered at most, a power of two
   * @param width longest text that is remembered, at most 255 bytes
   */
  constructor(
    private readonly resolve: (bytes: Uint8Array, start: number, end: number) => number,
    slots = 1024,
    private readonly width = 64,
  ) {
    this.ids = new Int32Array(slots);
    this.lengths = new Uint8Array(slots);
    this.texts = new Uint8Array(slots * width);
    this.mask = slots - 1;
  }

  id(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    const { width } = this;
    if (length > width || length === 0) return this.resolve(bytes, start, end);
    let hash = length;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
    const slot = (hash ^ (hash >>> 15)) & this.mask;
    const { texts } = this;
    const at = slot * width;
    if (this.lengths[slot] === length) {
      let i = 0;
      while (i < length && texts[at + i] === bytes[start + i]) i++;
      if (i === length) return this.ids[slot] as number;
    }
    const id = this.resolve(bytes, start, end);
    for (let i = 0; i < length; i++) texts[at + i] = bytes[start + i] as number;
    this.lengths[slot] = length;
    this.ids[slot] = id;
    return id;
  }

  /** Forgets everything: the ids have lost their meaning. */
  clear(): void {
    this.lengths.fill(0);
  }
}
