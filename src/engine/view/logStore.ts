import type { LogFilter, LogLine, LogPage } from "../../protocol/live.ts";
import { logLevelName } from "../trace/levels.ts";
import type { LogColumns } from "../trace/trace.ts";
import { LogChunk } from "./logChunk.ts";
import { LogIndex } from "./logIndex.ts";

/** Lines that one page holds at most; see `CustomRequests["goldentrace.logs"]`. */
export const MAX_PAGE_LINES = 1000;

/** Filters whose matches are kept up to date; a view has one, two views with a filter being typed have a few. */
const MAX_INDEXES = 4;

/** Distinct logger names that are kept; a program that invents one per line must not fill the memory. */
const MAX_LOGGERS = 4096;
const MAX_LOGGER_LENGTH = 256;

type SiteTable = readonly { readonly file: string; readonly line: number }[];

/**
 * The lines of a recording that is going on, for paging through them under a filter.
 *
 * Texts lie as UTF-8 in byte arenas, so a million lines are a few hundred objects to the garbage collector. Beyond
 * `budgetBytes` the oldest chunk of lines is forgotten (the run folder still has them) and `dropped` counts it.
 * Every filter in use has an index that grows with the lines: asking again only looks at what is new.
 */
export class LogStore {
  private readonly chunks: LogChunk[] = [];
  private readonly indexes = new Map<string, LogIndex>();
  private readonly loggers: string[] = [""];
  private readonly loggerIds = new Map<string, number>([["", 0]]);
  private readonly perLevel = new Map<string, number>();
  private sites: SiteTable = [];
  private heldBytes = 0;
  private lineCount = 0;
  private droppedCount = 0;

  constructor(private readonly budgetBytes: number = 64 << 20) {}

  /** Lines ever added; also the `index` of the next line. */
  get total(): number {
    return this.lineCount;
  }

  /** How many of the oldest lines are no longer held. */
  get dropped(): number {
    return this.droppedCount;
  }

  /** Lines so far by level name; `""` for lines without a level. Levels that did not occur are absent. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.perLevel);
  }

  /** Bytes of memory behind the lines held. */
  get bytes(): number {
    return this.heldBytes;
  }

  /** Appends the lines of a batch. `sites` is the whole table so far. */
  add(logs: LogColumns, sites: SiteTable): void {
    this.sites = sites;
    for (let row = 0; row < logs.length; row++) {
      const text = logs.text[row] ?? "";
      const message = logs.message[row] ?? text;
      const level = logs.level[row] ?? 0;
      let chunk = this.chunks.at(-1);
      if (chunk === undefined || !chunk.fits(text, message)) chunk = this.openChunk(text, message);
      chunk.append({
        time: logs.time[row] ?? Number.NaN,
        stream: logs.stream[row] ?? 0,
        level,
        site: logs.site[row] ?? -1,
        logger: this.internLogger(logs.logger[row] ?? ""),
        text,
        message,
      });
      this.lineCount++;
      const name = logLevelName(level) ?? "";
      this.perLevel.set(name, (this.perLevel.get(name) ?? 0) + 1);
    }
  }

  /**
   * A page of the lines that pass `filter`. `from` counts among those lines, from the end when negative. `count` is cut
   * to `MAX_PAGE_LINES`. Lines that are no longer held still count, so positions stay as they are while lines are
   * dropped; the page then starts at the first line that is held.
   */
  page(filter: LogFilter, from: number, count: number): LogPage {
    const index = this.indexFor(filter);
    this.catchUp(index, Number.POSITIVE_INFINITY);
    const matching = index.matching;
    const wanted = Math.min(Math.max(Math.trunc(count) || 0, 0), MAX_PAGE_LINES);
    const start = Math.trunc(from) || 0;
    const asked = start < 0 ? Math.max(matching + start, 0) : Math.min(start, matching);
    const first = Math.max(asked, index.dropped);
    const lines: LogLine[] = [];
    // A page that was asked for before the first held line ends where it would have ended: no line moves.
    for (let position = first; position < Math.min(asked + wanted, matching); position++) {
      lines.push(this.line(index.lineAt(position)));
    }
    return { matching, total: this.lineCount, first, dropped: index.dropped, lines };
  }

  /**
   * Brings the filter's index forward by at most `maxLines` lines and says whether it is complete. Lets a caller that
   * must stay responsive spread a search through millions of lines over several turns before it calls `page`.
   */
  prepare(filter: LogFilter, maxLines: number): boolean {
    const index = this.indexFor(filter);
    this.catchUp(index, maxLines);
    return index.next >= this.lineCount;
  }

  private openChunk(text: string, message: string): LogChunk {
    this.chunks.at(-1)?.close();
    const chunk = new LogChunk(this.lineCount, text, message);
    this.chunks.push(chunk);
    this.heldBytes = this.chunks.reduce((sum, each) => sum + each.bytes, 0);
    // The chunk being written always stays, so the newest lines are there whatever the budget.
    while (this.heldBytes > this.budgetBytes && this.chunks.length > 1) {
      const oldest = this.chunks.shift();
      if (oldest === undefined) break;
      this.heldBytes -= oldest.bytes;
      this.droppedCount = oldest.firstLine + oldest.length;
      for (const index of this.indexes.values()) index.dropBefore(this.droppedCount);
    }
    return chunk;
  }

  private internLogger(name: string): number {
    const known = this.loggerIds.get(name);
    if (known !== undefined) return known;
    if (this.loggers.length >= MAX_LOGGERS) return 0;
    const id = this.loggers.push(name.slice(0, MAX_LOGGER_LENGTH)) - 1;
    this.loggerIds.set(name, id);
    return id;
  }

  private indexFor(filter: LogFilter): LogIndex {
    const key = JSON.stringify([filter.minLevel, filter.unlevelled, filter.search]);
    let index = this.indexes.get(key);
    if (index === undefined) {
      index = new LogIndex(filter, this.droppedCount);
    } else {
      this.indexes.delete(key);
    }
    this.indexes.set(key, index); // newest last: the map is also the order of use
    for (const oldest of this.indexes.keys()) {
      if (this.indexes.size <= MAX_INDEXES) break;
      this.indexes.delete(oldest);
    }
    return index;
  }

  private catchUp(index: LogIndex, maxLines: number): void {
    let left = maxLines;
    while (index.next < this.lineCount && left > 0) {
      const chunk = this.chunkOf(index.next);
      const end = Math.min(chunk.firstLine + chunk.length, index.next + left);
      left -= end - index.next;
      index.scan(chunk, end);
    }
  }

  private chunkOf(line: number): LogChunk {
    let low = 0;
    let high = this.chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.chunks[middle]?.firstLine ?? 0) <= line) low = middle;
      else high = middle - 1;
    }
    const chunk = this.chunks[low];
    if (chunk === undefined) throw new RangeError(`No line ${line} is held`);
    return chunk;
  }

  private line(index: number): LogLine {
    const chunk = this.chunkOf(index);
    const row = index - chunk.firstLine;
    const site = this.sites[chunk.site(row)];
    return {
      index,
      timeNs: chunk.time(row),
      stream: chunk.stream(row) === 0 ? "stdout" : "stderr",
      level: logLevelName(chunk.level(row)) ?? "",
      logger: this.loggers[chunk.logger(row)] ?? "",
      message: chunk.message(row),
      ...(site === undefined ? {} : { file: site.file, line: site.line }),
    };
  }
}
