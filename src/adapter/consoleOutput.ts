import { formatBytes } from "../base/format.ts";
import type { OutputChunk, TraceBatch } from "../engine/session/recording.ts";
import type { OutputStream } from "../engine/trace/trace.ts";
import { ConsoleText } from "./consoleText.ts";

/** A piece of output for the debug console. */
export interface ConsolePiece {
  readonly category: "stdout" | "stderr" | "console";
  readonly output: string;
  readonly source?: { readonly file: string; readonly line: number };
}

/** A console takes this much per second for long, and this much at once; consoles are for reading. */
const BYTES_PER_SECOND = 256 << 10;
const BURST_BYTES = 512 << 10;
/** After something was left out, showing goes on when this much may be shown again. */
const RESUME_BYTES = 128 << 10;
/** Of what is left out, the end is shown: it is where errors are. */
const TAIL_BYTES = 8 << 10;
/** Output waits this long for the log reader to say which source its lines name; milliseconds. */
const HOLD_MS = 80;
/** Pieces of one flush; beyond, lines lose their source and the order between streams within the flush. */
const MAX_PIECES = 24;

interface Queued {
  readonly stream: OutputStream;
  bytes: Uint8Array;
  /** Position of the first byte in the stream. */
  offset: number;
  readonly arrivedMs: number;
}

interface Located {
  readonly start: number;
  readonly end: number;
  readonly source: { readonly file: string; readonly line: number };
}

interface StreamState {
  text: ConsoleText;
  received: number;
  /** Where the last line ends that the log reader told about, its line feed not counted; -1 for none. */
  told: number;
  located: Located[];
  omitted: number;
  tail: Uint8Array;
}

/**
 * The program's output on its way to a debug console: coalesced, bounded in rate and memory, decoded, with the source
 * lines that log lines name. Pure: the owner passes the time and calls `flush` about thirty times a second.
 */
export class ConsoleOutput {
  private readonly streams: Record<OutputStream, StreamState>;
  private queue: Queued[] = [];
  private queuedBytes = 0;
  private allowance = BURST_BYTES;
  private allowanceMs = 0;
  private omitting = false;
  private atLineStart = true;

  /**
   * @param options.styles the client shows ANSI styles
   * @param options.wholeOutput where the user finds what is left out, such as the run folder
   * @param options.resolveSource absolute path of a file that a log line names; undefined when it is not to be linked
   */
  constructor(
    private readonly options: {
      readonly styles: boolean;
      readonly wholeOutput: string;
      readonly resolveSource: (file: string) => string | undefined;
    },
  ) {
    this.streams = { stdout: this.freshStream(), stderr: this.freshStream() };
  }

  /** Something waits for `flush`. */
  get pending(): boolean {
    return this.queue.length > 0 || this.omitting;
  }

  push({ stream, bytes }: OutputChunk, nowMs: number): void {
    if (bytes.length === 0) return;
    this.refill(nowMs);
    const state = this.streams[stream];
    const offset = state.received;
    state.received += bytes.length;
    if (this.omitting || bytes.length > this.allowance || this.queuedBytes > BURST_BYTES * 2) {
      this.omit(state, bytes);
      return;
    }
    this.allowance -= bytes.length;
    this.queuedBytes += bytes.length;
    this.queue.push({ stream, bytes, offset, arrivedMs: nowMs });
  }

  /** Takes the sources of the batch's log lines. */
  locate(batch: TraceBatch): void {
    const { logs, sites } = batch;
    for (let row = 0; row < logs.length; row++) {
      const state = this.streams[logs.stream[row] === 1 ? "stderr" : "stdout"];
      const start = logs.offset[row] ?? 0;
      const end = start + (logs.byteLength[row] ?? 0);
      state.told = Math.max(state.told, end);
      const site = sites[logs.site[row] ?? -1];
      if (site === undefined) continue;
      const file = this.options.resolveSource(site.file);
      if (file === undefined) continue;
      state.located.push({ start, end, source: { file, line: site.line } });
      // Only lines that still wait in the queue are of interest.
      if (state.located.length > 4 * MAX_PIECES) state.located.splice(0, 2 * MAX_PIECES);
    }
  }

  /** What is to be shown now; everything with `final`. */
  flush(nowMs: number, final = false): ConsolePiece[] {
    this.refill(nowMs);
    const ready = this.takeReady(nowMs, final || this.omitting);
    let cuts = ready.flatMap((queued) => this.cut(queued));
    if (mergeCuts(cuts).length > MAX_PIECES) {
      cuts = (["stdout", "stderr"] as const).flatMap((stream) =>
        ready.filter((queued) => queued.stream === stream).map(({ bytes }) => ({ stream, bytes, source: undefined })),
      );
    }
    const pieces = mergeCuts(cuts).flatMap(({ stream, parts, source }) => {
      const output = parts.map((part) => this.streams[stream].text.decode(part)).join("");
      return this.piece(stream, output, source);
    });
    if (this.omitting && (final || this.allowance >= RESUME_BYTES)) pieces.push(...this.resume());
    if (final) {
      for (const stream of ["stdout", "stderr"] as const)
        pieces.push(...this.piece(stream, this.streams[stream].text.end()));
    }
    return pieces;
  }

  private refill(nowMs: number): void {
    const elapsed = Math.max(nowMs - this.allowanceMs, 0);
    this.allowanceMs = nowMs;
    this.allowance = Math.min(this.allowance + (elapsed * BYTES_PER_SECOND) / 1000, BURST_BYTES);
  }

  private omit(state: StreamState, bytes: Uint8Array): void {
    this.omitting = true;
    state.omitted += bytes.length;
    const kept = new Uint8Array(Math.min(TAIL_BYTES, state.tail.length + bytes.length));
    const fromNew = Math.min(bytes.length, kept.length);
    const fromOld = kept.length - fromNew;
    kept.set(state.tail.subarray(state.tail.length - fromOld));
    kept.set(bytes.subarray(bytes.length - fromNew), fromOld);
    state.tail = kept;
  }

  /** The line that says how much was left out, and the end of it. */
  private resume(): ConsolePiece[] {
    this.omitting = false;
    const amounts: string[] = [];
    const tails: ConsolePiece[] = [];
    const lineBreak = this.atLineStart ? "" : "\n";
    this.atLineStart = true;
    for (const stream of ["stdout", "stderr"] as const) {
      const state = this.streams[stream];
      if (state.omitted === 0) continue;
      const tail = state.omitted > state.tail.length ? fromLineStart(state.tail) : state.tail;
      const hidden = state.omitted - tail.length;
      if (hidden > 0) {
        amounts.push(`${formatBytes(hidden)} of ${stream}`);
        state.text = new ConsoleText(this.options.styles); // what went before the gap does not go on after it
      }
      this.allowance -= tail.length;
      tails.push(...this.piece(stream, state.text.decode(tail)));
      state.omitted = 0;
      state.tail = new Uint8Array(0);
    }
    if (amounts.length === 0) return tails;
    const note = `${lineBreak}… ${amounts.join(" and ")} left out here; everything is in ${this.options.wholeOutput}\n`;
    return [{ category: "console", output: note }, ...tails];
  }

  private takeReady(nowMs: number, all: boolean): Queued[] {
    const ready: Queued[] = [];
    while (this.queue.length > 0) {
      const first = this.queue[0];
      if (first === undefined) break;
      const state = this.streams[first.stream];
      const end = first.offset + first.bytes.length;
      // The line feed after a line that was told is not part of it.
      const told = state.told + 1;
      if (all || told >= end || nowMs - first.arrivedMs >= HOLD_MS) {
        ready.push(first);
        this.queue.shift();
        continue;
      }
      if (told > first.offset) {
        const length = told - first.offset;
        ready.push({ ...first, bytes: first.bytes.subarray(0, length) });
        first.bytes = first.bytes.subarray(length);
        first.offset += length;
      }
      break;
    }
    for (const { bytes } of ready) this.queuedBytes -= bytes.length;
    return ready;
  }

  /** Cuts queued bytes where a log line with a source begins and ends. */
  private cut({ stream, bytes, offset }: Queued): Cut[] {
    const state = this.streams[stream];
    const end = offset + bytes.length;
    const cuts: Cut[] = [];
    let at = offset;
    for (const located of state.located) {
      const from = Math.max(located.start, at);
      const to = Math.min(located.end + 1, end);
      if (to <= from) continue;
      if (from > at) cuts.push({ stream, bytes: bytes.subarray(at - offset, from - offset), source: undefined });
      cuts.push({ stream, bytes: bytes.subarray(from - offset, to - offset), source: located.source });
      at = to;
    }
    if (at < end) cuts.push({ stream, bytes: bytes.subarray(at - offset), source: undefined });
    state.located = state.located.filter((located) => located.end + 1 > end);
    return cuts;
  }

  private piece(stream: OutputStream, output: string, source?: Located["source"]): ConsolePiece[] {
    if (output === "") return [];
    this.atLineStart = output.endsWith("\n");
    return [{ category: stream, output, ...(source === undefined ? {} : { source }) }];
  }

  private freshStream(): StreamState {
    return {
      text: new ConsoleText(this.options.styles),
      received: 0,
      told: -1,
      located: [],
      omitted: 0,
      tail: new Uint8Array(0),
    };
  }
}

interface Cut {
  readonly stream: OutputStream;
  readonly bytes: Uint8Array;
  readonly source: Located["source"] | undefined;
}

interface Merged {
  readonly stream: OutputStream;
  readonly parts: Uint8Array[];
  readonly source: Located["source"] | undefined;
}

/** Joins neighbours of one stream and one source. */
function mergeCuts(cuts: readonly Cut[]): Merged[] {
  const merged: Merged[] = [];
  for (const { stream, bytes, source } of cuts) {
    const last = merged.at(-1);
    if (last !== undefined && last.stream === stream && last.source === source) last.parts.push(bytes);
    else merged.push({ stream, parts: [bytes], source });
  }
  return merged;
}

/** The part after the first line feed; without one, after the bytes that continue a UTF-8 character. */
function fromLineStart(bytes: Uint8Array): Uint8Array {
  const feed = bytes.indexOf(10);
  if (feed !== -1 && feed + 1 < bytes.length) return bytes.subarray(feed + 1);
  const whole = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
  return whole === -1 ? bytes : bytes.subarray(whole);
}
