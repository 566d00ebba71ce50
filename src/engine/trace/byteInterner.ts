const SLOTS = 4096;

/**
 * Finds the id of an ASCII text that was seen shortly before without making a string of it. Not a table: of texts that
 * fall into one slot only the last is remembered, so memory is bounded; `resolve` is asked again for the others.
 */
export class ByteInterner {
  private readonly ids = new Int32Array(SLOTS).fill(-1);
  private readonly texts: (Uint8Array | undefined)[] = new Array<Uint8Array | undefined>(SLOTS).fill(undefined);

  /** @param resolve gives the id of a text */
  constructor(private readonly resolve: (bytes: Uint8Array, start: number, end: number) => number) {}

  id(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    let hash = length;
    for (let i = start; i < end; i++) hash = (hash * 31 + (bytes[i] as number)) | 0;
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const text = this.texts[slot];
    if (text !== undefined && text.length === length) {
      let i = 0;
      while (i < length && text[i] === bytes[start + i]) i++;
      if (i === length) return this.ids[slot] as number;
    }
    const id = this.resolve(bytes, start, end);
    this.texts[slot] = bytes.slice(start, end);
    this.ids[slot] = id;
    return id;
  }

  /** Forgets everything: the ids have lost their meaning. */
  clear(): void {
    this.texts.fill(undefined);
  }
}
