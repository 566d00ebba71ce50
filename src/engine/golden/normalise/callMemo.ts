const FIRST_SLOTS = 1 << 12;
const MAX_ENTRIES = 1 << 18;

/**
 * Finds what was made of a call's raw bytes before, without making a string of them. Texts are not copied: an entry points to where
 * it was seen first.
 */
export class CallMemo {
  private slots = new Int32Array(FIRST_SLOTS).fill(-1);
  private hashes = new Int32Array(FIRST_SLOTS);
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly tags: number[] = [];
  private readonly values: number[] = [];
  private readonly versions: number[] = [];

  /** Four bytes are read at once: arguments are long, and most of them are looked up. */
  private readonly words: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * @param tag what else decides about the value, such as the call's name
   * @param version of what the value may depend on; values made at another version are made again
   * @param make gives the value; `lasting` when it does not depend on the version
   */
  value(
    start: number,
    end: number,
    tag: number,
    version: number,
    make: () => { value: number; lasting: boolean },
  ): number {
    const { bytes, words } = this;
    let hash = tag;
    let at = start;
    for (; at + 4 <= end; at += 4) hash = Math.imul(hash ^ words.getInt32(at), 0x2c1b3c6d) ^ (hash >>> 15);
    for (; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let mask = this.slots.length - 1;
    let slot = (hash ^ (hash >>> 12)) & mask;
    for (let entry = this.slots[slot] as number; entry !== -1; entry = this.slots[slot] as number) {
      if (this.hashes[slot] === hash && this.tags[entry] === tag && this.isEqual(entry, start, end)) {
        const made = this.versions[entry];
        if (made === -1 || made === version) return this.values[entry] as number;
        const again = make();
        this.values[entry] = again.value;
        this.versions[entry] = again.lasting ? -1 : version;
        return again.value;
      }
      slot = (slot + 1) & mask;
    }
    const { value, lasting } = make();
    if (this.values.length >= MAX_ENTRIES) this.clear();
    if ((this.values.length + 1) * 2 > this.slots.length) this.grow();
    mask = this.slots.length - 1;
    slot = (hash ^ (hash >>> 12)) & mask;
    while (this.slots[slot] !== -1) slot = (slot + 1) & mask;
    this.slots[slot] = this.values.length;
    this.hashes[slot] = hash;
    this.starts.push(start);
    this.ends.push(end);
    this.tags.push(tag);
    this.values.push(value);
    this.versions.push(lasting ? -1 : version);
    return value;
  }

  private isEqual(entry: number, start: number, end: number): boolean {
    const { bytes, words } = this;
    let other = this.starts[entry] as number;
    if ((this.ends[entry] as number) - other !== end - start) return false;
    let at = start;
    for (; at + 4 <= end; at += 4, other += 4) if (words.getInt32(at) !== words.getInt32(other)) return false;
    for (; at < end; at++, other++) if (bytes[at] !== bytes[other]) return false;
    return true;
  }

  private grow(): void {
    const old = this.slots;
    const oldHashes = this.hashes;
    this.slots = new Int32Array(old.length * 2).fill(-1);
    this.hashes = new Int32Array(old.length * 2);
    const mask = this.slots.length - 1;
    for (let from = 0; from < old.length; from++) {
      const entry = old[from] as number;
      if (entry === -1) continue;
      const hash = oldHashes[from] as number;
      let slot = (hash ^ (hash >>> 12)) & mask;
      while (this.slots[slot] !== -1) slot = (slot + 1) & mask;
      this.slots[slot] = entry;
      this.hashes[slot] = hash;
    }
  }

  private clear(): void {
    this.slots.fill(-1);
    for (const list of [this.starts, this.ends, this.tags, this.values, this.versions]) list.length = 0;
  }
}
