/** A typed column that grows by doubling; `take` cuts off what was appended so far. */
export class GrowableColumn<T extends Float64Array | Int32Array | Uint8Array | Uint16Array> {
  private values: T;
  private used = 0;

  constructor(private readonly make: (length: number) => T) {
    this.values = make(64);
  }

  get length(): number {
    return this.used;
  }

  get(index: number): number {
    return this.values[index] as number;
  }

  push(value: number): void {
    if (this.used === this.values.length) {
      const grown = this.make(this.used * 2);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.used++] = value;
  }

  /** What was appended so far, without copying. Stays as it is when more is appended. */
  view(): T {
    return this.values.subarray(0, this.used) as T;
  }

  /** Copies out what was appended and starts over, giving back memory beyond `keep` rows. */
  take(keep = 4096): T {
    const taken = this.values.slice(0, this.used) as T;
    this.used = 0;
    if (this.values.length > keep) this.values = this.make(keep);
    return taken;
  }
}

export const float64Column = (): GrowableColumn<Float64Array> =>
  new GrowableColumn((length) => new Float64Array(length));
export const int32Column = (): GrowableColumn<Int32Array> => new GrowableColumn((length) => new Int32Array(length));
export const uint8Column = (): GrowableColumn<Uint8Array> => new GrowableColumn((length) => new Uint8Array(length));
