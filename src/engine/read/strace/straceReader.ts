import { asciiText } from "../../../base/asciiText.ts";
import { ByteInterner } from "../../trace/byteInterner.ts";
import type { SyscallRows } from "../../trace/syscallRows.ts";
import { SyscallState } from "../../trace/trace.ts";
import type { TraceBuilder } from "../../trace/traceBuilder.ts";
import { findArgumentsEnd, findLastArgumentsEnd, resultStart, skipAnnotation } from "./arguments.ts";
import {
  ASTERISK,
  CLOSE_BRACE,
  CLOSE_PAREN,
  DOT,
  escapeNonAscii,
  GREATER,
  hasAt,
  hexValue,
  isDigit,
  LESS,
  MINUS,
  OPEN_BRACE,
  PIPE,
  PLUS,
  QUESTION,
  SPACE,
  ZERO,
} from "./ascii.ts";
import { HeldCall } from "./heldCall.ts";
import { LineFeeds } from "./lineFeeds.ts";
import {
  durationStart,
  endsUnfinished,
  fastArgumentsEnd,
  isNoise,
  nameEnd,
  readDuration,
  UNFINISHED,
  unfinishedLength,
  wordEnd,
} from "./lineParts.ts";
import { LinePrefix } from "./linePrefix.ts";
import { firstString } from "./quoted.ts";
import { type ArgumentSink, appendRedacted, Redaction, redactionOf } from "./redact.ts";
import { StackLines } from "./stackLines.ts";
import { type PendingCall, type ThreadState, ThreadTracker } from "./threadTracker.ts";
import { type TerminalWrite, WriteDump } from "./writeDump.ts";

export interface StraceReaderOptions {
  /** Keep the contents of buffers passed to read, write and the like; left out otherwise. */
  readonly captureData: boolean;
  /** Stacks follow the calls (`strace -k`): a call is added only when its stack is complete. */
  readonly stacks?: boolean;
  /** Receives what `strace -e write=…` shows of writes. */
  readonly terminal?: (write: TerminalWrite) => void;
  /** The thread of lines that name none: strace without `-f`. */
  readonly tid?: number;
}

export interface StraceReaderResult {
  readonly lines: number;
  /** Lines that are not strace output, or that are too long; their content is lost. */
  readonly badLines: number;
  /** The first bad line, shortened; empty when there was none. */
  readonly firstBadLine: string;
  /** The input ended inside a line. */
  readonly cutOff: boolean;
  /** Calls that had not returned when the input ended. */
  readonly unfinished: number;
}

/** A line that is longer than this is counted and skipped: no call has arguments of this size. */
export const MAX_LINE = 1 << 22;

/** The clock was set back when a line is earlier than the one before by more than this (nanoseconds). */
const CLOCK_STEP = 50e6;

const DAY = 86_400;

/** What a call's name makes the reader do besides adding a row. */
const Action = { none: 0, fork: 1, exec: 2, execat: 3, prctl: 4, write: 5 } as const;

const ACTIONS: Readonly<Record<string, number>> = {
  fork: Action.fork,
  vfork: Action.fork,
  clone: Action.fork,
  clone2: Action.fork,
  clone3: Action.fork,
  execve: Action.exec,
  execveat: Action.execat,
  prctl: Action.prctl,
  write: Action.write,
  writev: Action.write,
  pwrite64: Action.write,
  pwritev: Action.write,
  pwritev2: Action.write,
  send: Action.write,
  sendto: Action.write,
  sendmsg: Action.write,
};

/** Input is read in pieces of at most this size. */
const MAX_PIECE = 1 << 20;

/**
 * Reads what `strace -f -y --absolute-timestamps=format:unix,precision:ns --syscall-times=ns` prints, and every simpler
 * form (`-t`, `-tt`, `-r`, no times, no pids), into a `TraceBuilder`. Bytes in, columns out: no objects and no strings for an
 * ordinary line. Input may be cut anywhere; anything may be in it.
 *
 * A call becomes a row when it has returned; calls that never do become rows when their thread or the input ends.
 */
export class StraceReader {
  private readonly rows: SyscallRows;
  private readonly tracker: ThreadTracker;
  private readonly prefix = new LinePrefix();
  private readonly names: ByteInterner;
  private readonly errnos: ByteInterner;
  /** By name id; grows as unknown names turn up. */
  private readonly actions: number[] = [];
  private readonly redactions: number[] = [];
  private readonly dump: WriteDump | undefined;
  private readonly stackLines: StackLines;
  private readonly held: HeldCall | undefined;
  /** Where arguments go: straight to the rows, or to the call that waits for its stack. */
  private readonly sink: ArgumentSink;
  private readonly originSeconds: number;
  private readonly originNanoseconds: number;

  private readonly feeds = new LineFeeds();
  private carry: Uint8Array = new Uint8Array(0);
  private carried = 0;
  private skipping = false;

  private lines = 0;
  private badLines = 0;
  private firstBadLine = "";
  private time = 0;
  private latest = Number.NEGATIVE_INFINITY;
  private clockOffset = 0;
  private clockSteps = 0;
  private relative = 0;
  private timed = false;
  private untimed = false;

  constructor(
    private readonly builder: TraceBuilder,
    private readonly options: StraceReaderOptions,
  ) {
    this.rows = builder.syscalls;
    this.tracker = new ThreadTracker(builder, (name) => this.action(name) === Action.fork);
    this.names = new ByteInterner((bytes, start, end) => this.rows.nameId(asciiText(bytes, start, end)));
    this.errnos = new ByteInterner((bytes, start, end) => this.rows.errnoId(asciiText(bytes, start, end)));
    this.dump = options.terminal === undefined ? undefined : new WriteDump(options.terminal);
    this.stackLines = new StackLines(builder.stacks);
    this.held = options.stacks === true ? new HeldCall() : undefined;
    this.sink = this.held ?? this.rows;
    this.originSeconds = Number(builder.clock.originRealtimeNs / 1_000_000_000n);
    this.originNanoseconds = Number(builder.clock.originRealtimeNs % 1_000_000_000n);
  }

  /** Reads the next bytes; they may end inside a line. Nothing of `chunk` is kept. */
  push(chunk: Uint8Array): void {
    // Always a plain Uint8Array: subclasses such as Buffer beside it make every access to a byte twice as slow.
    const plain = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at < plain.length; at += MAX_PIECE) this.piece(plain.subarray(at, at + MAX_PIECE));
  }

  private piece(plain: Uint8Array): void {
    const { feeds } = this;
    let input = plain;
    if (!feeds.scan(input)) {
      input = escapeNonAscii(plain);
      feeds.scan(input);
    }
    let start = 0;
    let next = 0;
    if (this.carried > 0 || this.skipping) {
      if (feeds.count === 0) {
        this.hold(input, 0, input.length);
        return;
      }
      const feed = feeds.positions[next++] as number;
      this.hold(input, 0, feed);
      if (this.skipping) this.skipping = false;
      else this.line(this.carry, 0, this.carried);
      this.carried = 0;
      start = feed + 1;
    }
    // The last line may go on in the next chunk; scanning never passes the last line feed.
    while (next < feeds.count) {
      const feed = feeds.positions[next++] as number;
      this.line(input, start, feed);
      start = feed + 1;
    }
    if (start < input.length) this.hold(input, start, input.length);
  }

  /** Ends the input: what is unfinished becomes rows, and what was lost becomes problems of the trace. */
  end(): StraceReaderResult {
    const cutOff = this.lastLine();
    this.flushHeld();
    this.dump?.end();
    let unfinished = 0;
    for (const state of this.tracker.all()) if (this.abandon(state)) unfinished++;
    this.flushHeld();
    this.report(cutOff);
    const { lines, badLines, firstBadLine } = this;
    return { lines, badLines, firstBadLine, cutOff, unfinished };
  }

  /** Reads the unfinished last line; tells whether something of it is lost. */
  private lastLine(): boolean {
    if (this.carried === 0) return false;
    const { carry, carried } = this;
    this.carried = 0;
    const whole =
      durationStart(carry, 0, carried) !== -1 ||
      unfinishedLength(carry, carried) > 0 ||
      hasAt(carry, carried - 4, " +++") ||
      hasAt(carry, carried - 4, " ---");
    if (whole) this.line(carry, 0, carried);
    else this.cutLine(carry, carried);
    return !whole;
  }

  /** A line whose end is missing: a call that was begun is known to have been begun. */
  private cutLine(bytes: Uint8Array, end: number): void {
    const at = this.readPrefix(bytes, 0, end);
    const open = nameEnd(bytes, at, end);
    if (at === -1 || open === -1) return;
    const state = this.thread();
    this.abandon(state);
    state.pending.begin(this.names.id(bytes, at, open), this.time, state.index);
    state.pending.appendArgs(bytes, open + 1, end);
  }

  private report(cutOff: boolean): void {
    if (this.badLines > 0) {
      this.builder.addProblem({
        kind: "bad-lines",
        message: `${this.badLines} of ${this.lines} lines of the tracer could not be read; the first: ${this.firstBadLine}`,
        count: this.badLines,
        losesData: true,
      });
    }
    if (cutOff) {
      this.builder.addProblem({
        kind: "cut-off",
        message: "The tracer's output ends inside a line; what followed is lost.",
        losesData: true,
      });
    }
    if (this.clockSteps > 0) {
      this.builder.addProblem({
        kind: "clock-stepped",
        message:
          "The system clock was set back during the run; later times were moved on so that they do not run backwards.",
        count: this.clockSteps,
        losesData: false,
      });
    }
    if (this.untimed && this.rows.length > 0) {
      this.builder.addProblem({
        kind: "untimed",
        message:
          "The log has no times: calls are in order, one nanosecond apart. Record with `strace -ttt -T` to have them.",
        losesData: false,
      });
    }
  }

  private hold(bytes: Uint8Array, start: number, end: number): void {
    if (this.skipping) return;
    const needed = this.carried + end - start;
    if (needed > MAX_LINE) {
      this.lines++;
      this.bad(this.carried > 0 ? this.carry : bytes.subarray(start), 0, Math.min(200, this.carried || end - start));
      this.carried = 0;
      this.skipping = true;
      return;
    }
    if (needed > this.carry.length) {
      const grown = new Uint8Array(Math.max(needed, this.carry.length * 2, 1 << 12));
      grown.set(this.carry.subarray(0, this.carried));
      this.carry = grown;
    }
    this.carry.set(bytes.subarray(start, end), this.carried);
    this.carried = needed;
  }

  private line(bytes: Uint8Array, start: number, end: number): void {
    if (bytes[start] === SPACE && bytes[start + 2] === SPACE) {
      const mark = bytes[start + 1];
      if (mark === PIPE) {
        this.dump?.line(bytes, start, end);
        return;
      }
      if (mark === GREATER) {
        if (this.held?.full) this.stackLines.line(bytes, start, end);
        return;
      }
      // ` * 5 bytes in buffer 0`, above the dump of a vector.
      if (mark === ASTERISK) return;
    }
    this.lines++;
    const at = this.readPrefix(bytes, start, end);
    if (at === -1) {
      this.bad(bytes, start, end);
      return;
    }
    const first = bytes[at] as number;
    if (first === PLUS || first === MINUS) {
      if (!this.event(bytes, at, end)) this.bad(bytes, start, end);
      return;
    }
    if (this.held?.full) this.flushHeld();
    if (first === LESS) {
      if (!this.resumed(bytes, at, end)) this.bad(bytes, start, end);
      return;
    }
    const open = nameEnd(bytes, at, end);
    if (open === -1) {
      if (!isNoise(bytes, at, end)) this.bad(bytes, start, end);
      return;
    }
    const name = this.names.id(bytes, at, open);
    const state = this.thread();
    if (state.pending.active) this.abandon(state);
    const cut = bytes[end - 1] === GREATER ? unfinishedLength(bytes, end) : 0;
    if (cut > 0) {
      state.pending.begin(name, this.time, state.index);
      state.pending.appendArgs(bytes, open + 1, end - cut);
      this.tracker.entered(state, name);
      return;
    }
    if (!this.returned(state, name, this.time, state.index, bytes, open + 1, end, undefined))
      this.bad(bytes, start, end);
  }

  /**
   * Reads thread and time in front of a line and sets `prefix.tid` and `time`; returns where the text begins, -1 for an
   * empty line.
   */
  private readPrefix(bytes: Uint8Array, start: number, end: number): number {
    const { prefix } = this;
    // `1234  1700000000.123456789 `: what we ask strace for, read without detours.
    let at = start;
    let tid = 0;
    let byte = bytes[at] as number;
    while (byte >= ZERO && byte <= 0x39 && at < start + 8) {
      tid = tid * 10 + byte - ZERO;
      byte = bytes[++at] as number;
    }
    if (at > start && byte === SPACE) {
      while (bytes[at] === SPACE) at++;
      const dot = at + 10;
      if (dot + 10 < end && bytes[dot] === DOT && bytes[dot + 10] === SPACE) {
        let seconds = 0;
        let digits = 0;
        for (let i = at; i < dot; i++) {
          const digit = (bytes[i] as number) - ZERO;
          digits |= digit | (9 - digit);
          seconds = seconds * 10 + digit;
        }
        let nanoseconds = 0;
        for (let i = dot + 1; i < dot + 10; i++) {
          const digit = (bytes[i] as number) - ZERO;
          digits |= digit | (9 - digit);
          nanoseconds = nanoseconds * 10 + digit;
        }
        if (digits >= 0) {
          prefix.tid = tid;
          this.timed = true;
          this.setTime((seconds - this.originSeconds) * 1e9 + (nanoseconds - this.originNanoseconds));
          return dot + 11;
        }
      }
    }
    prefix.read(bytes, start, end);
    if (prefix.tid === -1) prefix.tid = this.options.tid ?? 0;
    this.slowTime();
    return prefix.end < end ? prefix.end : -1;
  }

  private slowTime(): void {
    const { prefix } = this;
    const { seconds, nanoseconds } = prefix;
    switch (prefix.kind) {
      case "epoch":
        this.timed = true;
        this.setTime((seconds - this.originSeconds) * 1e9 + (nanoseconds - this.originNanoseconds));
        return;
      case "clock": {
        // Only the time of day is known: the run begins on the origin's day and passes midnight whenever hours drop.
        this.timed = true;
        const origin = this.originSeconds % DAY;
        let time = (seconds - origin) * 1e9 + (nanoseconds - this.originNanoseconds) + this.relative;
        if (time < this.latest - 12 * 3600e9) {
          this.relative += DAY * 1e9;
          time += DAY * 1e9;
        }
        this.setTime(time);
        return;
      }
      case "delta":
        this.timed = true;
        this.relative += seconds * 1e9 + nanoseconds;
        this.setTime(this.relative);
        return;
      case "none":
        if (!this.timed) this.untimed = true;
        this.setTime(this.untimed ? this.lines - 1 : Math.max(0, this.latest));
        return;
    }
  }

  private setTime(measured: number): void {
    let time = measured + this.clockOffset;
    if (time < this.latest) {
      if (time < this.latest - CLOCK_STEP) {
        this.clockSteps++;
        this.clockOffset += this.latest - time;
        time = this.latest;
      }
    } else {
      this.latest = time;
    }
    this.time = time;
  }

  private thread(): ThreadState {
    return this.tracker.get(this.prefix.tid, this.time);
  }

  /** `<... read resumed>"text", 10) = 4 <0.000012>` */
  private resumed(bytes: Uint8Array, start: number, end: number): boolean {
    if (!hasAt(bytes, start, "<... ")) return false;
    const nameStart = start + 5;
    let nameStop = nameStart;
    while (nameStop < end && bytes[nameStop] !== SPACE) nameStop++;
    if (!hasAt(bytes, nameStop, " resumed>") || nameStop === nameStart) return false;
    const argsStart = nameStop + 9;
    const state = this.thread();
    const { pending } = state;
    const name = this.names.id(bytes, nameStart, nameStop);
    const cut = unfinishedLength(bytes, end);
    if (cut > 0) {
      if (!pending.active) pending.begin(name, this.time, state.index);
      pending.appendArgs(bytes, argsStart, end - cut);
      return true;
    }
    const matches = pending.active && (pending.name === name || bytes[nameStart] === QUESTION);
    if (!matches) {
      // The call was entered before the log begins, or what began it is lost.
      this.abandon(state);
      pending.begin(name, Number.NaN, state.index);
      pending.appendArgs(UNSEEN, 0, UNSEEN.length);
    }
    pending.active = false;
    return this.returned(state, pending.name, pending.start, pending.thread, bytes, argsStart, end, pending);
  }

  /**
   * Reads the end of a call: rest of the arguments, result, duration; adds the row.
   * @param begun the call's first part, when it was printed on an earlier line
   */
  private returned(
    state: ThreadState,
    name: number,
    begin: number,
    thread: number,
    bytes: Uint8Array,
    argsStart: number,
    lineEnd: number,
    begun: PendingCall | undefined,
  ): boolean {
    let end = lineEnd;
    let duration = Number.NaN;
    const tail = durationStart(bytes, argsStart, end);
    if (tail !== -1) {
      duration = readDuration(bytes, tail + 1, end - 1);
      end = tail - 1;
    }
    while (end > argsStart && bytes[end - 1] === SPACE) end--;

    let argsEnd = fastArgumentsEnd(bytes, argsStart, end);
    if (argsEnd === -1) argsEnd = findArgumentsEnd(bytes, argsStart, end);
    if (argsEnd === -1) argsEnd = findLastArgumentsEnd(bytes, argsStart, end);
    if (argsEnd === -1) {
      if (begun !== undefined) begun.active = true;
      return false;
    }
    const resultAt = resultStart(bytes, argsEnd, end);

    let start = begin;
    if (Number.isNaN(begin)) start = Number.isNaN(duration) ? this.time : this.time - duration;
    if (begun !== undefined && Number.isNaN(duration) && !Number.isNaN(begin)) duration = this.time - begin;

    // Result.
    let callState: number = SyscallState.returned;
    let errno = 0;
    let result = 0;
    let textStart = -1;
    const first = bytes[resultAt] as number;
    let at = resultAt;
    if (first === QUESTION) {
      callState = SyscallState.noResult;
      result = Number.NaN;
      duration = Number.NaN;
      at++;
      if (bytes[at] === SPACE && bytes[at + 1] === 0x45) {
        errno = this.errnos.id(bytes, at + 1, wordEnd(bytes, at + 1, end));
      } else if (at < end) {
        textStart = resultAt;
      }
    } else {
      const negative = first === MINUS;
      if (negative) at++;
      const digits = at;
      if (bytes[at] === ZERO && bytes[at + 1] === 0x78) {
        at += 2;
        for (let value = hexValue(bytes[at] as number); at < end && value >= 0; value = hexValue(bytes[at] as number)) {
          result = result * 16 + value;
          at++;
        }
        textStart = resultAt;
      } else {
        const base = bytes[at] === ZERO ? 8 : 10; // umask prints octal
        while (at < end && isDigit(bytes[at] as number)) result = result * base + (bytes[at++] as number) - ZERO;
        if (base === 8 && at > digits + 1) textStart = resultAt;
      }
      if (at === digits) {
        result = Number.NaN;
        textStart = resultAt;
      } else if (negative) {
        result = -result;
        if (bytes[at] === SPACE && bytes[at + 1] === 0x45) {
          const errnoEnd = wordEnd(bytes, at + 1, end);
          errno = this.errnos.id(bytes, at + 1, errnoEnd);
          at = end;
          // `-1 EBADF (Bad file descriptor) (INJECTED)`
          if (bytes[end - 1] === CLOSE_PAREN && hasAt(bytes, end - 10, "(INJECTED)")) textStart = resultAt;
        } else if (hasAt(bytes, at, " (errno ")) {
          errno = this.rows.errnoId(`ERRNO_${asciiText(bytes, at + 8, end).replace(/\D.*/, "")}`);
          at = end;
        }
      }
      if (Math.abs(result) > Number.MAX_SAFE_INTEGER) {
        // Too large to have been added up exactly.
        result = Number(asciiText(bytes, resultAt, Math.min(at, resultAt + 24)));
        textStart = resultAt;
      }
      if (at < end && errno === 0) textStart = resultAt;
    }

    // Arguments.
    let argsStop = argsEnd;
    if (bytes[argsStop - 1] === GREATER && endsUnfinished(bytes, argsStop)) argsStop -= UNFINISHED.length;
    let args = bytes;
    let from = argsStart;
    let to = argsStop;
    let redaction = this.options.captureData ? Redaction.none : this.redaction(name);
    if (begun !== undefined) {
      begun.appendArgs(bytes, argsStart, argsStop);
      args = begun.args;
      from = 0;
      to = begun.length;
      if (redaction !== Redaction.none && Number.isNaN(begin)) redaction = Redaction.all;
    }
    if (redaction === Redaction.none) this.sink.appendArgs(args, from, to);
    else appendRedacted(this.sink, redaction, args, from, to);
    const resultText = textStart === -1 ? -1 : this.resultText(bytes, textStart, end);
    this.add(start, duration, thread, name, callState, errno, result, resultText);

    const action = this.action(name);
    if (action !== Action.none) this.act(action, state, thread, start, result, callState, errno, args, from, to);
    else this.dump?.end();
    return true;
  }

  private act(
    action: number,
    state: ThreadState,
    thread: number,
    start: number,
    result: number,
    callState: number,
    errno: number,
    args: Uint8Array,
    from: number,
    to: number,
  ): void {
    const succeeded = callState === SyscallState.returned && errno === 0;
    if (action === Action.write) {
      if (this.dump === undefined) return;
      if (succeeded && result > 0) this.expectDump(thread, start, result, args, from, to);
      else this.dump.end();
      return;
    }
    this.dump?.end();
    if (action === Action.fork) {
      if (succeeded && result > 0) this.tracker.forked(state, result, args, from, to, this.time);
      else this.tracker.forkFailed(state);
    } else if (!succeeded) {
      return;
    } else if (action === Action.prctl) {
      if (!hasAt(args, from, "PR_SET_NAME, ")) return;
      const name = firstString(args, from, to);
      if (name !== undefined) this.builder.threads.setName(state.index, name);
    } else {
      const program = firstString(args, from, to) ?? "";
      this.builder.threads.exec(state.index, program);
      this.builder.addMark({ time: start, thread: state.index, kind: "exec", name: program, value: "" });
    }
  }

  private expectDump(thread: number, time: number, written: number, args: Uint8Array, from: number, to: number): void {
    let at = from;
    let fd = 0;
    while (at < to && isDigit(args[at] as number)) fd = fd * 10 + (args[at++] as number) - ZERO;
    let path = "";
    if (args[at] === LESS) {
      const after = skipAnnotation(args, from, at, to);
      if (after > at) path = asciiText(args, at + 1, after - 1);
    }
    this.dump?.expect(thread, fd, path, time, written);
  }

  /** `--- SIGCHLD {si_signo=…} ---`, `--- stopped by SIGSTOP ---`, `+++ exited with 0 +++`, … */
  private event(bytes: Uint8Array, start: number, end: number): boolean {
    if (hasAt(bytes, start, "--- ") && hasAt(bytes, end - 4, " ---")) {
      this.signal(bytes, start + 4, end - 4);
      return true;
    }
    if (!hasAt(bytes, start, "+++ ") || !hasAt(bytes, end - 4, " +++")) return false;
    const text = asciiText(bytes, start + 4, Math.min(end - 4, start + 200));
    const exited = /^exited with (\d+)$/.exec(text);
    const killed = /^killed by (\S+)( \(core dumped\))?$/.exec(text);
    const superseded = /^superseded by execve in pid (\d+)$/.exec(text);
    if (exited === null && killed === null && superseded === null) return false;
    const state = this.thread();
    this.abandon(state);
    if (superseded !== null) {
      this.superseded(state, Number(superseded[1]));
    } else if (exited !== null) {
      this.tracker.exited(state, this.time, { kind: "exited", code: Number(exited[1]) });
    } else {
      const signal = killed?.[1] ?? "";
      this.tracker.exited(state, this.time, { kind: "killed", signal, coreDumped: killed?.[2] !== undefined });
    }
    return true;
  }

  private signal(bytes: Uint8Array, start: number, end: number): void {
    const thread = this.thread().index;
    const stopped = "stopped by ";
    if (hasAt(bytes, start, stopped)) {
      const value = asciiText(bytes, start + stopped.length, end);
      this.builder.addMark({ time: this.time, thread, kind: "mark", name: "stopped", value });
      return;
    }
    const nameStop = wordEnd(bytes, start, end);
    let from = nameStop + 1;
    let to = end;
    if (bytes[from] === OPEN_BRACE && bytes[end - 1] === CLOSE_BRACE) {
      from++;
      to--;
    }
    this.builder.addSignal({
      time: this.time,
      thread,
      signal: asciiText(bytes, start, nameStop),
      details: asciiText(bytes, Math.min(from, to), to),
    });
  }

  /**
   * A thread that is not the leader called exec: the kernel ends all others and gives it the leader's id. The process
   * goes on in the leader's row; the call stays with the thread that made it.
   */
  private superseded(leader: ThreadState, tid: number): void {
    const caller = this.tracker.find(tid);
    if (caller === undefined || caller === leader) return;
    if (caller.pending.active) {
      leader.pending.begin(caller.pending.name, caller.pending.start, caller.index);
      leader.pending.appendArgs(caller.pending.args, 0, caller.pending.length);
      caller.pending.active = false;
    }
    this.tracker.exited(caller, this.time, { kind: "superseded" });
  }

  /** Adds the call that a thread has entered and will not be seen to leave; tells whether there was one. */
  private abandon(state: ThreadState): boolean {
    const { pending } = state;
    if (!pending.active) return false;
    pending.active = false;
    if (this.held?.full) this.flushHeld();
    let redaction = this.options.captureData ? Redaction.none : this.redaction(pending.name);
    // Cut arguments may end inside a string, behind anything.
    if (redaction === Redaction.only) redaction = Redaction.all;
    if (redaction === Redaction.none) this.sink.appendArgs(pending.args, 0, pending.length);
    else appendRedacted(this.sink, redaction, pending.args, 0, pending.length);
    this.add(pending.start, Number.NaN, pending.thread, pending.name, SyscallState.unfinished, 0, Number.NaN, -1);
    if (this.action(pending.name) === Action.fork) this.tracker.forkFailed(state);
    return true;
  }

  private add(
    start: number,
    duration: number,
    thread: number,
    name: number,
    state: number,
    errno: number,
    result: number,
    resultText: number,
  ): void {
    if (this.held === undefined) this.rows.push(start, duration, thread, name, state, errno, result, resultText, -1);
    else this.held.hold(start, duration, thread, name, state, errno, result, resultText);
  }

  /** Adds the call that waited for its stack. */
  private flushHeld(): void {
    if (this.held?.full) this.held.release(this.rows, this.stackLines.take());
  }

  /** In stacks mode a text waits with its call, for ids of texts lose their meaning when a batch is taken. */
  private resultText(bytes: Uint8Array, start: number, end: number): number {
    if (this.held === undefined) return this.rows.resultTextIdOf(bytes, start, end);
    this.held.resultTextIs(asciiText(bytes, start, end));
    return 0;
  }

  private action(name: number): number {
    return (
      this.actions[name] ??
      this.learn(name, this.actions, (text) => (Object.hasOwn(ACTIONS, text) ? (ACTIONS[text] ?? 0) : 0))
    );
  }

  private redaction(name: number): number {
    return this.redactions[name] ?? this.learn(name, this.redactions, redactionOf);
  }

  private learn(name: number, table: number[], of: (text: string) => number): number {
    while (table.length < this.rows.names.size) table.push(of(this.rows.names.get(table.length)));
    return table[name] ?? 0;
  }

  private bad(bytes: Uint8Array, start: number, end: number): void {
    this.badLines++;
    if (this.badLines === 1) this.firstBadLine = JSON.stringify(asciiText(bytes, start, Math.min(end, start + 200)));
  }
}

/** Stands for arguments printed before the log begins. */
const UNSEEN = new TextEncoder().encode("<...> ");
