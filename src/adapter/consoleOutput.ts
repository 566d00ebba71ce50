import { formatBytes } from "../base/format.ts";
import type { OutputChunk } from "../engine/session/recording.ts";
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
/** A line that has not ended waits this long for its end, so that it is shown as a whole; milliseconds. */
const HOLD_MS = 50;
/** Pieces of one flush; beyond, lines lose their source and the order between the streams within the flush. */
const MAX_PIECES = 24;
/** A longer line is not looked at for a source. */
const MAX_LOCATED_LINE = 4096;
const LINE_FEED = 10;

interface Queued {
  readonly stream: OutputStream;
  readonly bytes: Uint8Array;
  readonly arrivedMs: number;
}

interface StreamState {
  text: ConsoleText;
  /** What was shown last ended a line. */
  atLineStart: boolean;
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
  private lastEndedLine = true;

  /**
   * @param options.styles the client shows ANSI styles
   * @param options.wholeOutput where the user finds what is left out
   * @param options.sourceOf the position that a line (text with escapes) names; undefined when there is nothing to link
   */
  constructor(
    private readonly options: {
      readonly styles: boolean;
      readonly wholeOutput: string;
      readonly sourceOf: (line: string) => ConsolePiece["source"];
    },
  ) {
    const fresh = (): StreamState => ({
      text: new ConsoleText(options.styles),
      atLineStart: true,
      omitted: 0,
      tail: new Uint8Array(0),
    });
    this.streams = { stdout: fresh(), stderr: fresh() };
  }

  /** Something waits for `flush`. */
  get pending(): boolean {
    return this.queue.length > 0 || this.omitting;
  }

  /** @param chunk.bytes must stay as they are until they are flushed */
  push({ stream, bytes }: OutputChunk, nowMs: number): void {
    if (bytes.length === 0) return;
    this.refill(nowMs);
    if (this.omitting || bytes.length > this.allowance || this.queuedBytes > BURST_BYTES * 2) {
      this.omit(this.streams[stream], bytes);
      return;
    }
    this.allowance -= bytes.length;
    this.queuedBytes += bytes.length;
    this.queue.push({ stream, bytes, arrivedMs: nowMs });
  }

  /** What is to be shown now; everything with `final`. */
  flush(nowMs: number, final = false): ConsolePiece[] {
    this.refill(nowMs);
    let runs = joinStreams(this.takeReady(nowMs, final || this.omitting));
    if (runs.length > MAX_PIECES) {
      runs = (["stdout", "stderr"] as const).map((stream) => ({
        stream,
        parts: runs.filter((run) => run.stream === stream).flatMap((run) => run.parts),
      }));
    }
    let pieces = runs.flatMap(({ stream, parts }) => {
      const { text } = this.streams[stream];
      return this.pieces(stream, parts.map((part) => text.decode(part)).join(""));
    });
    if (pieces.length > MAX_PIECES) pieces = withoutSources(pieces);
    if (this.omitting && (final || this.allowance >= RESUME_BYTES)) pieces.push(...this.resume());
    if (final) {
      for (const stream of ["stdout", "stderr"] as const) {
        pieces.push(...this.pieces(stream, this.streams[stream].text.end()));
      }
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
    const lineBreak = this.lastEndedLine ? "" : "\n";
    for (const stream of ["stdout", "stderr"] as const) {
      const state = this.streams[stream];
      if (state.omitted === 0) continue;
      const tail = state.omitted > state.tail.length ? fromLineStart(state.tail) : state.tail;
      const hidden = state.omitted - tail.length;
      if (hidden > 0) {
        amounts.push(`${formatBytes(hidden)} of ${stream}`);
        state.text = new ConsoleText(this.options.styles); // what went before the gap does not go on after it
        state.atLineStart = true;
      }
      this.allowance -= tail.length;
      tails.push(...withoutSources(this.pieces(stream, state.text.decode(tail))));
      state.omitted = 0;
      state.tail = new Uint8Array(0);
    }
    if (amounts.length === 0) return tails;
    const note = `${lineBreak}… ${amounts.join(" and ")} left out here; everything is in ${this.options.wholeOutput}\n`;
    return [{ category: "console", output: note }, ...tails];
  }

  private takeReady(nowMs: number, all: boolean): Queued[] {
    const ready = this.queue;
    this.queue = [];
    const last = ready.at(-1);
    if (last !== undefined && !all && nowMs - last.arrivedMs < HOLD_MS) {
      const end = last.bytes.lastIndexOf(LINE_FEED) + 1;
      if (end < last.bytes.length) {
        ready.pop();
        if (end > 0) ready.push({ ...last, bytes: last.bytes.subarray(0, end) });
        this.queue.push({ ...last, bytes: last.bytes.subarray(end) });
      }
    }
    this.queuedBytes = this.queue.reduce((sum, { bytes }) => sum + bytes.length, 0);
    return ready;
  }

  /** Cuts text of a stream into lines that name a source and what lies between them. */
  private pieces(stream: OutputStream, text: string): ConsolePiece[] {
    if (text === "") return [];
    const pieces: ConsolePiece[] = [];
    const state = this.streams[stream];
    let plainFrom = 0;
    let looked = 0;
    for (let from = 0; from < text.length && looked <= MAX_PIECES; ) {
      const end = text.indexOf("\n", from) + 1;
      if (end === 0) break;
      const isWhole = state.atLineStart || from > 0;
      const source =
        isWhole && end - from <= MAX_LOCATED_LINE ? this.options.sourceOf(text.slice(from, end - 1)) : undefined;
      if (source !== undefined) {
        looked++;
        if (from > plainFrom) pieces.push({ category: stream, output: text.slice(plainFrom, from) });
        pieces.push({ category: stream, output: text.slice(from, end), source });
        plainFrom = end;
      }
      from = end;
    }
    if (plainFrom < text.length) pieces.push({ category: stream, output: text.slice(plainFrom) });
    state.atLineStart = text.endsWith("\n");
    this.lastEndedLine = state.atLineStart;
    return pieces;
  }
}

interface Run {
  readonly stream: OutputStream;
  readonly parts: readonly Uint8Array[];
}

function joinStreams(queue: readonly Queued[]): Run[] {
  const runs: { stream: OutputStream; parts: Uint8Array[] }[] = [];
  for (const { stream, bytes } of queue) {
    const last = runs.at(-1);
    if (last?.stream === stream) last.parts.push(bytes);
    else runs.push({ stream, parts: [bytes] });
  }
  return runs;
}

/** The same output in as few pieces as the order of the streams allows. */
function withoutSources(pieces: readonly ConsolePiece[]): ConsolePiece[] {
  const joined: { category: ConsolePiece["category"]; output: string }[] = [];
  for (const { category, output } of pieces) {
    const last = joined.at(-1);
    if (last?.category === category) last.output += output;
    else joined.push({ category, output });
  }
  return joined;
}

/** The part after the first line feed; without one, after the bytes that continue a UTF-8 character. */
function fromLineStart(bytes: Uint8Array): Uint8Array {
  const feed = bytes.indexOf(LINE_FEED);
  if (feed !== -1 && feed + 1 < bytes.length) return bytes.subarray(feed + 1);
  const whole = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
  return whole === -1 ? bytes : bytes.subarray(whole);
}
