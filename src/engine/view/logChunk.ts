/** Rows of one chunk; with the arena below, a chunk of ordinary lines is about 600 KiB. */
const CHUNK_ROWS = 4096;
const CHUNK_BYTES = 512 << 10;
/** UTF-8 needs at most three bytes for each UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A line as it is put into a chunk. */
export interface ChunkLine {
  readonly time: number;
  /** 0 stdout, 1 stderr. */
  readonly stream: number;
  readonly level: number;
  /** Index into the caller's table of sites, or -1. */
  readonly site: number;
  /** Index into the caller's table of loggers. */
  readonly logger: number;
  readonly text: string;
  readonly message: string;
}

/** A bounded run of log lines: fixed-width columns and one arena of UTF-8. Lines never reach into another chunk. */
export class LogChunk {
  length = 0;
  private used = 0;
  private arena: Uint8Array;
  private readonly times = new Float64Array(CHUNK_ROWS);
  private readonly streams = new Uint8Array(CHUNK_ROWS);
  private readonly levels = new Uint8Array(CHUNK_ROWS);
  private readonly sites = new Int32Array(CHUNK_ROWS);
  private readonly loggers = new Uint16Array(CHUNK_ROWS);
  private readonly textStarts = new Uint32Array(CHUNK_ROWS);
  private readonly textEnds = new Uint32Array(CHUNK_ROWS);
  private readonly messageStarts = new Uint32Array(CHUNK_ROWS);
  private readonly messageEnds = new Uint32Array(CHUNK_ROWS);

  /**
   * @param firstLine number of the chunk's first line, counted over the whole recording
   * @param text first line to come, which must fit however long it is; likewise its `message`
   */
  constructor(
    readonly firstLine: number,
    text: string,
    message: string,
  ) {
    this.arena = new Uint8Array(Math.max(CHUNK_BYTES, worstCase(text, message)));
  }

  /** Bytes of memory taken. */
  get bytes(): number {
    return this.arena.length + CHUNK_ROWS * 32;
  }

  fits(text: string, message: string): boolean {
    return this.length < CHUNK_ROWS && this.used + worstCase(text, message) <= this.arena.length;
  }

  append(line: ChunkLine): void {
    const row = this.length++;
    this.times[row] = line.time;
    this.streams[row] = line.stream;
    this.levels[row] = line.level;
    this.sites[row] = line.site;
    this.loggers[row] = line.logger;
    this.textStarts[row] = this.used;
    // Most messages are the end of their line: then the line's own bytes serve both.
    if (line.text.endsWith(line.message)) {
      this.write(line.text.slice(0, line.text.length - line.message.length));
      this.messageStarts[row] = this.used;
      this.write(line.message);
      this.textEnds[row] = this.used;
    } else {
      this.write(line.text);
      this.textEnds[row] = this.used;
      this.messageStarts[row] = this.used;
      this.write(line.message);
    }
    this.messageEnds[row] = this.used;
  }

  /** Gives unused memory back; nothing is appended afterwards. */
  close(): void {
    if (this.used < this.arena.length / 2) this.arena = this.arena.slice(0, this.used);
  }

  time(row: number): number {
    return this.times[row] ?? Number.NaN;
  }
  stream(row: number): number {
    return this.streams[row] ?? 0;
  }
  level(row: number): number {
    return this.levels[row] ?? 0;
  }
  site(row: number): number {
    return this.sites[row] ?? -1;
  }
  logger(row: number): number {
    return this.loggers[row] ?? 0;
  }
  message(row: number): string {
    return decoder.decode(this.arena.subarray(this.messageStarts[row], this.messageEnds[row]));
  }
  text(row: number): string {
    return decoder.decode(this.arena.subarray(this.textStarts[row], this.textEnds[row]));
  }

  /**
   * Whether the line's text contains `needle`, ASCII letters in either case. `needle` is ASCII in lower case, and
   * `variants` its first byte in both cases (equal for what is not a letter).
   */
  containsAscii(row: number, needle: Uint8Array, variants: readonly [number, number]): boolean {
    const { arena } = this;
    const last = (this.textEnds[row] ?? 0) - needle.length;
    const [lower, upper] = variants;
    for (let at = this.textStarts[row] ?? 0; at <= last; at++) {
      const byte = arena[at];
      if ((byte === lower || byte === upper) && matchesAt(arena, at, needle)) return true;
    }
    return false;
  }

  private write(text: string): void {
    this.used += encoder.encodeInto(text, this.arena.subarray(this.used)).written;
  }
}

function worstCase(text: string, message: string): number {
  return (text.length + message.length) * MAX_BYTES_PER_UNIT;
}

function matchesAt(bytes: Uint8Array, at: number, needle: Uint8Array): boolean {
  for (let i = 1; i < needle.length; i++) {
    const byte = bytes[at + i] ?? 0;
    if ((byte >= 65 && byte <= 90 ? byte | 32 : byte) !== needle[i]) return false;
  }
  return true;
}
