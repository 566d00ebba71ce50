import { computed, effect, signal } from "@preact/signals";
import { LOG_LEVEL_NAMES, LOG_LEVELS } from "../../engine/trace/levels.ts";
import type { LogFilter } from "../../protocol/live.ts";
import type { LiveHost } from "../../protocol/view.ts";
import type { LiveStore } from "./liveStore.ts";
import { LogFeed } from "./logFeed.ts";
import { filter, follow, NO_FILTER } from "./viewState.ts";

/** The log of the recording on show: its lines, and how the user looks at them. */
export class LogStore {
  readonly feed: LogFeed;
  /** Raised whenever `feed` changed. */
  readonly version = signal(0);
  /** The user scrolled away from the end; lasts until they come back or another recording starts. */
  readonly detached = signal(false);
  /** The list stays at the newest line. */
  readonly following = computed(() => (follow.value ?? this.live.followByDefault.value) && !this.detached.value);
  /** Position of the line chosen last, and where the selection began; null for none. */
  readonly active = signal<number | null>(null);
  readonly anchor = signal<number | null>(null);

  constructor(
    private readonly live: LiveStore,
    host: LiveHost,
  ) {
    this.feed = new LogFeed(
      async (request) => {
        const sessionId = live.sessionId.peek();
        if (sessionId === null) return { matching: 0, total: 0, first: 0, lines: [] };
        return host.logs({ sessionId, ...request });
      },
      filter.peek(),
      () => {
        this.version.value = this.version.peek() + 1;
      },
      live.report,
    );
    effect(() => {
      void live.sessionId.value;
      this.detached.value = false;
    });
    effect(() => {
      void live.sessionId.value;
      this.active.value = null;
      this.anchor.value = null;
      this.feed.reset(filter.value);
    });
    effect(() => this.onUpdate());
  }

  /** Lines so far, whatever the filter. */
  get total(): number {
    return this.live.latest.value?.logLines ?? 0;
  }

  count(level: string): number {
    return this.live.latest.value?.logCounts[level] ?? 0;
  }

  /** Lines that a filter by level lets through, from the counts of the last update. */
  countMatching({ minLevel, unlevelled }: LogFilter): number {
    const levels = LOG_LEVEL_NAMES.filter((name) => LOG_LEVELS[name] >= minLevel);
    const levelled = levels.reduce((sum, name) => sum + this.count(name), 0);
    return levelled + (minLevel === 0 || unlevelled ? this.count("") : 0);
  }

  readonly toggleFollow = (): void => {
    const on = !this.following.peek();
    follow.value = on;
    this.detached.value = false;
  };

  readonly clearFilter = (): void => {
    filter.value = NO_FILTER;
  };

  private shownLines = 0;

  private onUpdate(): void {
    const { total } = this;
    const grew = total > this.shownLines;
    this.shownLines = total;
    if (filter.value.search === "") this.feed.grow(this.countMatching(filter.value));
    else if (grew) this.feed.refresh();
  }
}
