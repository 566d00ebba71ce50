import { ByteLines } from "../../../base/byteLines.ts";
import type { LogRecord } from "../../trace/records.ts";
import type { OutputStream } from "../../trace/trace.ts";
import { stripEscapes } from "./lineText.ts";
import { RecordJoiner } from "./recordJoiner.ts";

/** Bytes of a line that are looked at; the rest counts only towards its length. */
const MAX_LINE_HEAD = 64 * 1024;

/** Lines that are indexed for one stream unless told otherwise; all later ones are only counted. */
export const DEFAULT_MAX_LOG_RECORDS = 2_000_000;

export interface LogReaderOptions {
  readonly maxRecords?: number;
  /** Called once, when the first line is not indexed any more. */
  readonly onOverflow?: () => void;
}

/**
 * Reads one output stream of a program: bytes in, log records out.
 *
 * Byte ranges are exact: with the line feeds between them, the ranges of all records are the stream. A carriage return
 * belongs to its line's range but not to its text, and one alone does not end a line, so that a progress bar is one line.
 * How the bytes are cut into chunks makes no difference. Memory is bounded whatever the line lengths.
 *
 * Most records are handed out with the line feed that ends them. Lines that may go on (warnings, errors, tracebacks)
 * wait for the next line or for `flush`.
 */
export class LogReader {
  private readonly lines: ByteLines;
  private readonly joiner: RecordJoiner;
  // A byte-order mark is a character of the program's like any other.
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  private readonly maxRecords: number;
  private records = 0;
  private uncounted = 0;
  private time = 0;
  /** Stream offset of the line being read. */
  private lineStart = 0;
  private lineLength = 0;
  /** Text of the head of a line that is handed out in pieces. */
  private head: string | undefined;
  /** The chunk being read, and its text when every byte of it is one character. */
  private chunk: Uint8Array | undefined;
  private chunkText: string | undefined;

  /** @param builder gets the records; @param stream which output of the program this is */
  constructor(
    private readonly builder: { addLog(record: LogRecord): void },
    stream: OutputStream,
    private readonly options: LogReaderOptions = {},
  ) {
    this.maxRecords = options.maxRecords ?? DEFAULT_MAX_LOG_RECORDS;
    this.joiner = new RecordJoiner(stream, (record, lines) => this.emit(record, lines));
    this.lines = new ByteLines(
      (bytes, start, end, terminated) => this.piece(bytes, start, end, terminated),
      MAX_LINE_HEAD,
    );
  }

  /** Lines that were counted but not indexed because there were too many. */
  get notIndexed(): number {
    return this.uncounted;
  }

  /** @param timeNs when the bytes arrived, nanoseconds from the run's origin; a line has the time of its last byte */
  push(bytes: Uint8Array, timeNs: number): void {
    this.time = timeNs;
    if (this.records < this.maxRecords) {
      const text = this.decoder.decode(bytes);
      // Decoding never adds characters: equal lengths mean that positions in bytes and characters are the same.
      this.chunk = bytes;
      this.chunkText = text.length === bytes.length ? text : undefined;
    }
    this.lines.push(bytes);
    this.chunk = undefined;
    this.chunkText = undefined;
  }

  /** Hands out records that wait for a next line, because none came for a while. An unfinished line stays. */
  flush(): void {
    this.joiner.flush();
  }

  /** Ends the stream: an unfinished last line becomes a record. */
  end(): void {
    this.lines.end();
    // The last piece comes without a line feed; what was handed out before it is then still open.
    if (this.lineLength > 0) this.finish();
    this.joiner.end();
  }

  private piece(bytes: Uint8Array, start: number, end: number, terminated: boolean): void {
    if (this.records < this.maxRecords && (terminated || this.head === undefined)) {
      this.head ??= this.textOf(bytes, start, end);
    }
    this.lineLength += end - start;
    if (terminated) this.finish();
  }

  private finish(): void {
    const text = this.head ?? "";
    const offset = this.lineStart;
    const byteLength = this.lineLength;
    this.head = undefined;
    this.lineStart += byteLength + 1;
    this.lineLength = 0;
    if (this.records >= this.maxRecords) this.skip(1);
    else this.joiner.add({ time: this.time, offset, byteLength, text });
  }

  private textOf(bytes: Uint8Array, start: number, end: number): string {
    const whole =
      bytes === this.chunk && this.chunkText !== undefined
        ? this.chunkText.slice(start, end)
        : this.decoder.decode(bytes.subarray(start, end));
    const text = whole.endsWith("\r") ? whole.slice(0, -1) : whole;
    return text.includes("\x1b") || text.includes("\x9b") ? stripEscapes(text) : text;
  }

  private emit(record: LogRecord, lines: number): void {
    if (this.records >= this.maxRecords) {
      this.skip(lines);
    } else {
      this.records++;
      this.builder.addLog(record);
    }
  }

  private skip(lines: number): void {
    if (this.uncounted === 0) this.options.onOverflow?.();
    this.uncounted += lines;
  }
}
