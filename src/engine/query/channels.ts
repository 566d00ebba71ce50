interface Written<T> {
  /** Bytes written to the channel up to and including this. */
  readonly end: number;
  readonly time: number;
  readonly cause: T;
}

interface Channel<T> {
  readonly written: Written<T>[];
  total: number;
  /** Bytes read so far. */
  read: number;
  /** First write that may still be read from. */
  next: number;
}

/** Pipes and connections: which write the bytes of a read came from. Writes are all made known first, in time order; then the reads. */
export class Channels<T extends { readonly time: number }> {
  private readonly channels = new Map<string, Channel<T>>();

  /** @param bytes that were written; 0 for an end of the stream */
  write(name: string, bytes: number, cause: T): void {
    let channel = this.channels.get(name);
    if (channel === undefined) {
      channel = { written: [], total: 0, read: 0, next: 0 };
      this.channels.set(name, channel);
    }
    if (bytes > 0) channel.total += bytes;
    channel.written.push({ end: channel.total, time: cause.time, cause });
  }

  /**
   * The write of the last byte that a read got, or what ended the stream for a read of nothing; undefined when it was not seen.
   * @param before time at which the read ended
   */
  read(name: string, bytes: number, before: number): T | undefined {
    const channel = this.channels.get(name);
    if (channel === undefined) return undefined;
    channel.read += bytes;
    const { written } = channel;
    if (bytes === 0) return latest(written, before)?.cause;
    while (channel.next < written.length && (written[channel.next] as Written<T>).end < channel.read) channel.next++;
    const found = written[channel.next];
    // Writes that were not recorded put the count out of step; then nothing is said.
    return found !== undefined && found.time <= before ? found.cause : undefined;
  }
}

/** The last one that is not after a time; they are sorted by time. */
export function latest<E extends { readonly time: number }>(
  entries: readonly E[] | undefined,
  time: number,
): E | undefined {
  if (entries === undefined) return undefined;
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle] as E).time <= time) low = middle + 1;
    else high = middle;
  }
  return entries[low - 1];
}
