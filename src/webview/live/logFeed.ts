import type { LogFilter, LogLine, LogPage } from "../../protocol/live.ts";

export type FetchLogs = (request: { filter: LogFilter; from: number; count: number }) => Promise<LogPage>;

const PAGE = 256;
/** Pages kept: some 25,000 lines, so that memory stays bounded however far one scrolls. */
const MAX_PAGES = 100;
/** The host answers with at most this many lines a request. */
const MAX_REQUEST = 1000;

/** Which of the matching lines a view wants: a range, or the last ones. */
export type LogWish = { readonly first: number; readonly count: number } | { readonly last: number };

/**
 * The matching lines of a recording, fetched by page and kept in a bounded cache. Lines are only ever appended, so a line fetched once
 * for a filter stays true. One request is under way at a time; of the wishes that arrive meanwhile the newest wins.
 */
export class LogFeed {
  private readonly pages = new Map<number, (LogLine | undefined)[]>();
  private wish: LogWish | null = null;
  private due = false;
  private fetching = false;
  /** Raised by every change of filter or recording: replies to earlier requests are then of no use. */
  private generation = 0;
  private answeredGeneration = -1;
  private matchingLines = 0;
  /** The last request that brought no line; repeating it would go on for ever. */
  private barren = "";

  constructor(
    private readonly fetchLogs: FetchLogs,
    private currentFilter: LogFilter,
    /** Lines arrived, or their number changed. */
    private readonly onChange: () => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  get filter(): LogFilter {
    return this.currentFilter;
  }
  /** Lines that pass the filter, as far as known. */
  get matching(): number {
    return this.matchingLines;
  }
  /** No reply has arrived yet for this filter and recording. */
  get isFresh(): boolean {
    return this.answeredGeneration !== this.generation;
  }

  /** The line at a position among the matching ones; undefined while it has not been fetched. */
  line(position: number): LogLine | undefined {
    return this.pages.get(Math.floor(position / PAGE))?.[position % PAGE];
  }

  /** Forgets everything: another filter or recording. */
  reset(filter: LogFilter): void {
    this.currentFilter = filter;
    this.generation++;
    this.pages.clear();
    this.matchingLines = 0;
    this.barren = "";
    this.onChange();
  }

  /** The number of matching lines became known without a request: for filters by level, the counts of an update say it. */
  grow(matching: number): void {
    if (matching <= this.matchingLines) return;
    this.matchingLines = matching;
    this.onChange();
  }

  /** Asks for lines; those that are held already are not asked for again. */
  want(wish: LogWish): void {
    this.wish = wish;
    if (this.isFresh || !this.holds(wish)) this.request();
  }

  /** Asks again although the lines wanted are held: more may match by now. */
  refresh(): void {
    this.barren = "";
    this.request();
  }

  /** Fetches a range whole, for copying. */
  async range(first: number, count: number): Promise<LogLine[]> {
    const lines: LogLine[] = [];
    while (lines.length < count) {
      const page = await this.fetchLogs({
        filter: this.currentFilter,
        from: first + lines.length,
        count: Math.min(MAX_REQUEST, count - lines.length),
      });
      if (page.lines.length === 0) break;
      lines.push(...page.lines);
    }
    return lines;
  }

  private holds(wish: LogWish): boolean {
    const first = "last" in wish ? Math.max(0, this.matchingLines - wish.last) : wish.first;
    const end = "last" in wish ? this.matchingLines : Math.min(this.matchingLines, wish.first + wish.count);
    for (let position = first; position < end; position++) if (this.line(position) === undefined) return false;
    return true;
  }

  private request(): void {
    this.due = true;
    if (!this.fetching) void this.drain();
  }

  private async drain(): Promise<void> {
    this.fetching = true;
    while (this.due && this.wish !== null) {
      this.due = false;
      const generation = this.generation;
      const range = this.rangeOf(this.wish);
      if (this.keyOf(range) === this.barren) continue;
      try {
        const page = await this.fetchLogs({ filter: this.currentFilter, ...range });
        // What was asked for an earlier filter says nothing about this one, neither when it is empty nor when it failed.
        if (generation !== this.generation) this.due = true;
        else {
          this.store(page);
          if (range.count > 0 && page.lines.length === 0) this.barren = this.keyOf(range);
        }
        this.onChange();
      } catch (error) {
        if (generation === this.generation) {
          this.barren = this.keyOf(range);
          this.onError(error);
        } else this.due = true;
      }
    }
    this.fetching = false;
  }

  private keyOf({ from, count }: { from: number; count: number }): string {
    return `${this.generation} ${from} ${count} ${this.matchingLines}`;
  }

  private rangeOf(wish: LogWish): { from: number; count: number } {
    if ("last" in wish) {
      const count = Math.min(wish.last, MAX_REQUEST);
      return { from: -count, count };
    }
    // Only the number of matching lines is wanted.
    if (!this.isFresh && this.holds(wish)) return { from: wish.first, count: 0 };
    // Whole pages, so that scrolling on does not ask for every row.
    const from = Math.floor(Math.max(0, wish.first) / PAGE) * PAGE;
    const end = Math.ceil((wish.first + Math.max(1, wish.count)) / PAGE) * PAGE;
    return { from, count: Math.min(end - from, MAX_REQUEST) };
  }

  private store(page: LogPage): void {
    this.answeredGeneration = this.generation;
    this.matchingLines = page.matching;
    for (const [offset, line] of page.lines.entries()) {
      const position = page.first + offset;
      this.page(Math.floor(position / PAGE))[position % PAGE] = line;
    }
  }

  private page(number: number): (LogLine | undefined)[] {
    const held = this.pages.get(number) ?? [];
    // A map keeps the order of insertion: the first key is the page that got no line for longest.
    this.pages.delete(number);
    this.pages.set(number, held);
    if (this.pages.size > MAX_PAGES) this.pages.delete(this.pages.keys().next().value!);
    return held;
  }
}
