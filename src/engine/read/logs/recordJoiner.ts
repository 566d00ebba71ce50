import { truncate } from "../../../base/text.ts";
import { LOG_LEVELS } from "../../trace/levels.ts";
import type { LogRecord } from "../../trace/records.ts";
import { MAX_LOG_TEXT, type OutputStream } from "../../trace/trace.ts";
import type { Block, BlockKind } from "./blocks/block.ts";
import { CallStack, exceptionLine, isStackFrame } from "./blocks/callStack.ts";
import { cppTerminate } from "./blocks/cppTerminate.ts";
import { goPanic } from "./blocks/goPanic.ts";
import { isPrettyEvent, PrettySpan } from "./blocks/prettySpan.ts";
import { pythonFault } from "./blocks/pythonFault.ts";
import { pythonTraceback } from "./blocks/pythonTraceback.ts";
import { rustPanic } from "./blocks/rustPanic.ts";
import { visibleEnd } from "./lineText.ts";
import type { ParsedLine } from "./parsedLine.ts";
import { parseLine, withoutRank } from "./parseLine.ts";

/** A whole line of output; `text` is free of escapes and of its line end, and may be longer than `MAX_LOG_TEXT`. */
export interface OutputLine {
  readonly time: number;
  readonly offset: number;
  readonly byteLength: number;
  readonly text: string;
}

/** Kinds of blocks that announce themselves in their first line. */
const BLOCK_KINDS: readonly BlockKind[] = [pythonTraceback, pythonFault, rustPanic, goPanic, cppTerminate];

const kindsByFirst: (readonly BlockKind[] | undefined)[] = Array.from({ length: 128 }, (_, code) => {
  const kinds = BLOCK_KINDS.filter((kind) => kind.first.includes(String.fromCharCode(code)));
  return kinds.length === 0 ? undefined : kinds;
});

/** A block ends here whatever it is, so that output that never stops being indented is shown in parts. */
const MAX_BLOCK_LINES = 5000;
/** Blank lines and the like that wait for what follows them. */
const MAX_HELD_LINES = 16;

interface OpenRecord {
  readonly first: OutputLine;
  /** The log line at its head, if one was recognised. */
  readonly parsed: ParsedLine | undefined;
  block: Block | undefined;
  end: number;
  lines: number;
  text: string;
}

/** Makes records of lines: parses each, and joins tracebacks, panics and stack dumps with the log line above them. */
export class RecordJoiner {
  private open: OpenRecord | undefined;
  private held: OutputLine[] = [];
  /** The block of a record that was handed out before its end: lines that go on with it make a record of the same kind. */
  private continued: Block | undefined;

  /** @param emit gets every record with the number of lines it covers */
  constructor(
    private readonly stream: OutputStream,
    private readonly emit: (record: LogRecord, lines: number) => void,
  ) {}

  add(line: OutputLine): void {
    const block = this.open?.block ?? this.continued;
    if (block === undefined) {
      this.addFirst(line);
      return;
    }
    const verdict = block.next(withoutRank(line.text));
    if (verdict === "join") {
      for (const held of this.held) this.append(held, block);
      this.held = [];
      this.append(line, block);
      return;
    }
    if (verdict === "hold" && this.held.length < MAX_HELD_LINES) {
      this.held.push(line);
      return;
    }
    this.close();
    this.continued = undefined;
    const held = this.held;
    this.held = [];
    for (const waiting of held) this.add(waiting);
    // What was on hold may itself have opened a block.
    this.add(line);
  }

  /** Hands out what is complete so far, because nothing came for a while. The record's later lines make another record. */
  flush(): void {
    const block = this.open?.block;
    this.close();
    if (block !== undefined) this.continued = block;
  }

  /** Hands out everything: the stream has ended. */
  end(): void {
    this.close();
    this.continued = undefined;
    const held = this.held;
    this.held = [];
    for (const line of held) this.add(line);
    this.close();
    if (this.held.length > 0) this.end();
  }

  private addFirst(line: OutputLine): void {
    const text = withoutRank(line.text);
    const block = startBlock(text);
    if (block !== undefined) {
      // An uncaught exception after an ordinary line is not that line's.
      if (this.open?.parsed !== undefined && this.open.parsed.level >= LOG_LEVELS.WARNING) {
        this.append(line, block);
        this.open.block = block;
      } else {
        this.close();
        this.open = openRecord(line, undefined, block);
      }
      return;
    }
    if (this.open !== undefined) {
      if (isStackFrame(text)) {
        const stack = isPrettyEvent(this.open.first.text) ? new PrettySpan() : new CallStack(undefined);
        stack.next(text);
        this.open.block = stack;
        this.append(line, stack);
        return;
      }
      const exception = this.open.parsed === undefined ? undefined : exceptionLine(text);
      if (exception !== undefined) {
        this.open.block = exception;
        this.held.push(line);
        return;
      }
      this.close();
    }
    const parsed = parseLine(visibleEnd(line.text));
    if (parsed === undefined) {
      const exception = exceptionLine(text);
      if (exception === undefined) this.emit(this.plainRecord(line), 1);
      else this.open = openRecord(line, undefined, exception);
    } else if (parsed.level >= LOG_LEVELS.WARNING || isPrettyEvent(line.text)) {
      this.open = openRecord(line, parsed, undefined);
    } else {
      this.emit(this.parsedRecord(line, parsed), 1);
    }
  }

  private append(line: OutputLine, block: Block): void {
    if (this.open === undefined) {
      this.open = openRecord(line, undefined, block);
      return;
    }
    this.open.end = line.offset + line.byteLength;
    this.open.lines++;
    if (this.open.text.length < MAX_LOG_TEXT) this.open.text += `\n${line.text.slice(0, MAX_LOG_TEXT)}`;
    if (this.open.lines >= MAX_BLOCK_LINES) this.flush();
  }

  private close(): void {
    const open = this.open;
    if (open === undefined) return;
    this.open = undefined;
    this.emit(this.recordOf(open), open.lines);
  }

  private recordOf(open: OpenRecord): LogRecord {
    const { first, parsed, block } = open;
    if (block === undefined || open.lines === 1) {
      if (parsed !== undefined) return this.parsedRecord(first, parsed);
      // An exception's line without a stack is a line like any other.
      if (block instanceof CallStack) return this.plainRecord(first);
    }
    const text = truncate(open.text, MAX_LOG_TEXT);
    const below = open.text.slice(first.text.length);
    return {
      time: first.time,
      stream: this.stream,
      level: parsed?.level ?? block?.level ?? 0,
      offset: first.offset,
      byteLength: open.end - first.offset,
      text,
      message: truncate(parsed === undefined ? (block?.message ?? text) : parsed.message + below, MAX_LOG_TEXT),
      logger: parsed?.logger ?? "",
      threadName: parsed?.threadName || (block?.threadName ?? ""),
      site: block?.site ?? parsed?.site,
    };
  }

  private parsedRecord(line: OutputLine, parsed: ParsedLine): LogRecord {
    return {
      time: line.time,
      stream: this.stream,
      level: parsed.level,
      offset: line.offset,
      byteLength: line.byteLength,
      text: truncate(line.text, MAX_LOG_TEXT),
      message: truncate(parsed.message, MAX_LOG_TEXT),
      logger: parsed.logger,
      threadName: parsed.threadName,
      site: parsed.site,
    };
  }

  private plainRecord(line: OutputLine): LogRecord {
    const text = truncate(line.text, MAX_LOG_TEXT);
    return {
      time: line.time,
      stream: this.stream,
      level: 0,
      offset: line.offset,
      byteLength: line.byteLength,
      text,
      message: text,
      logger: "",
      threadName: "",
      site: undefined,
    };
  }
}

function openRecord(line: OutputLine, parsed: ParsedLine | undefined, block: Block | undefined): OpenRecord {
  return { first: line, parsed, block, end: line.offset + line.byteLength, lines: 1, text: line.text };
}

function startBlock(text: string): Block | undefined {
  const kinds = kindsByFirst[text.charCodeAt(0)];
  if (kinds === undefined) return undefined;
  for (const kind of kinds) {
    const block = kind.start(text);
    if (block !== undefined) return block;
  }
  return undefined;
}
