import { AsciiBuffer } from "../../trace/asciiBuffer.ts";
import { SyscallState } from "../../trace/trace.ts";
import type { TraceBuilder } from "../../trace/traceBuilder.ts";
import { findArgumentsEnd, findLastArgumentsEnd, resultStart } from "./arguments.ts";
import { ASTERISK, GREATER, hasAt, LESS, MINUS, OPEN_PAREN, PIPE, PLUS, QUESTION, SPACE } from "./ascii.ts";
import { BadLines } from "./badLines.ts";
import { Action, CallEffects } from "./callEffects.ts";
import { CallNames } from "./callNames.ts";
import { CallResult } from "./callResult.ts";
import { CallRows } from "./callRows.ts";
import { addSignal, exitOf, signalStart } from "./eventLines.ts";
import { type LastLine, LineCutter } from "./lineCutter.ts";
import { LineHead } from "./lineHead.ts";
import {
  DURATION,
  durationStart,
  endsUnfinished,
  fastArgumentsEnd,
  isNoise,
  nameEnd,
  plainDuration,
  readDuration,
  UNFINISHED,
  unfinishedLength,
  wordEnd,
} from "./lineParts.ts";
import { NameTraits } from "./nameTraits.ts";
import { appendRedacted, Redaction } from "./redact.ts";
import { reportProblems } from "./reportProblems.ts";
import { StackLines } from "./stackLines.ts";
import { type PendingCall, type ThreadState, ThreadTracker } from "./threadTracker.ts";
import { type TerminalWrite, WriteDump } from "./writeDump.ts";

export { MAX_LINE } from "./lineCutter.ts";

export interface StraceReaderOptions {
  /** Keep the contents of buffers passed to read, write and the like; left out otherwise. */
  readonly captureData: boolean;
  /** Stacks follow the calls (`strace -k`): a call is added only when its stack is complete. */
  readonly stacks?: boolean;
  /** Receives what `strace -e write=…` shows of writes. */
  readonly terminal?: (write: TerminalWrite) => void;
  /** Calls that are in the log for the sake of `terminal` only: nobody asked for them, and they do not become rows. */
  readonly captureOnly?: readonly string[];
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

/**
 * Reads what `strace -f -y --absolute-timestamps=format:unix,precision:ns --syscall-times=ns` prints, and every simpler
 * form (`-t`, `-tt`, `-r`, no times, no pids), into a `TraceBuilder`. Bytes in, columns out: no objects and no strings for an
 * ordinary line. Input may be cut anywhere; anything may be in it.
 *
 * A call becomes a row when it has returned; calls that never do become rows when their thread or the input ends.
 */
export class StraceReader {
  private readonly cutter = new LineCutter(this);
  private readonly head: LineHead;
  private readonly names: CallNames;
  private readonly traits: NameTraits;
  private readonly result: CallResult;
  private readonly rows: CallRows;
  private readonly tracker: ThreadTracker;
  private readonly dump: WriteDump | undefined;
  private readonly effects: CallEffects;
  private readonly badLines = new BadLines();

  constructor(
    private readonly builder: TraceBuilder,
    private readonly options: StraceReaderOptions,
  ) {
    const { syscalls } = builder;
    this.head = new LineHead(builder.clock, options.tid ?? 0);
    this.names = new CallNames(syscalls);
    this.traits = new NameTraits(syscalls.names, options.captureOnly);
    this.result = new CallResult(syscalls);
    this.rows = new CallRows(syscalls, options.stacks === true ? new StackLines(builder.stacks) : undefined);
    this.tracker = new ThreadTracker(builder, (name) => this.traits.action(name) === Action.fork);
    this.dump = options.terminal === undefined ? undefined : new WriteDump(options.terminal);
    this.effects = new CallEffects(builder, this.tracker, this.dump);
  }

  /** Reads the next bytes; they may end inside a line. Nothing of `chunk` is kept. */
  push(chunk: Uint8Array): void {
    this.cutter.push(chunk);
  }

  /** Ends the input: what is unfinished becomes rows, and what was lost becomes problems of the trace. */
  end(): StraceReaderResult {
    const cutOff = this.lastLine(this.cutter.rest());
    this.rows.flush();
    this.dump?.end();
    let unfinished = 0;
    for (const state of this.tracker.all()) if (this.abandon(state)) unfinished++;
    this.rows.flush();
    reportProblems(this.builder, this.head, this.badLines, cutOff);
    const { count, first } = this.badLines;
    return { lines: this.head.lines, badLines: count, firstBadLine: first, cutOff, unfinished };
  }

  /** Reads the unfinished last line; tells whether something of it is lost. */
  private lastLine(last: LastLine): boolean {
    const { bytes: rest, view, length } = last;
    if (length === 0) return false;
    const whole =
      durationStart(rest, 0, length) !== -1 ||
      unfinishedLength(rest, length) > 0 ||
      hasAt(rest, length - 4, " +++") ||
      hasAt(rest, length - 4, " ---");
    if (whole) this.line(rest, view, 0, length);
    else this.cutLine(rest, view, length);
    return !whole;
  }

  /** A line whose end is missing: a call that was begun is known to have been begun. */
  private cutLine(bytes: Uint8Array, view: DataView, end: number): void {
    const at = this.head.read(bytes, view, 0, end);
    const open = nameEnd(bytes, at, end);
    if (at === -1 || open === -1) return;
    const state = this.thread();
    this.abandon(state);
    state.pending.begin(this.names.id(bytes, view, at, open), this.head.time, state.index);
    state.pending.args.append(view, open + 1, end);
  }

  tooLong(bytes: Uint8Array, start: number, end: number): void {
    this.head.lines++;
    this.badLines.add(bytes, start, end);
  }

  line(bytes: Uint8Array, view: DataView, start: number, end: number): void {
    if (bytes[start] === SPACE && bytes[start + 2] === SPACE) {
      const mark = bytes[start + 1];
      if (mark === PIPE) {
        this.dump?.line(bytes, start, end);
        return;
      }
      if (mark === GREATER) {
        this.rows.stackLine(bytes, start, end);
        return;
      }
      // ` * 5 bytes in buffer 0`, above the dump of a vector.
      if (mark === ASTERISK) return;
    }
    this.head.lines++;
    const at = this.head.read(bytes, view, start, end);
    if (at === -1 || !this.text(bytes, view, at, end)) this.badLines.add(bytes, start, end);
  }

  /** Reads what stands behind thread and time; tells whether it could be understood. */
  private text(bytes: Uint8Array, view: DataView, at: number, end: number): boolean {
    const first = bytes[at] as number;
    if (first === PLUS || first === MINUS) return this.event(bytes, at, end);
    this.rows.flush();
    if (first === LESS) return this.resumed(bytes, view, at, end);
    let open = at;
    while (open < end && bytes[open] !== OPEN_PAREN) open++;
    let name = this.names.known(view, at, open);
    if (name === -1) {
      open = nameEnd(bytes, at, end);
      if (open === -1) return isNoise(bytes, at, end);
      name = this.names.id(bytes, view, at, open);
    }
    const state = this.thread();
    if (state.pending.active) this.abandon(state);
    const cut = bytes[end - 1] === GREATER ? unfinishedLength(bytes, end) : 0;
    if (cut > 0) {
      state.pending.begin(name, this.head.time, state.index);
      state.pending.args.append(view, open + 1, end - cut);
      this.tracker.entered(state, name);
      return true;
    }
    return this.returned(state, name, this.head.time, state.index, bytes, view, open + 1, end, undefined);
  }

  private thread(): ThreadState {
    return this.tracker.get(this.head.tid, this.head.time);
  }

  /** `<... read resumed>"text", 10) = 4 <0.000012>` */
  private resumed(bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
    if (!hasAt(bytes, start, "<... ")) return false;
    const nameStart = start + 5;
    const nameStop = wordEnd(bytes, nameStart, end);
    if (!hasAt(bytes, nameStop, " resumed>") || nameStop === nameStart) return false;
    const argsStart = nameStop + 9;
    const state = this.thread();
    const { pending } = state;
    const name = this.names.id(bytes, view, nameStart, nameStop);
    const cut = unfinishedLength(bytes, end);
    if (cut > 0) {
      if (!pending.active) pending.begin(name, this.head.time, state.index);
      pending.args.append(view, argsStart, end - cut);
      return true;
    }
    const matches = pending.active && (pending.name === name || bytes[nameStart] === QUESTION);
    if (!matches) {
      // The call was entered before the log begins, or what began it is lost.
      this.abandon(state);
      pending.begin(name, Number.NaN, state.index);
      pending.args.append(UNSEEN.view, 0, UNSEEN.length);
    }
    pending.active = false;
    return this.returned(state, pending.name, pending.start, pending.thread, bytes, view, argsStart, end, pending);
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
    view: DataView,
    argsStart: number,
    lineEnd: number,
    begun: PendingCall | undefined,
  ): boolean {
    const { time } = this.head;
    let end = lineEnd;
    let duration = end - argsStart > DURATION ? plainDuration(bytes, view, end) : -1;
    if (duration !== -1) {
      end -= DURATION;
    } else {
      duration = Number.NaN;
      const tail = durationStart(bytes, argsStart, end);
      if (tail !== -1) {
        duration = readDuration(bytes, tail + 1, end - 1);
        end = tail - 1;
      }
    }
    while (end > argsStart && bytes[end - 1] === SPACE) end--;

    let argsEnd = fastArgumentsEnd(bytes, argsStart, end);
    if (argsEnd === -1) argsEnd = findArgumentsEnd(bytes, argsStart, end);
    if (argsEnd === -1) argsEnd = findLastArgumentsEnd(bytes, argsStart, end);
    if (argsEnd === -1) {
      if (begun !== undefined) begun.active = true;
      return false;
    }

    let start = begin;
    if (Number.isNaN(begin)) start = Number.isNaN(duration) ? time : time - duration;
    if (begun !== undefined && Number.isNaN(duration) && !Number.isNaN(begin)) duration = time - begin;

    const { result, rows } = this;
    const action = this.traits.action(name);
    result.read(bytes, resultStart(bytes, argsEnd, end), end);
    if (result.state === SyscallState.noResult) duration = Number.NaN;

    let argsStop = argsEnd;
    if (bytes[argsStop - 1] === GREATER && endsUnfinished(bytes, argsStop)) argsStop -= UNFINISHED.length;
    let args = bytes;
    let argsView = view;
    let from = argsStart;
    let to = argsStop;
    let redaction = this.options.captureData ? Redaction.none : this.traits.redaction(name);
    if (begun !== undefined) {
      begun.args.append(view, argsStart, argsStop);
      args = begun.args.bytes;
      argsView = begun.args.view;
      from = 0;
      to = begun.args.length;
      if (redaction !== Redaction.none && Number.isNaN(begin)) redaction = Redaction.all;
    }
    if (action !== Action.capture) {
      if (redaction === Redaction.none) rows.args.appendAscii(argsView, from, to);
      else appendRedacted(rows.args, redaction, args, argsView, from, to);
      const resultText = result.textStart === -1 ? -1 : rows.resultText(bytes, result.textStart, end);
      rows.add(start, duration, thread, name, result.state, result.errno, result.value, resultText);
    }

    if (action === Action.none) {
      this.dump?.end();
    } else if (action !== Action.write || this.dump !== undefined) {
      const value = result.state === SyscallState.returned && result.errno === 0 ? result.value : undefined;
      this.effects.apply(action, { state, thread, start, end: time, value, args, from, to });
    }
    return true;
  }

  /** `--- SIGCHLD {si_signo=…} ---`, `--- stopped by SIGSTOP ---`, `+++ exited with 0 +++`, … */
  private event(bytes: Uint8Array, start: number, end: number): boolean {
    const signal = signalStart(bytes, start, end);
    if (signal !== -1) {
      addSignal(this.builder, this.head.time, this.thread().index, bytes, signal, end - 4);
      return true;
    }
    const ended = exitOf(bytes, start, end);
    if (ended === undefined) return false;
    const state = this.thread();
    this.abandon(state);
    if (ended.exit.kind === "superseded") this.superseded(state, ended.caller);
    else this.tracker.exited(state, this.head.time, ended.exit);
    return true;
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
      leader.pending.args.append(caller.pending.args.view, 0, caller.pending.args.length);
      caller.pending.active = false;
    }
    this.tracker.exited(caller, this.head.time, { kind: "superseded" });
  }

  /** Adds the call that a thread has entered and will not be seen to leave; tells whether there was one. */
  private abandon(state: ThreadState): boolean {
    const { pending } = state;
    if (!pending.active) return false;
    pending.active = false;
    const action = this.traits.action(pending.name);
    if (action === Action.capture) return true;
    const { args } = pending;
    const { rows } = this;
    rows.flush();
    let redaction = this.options.captureData ? Redaction.none : this.traits.redaction(pending.name);
    // Cut arguments may end inside a string, behind anything.
    if (redaction === Redaction.only) redaction = Redaction.all;
    if (redaction === Redaction.none) rows.args.appendAscii(args.view, 0, args.length);
    else appendRedacted(rows.args, redaction, args.bytes, args.view, 0, args.length);
    rows.add(pending.start, Number.NaN, pending.thread, pending.name, SyscallState.unfinished, 0, Number.NaN, -1);
    if (action === Action.fork) this.tracker.forkFailed(state);
    return true;
  }
}

/** Stands for arguments printed before the log begins. */
const UNSEEN = AsciiBuffer.of("<...> ");
