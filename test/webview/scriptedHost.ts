// Runs in the page, before the view: stands where the extension host stands, speaks the real RPC, and lets a test play a recording.
import { toDisposable } from "../../src/base/disposable.ts";
import { LOG_LEVEL_NAMES, LOG_LEVELS } from "../../src/engine/trace/levels.ts";
import type {
  LiveSample,
  LiveUpdate,
  LogFilter,
  LogLine,
  LogPage,
  RecordingEnd,
  RecordingInfo,
} from "../../src/protocol/live.ts";
import { connectRpc } from "../../src/protocol/rpc.ts";
import type { LiveHost, LiveState, LiveView } from "../../src/protocol/view.ts";

/** A request that the view made, for tests to look at. */
export interface HostCall {
  readonly method: string;
  readonly params: unknown;
}

/** How the lines of a scripted log are made: line `index` is computed, so that ten million lines need no memory. */
export interface LogScript {
  lines: number;
  /** The index of every `n`-th line decides its level; lines in between are `DEBUG`. */
  readonly errorEvery: number;
  readonly warningEvery: number;
  readonly unlevelledEvery: number;
}

const INFO: RecordingInfo = {
  runId: "train_2026-11-22T02-26-25.123_a1b2",
  runFolder: "/home/you/project/.goldentrace/runs/train_2026-11-22T02-26-25.123_a1b2",
  name: "train",
  command: "python3 train.py --epochs 3 --data 'data/set one.csv'",
  pid: 4711,
  recorder: "strace",
  recorderReason: "strace 6.1 works here; native: not built for this machine",
  stacks: false,
  filter: "",
  startedAtMs: 1_795_000_000_000,
  metricsIntervalMs: 100,
  envSet: { LOG_LEVEL: "TRACE" },
};

const EMPTY: LiveState = { sessionId: null, info: null, update: null, end: null, trusted: true };

const MESSAGES = [
  "step 12/400 loss=0.4831 lr=0.001",
  "cache hit for batch 7",
  "opened data/set one.csv (4,096 rows)",
  "forward pass took 3.21 ms",
  "gradient norm 0.82",
];

class ScriptedHost {
  state: LiveState = EMPTY;
  log: LogScript = { lines: 0, errorEvery: 50, warningEvery: 20, unlevelledEvery: 7 };
  /** Lines given literally, instead of computed ones. */
  literal: LogLine[] | null = null;
  readonly calls: HostCall[] = [];
  /** The next request is refused with this message. */
  refuse: string | null = null;
  readonly view: LiveView;
  private sequence = 0;
  private readonly toHost = new EventTarget();

  constructor() {
    const handlers: LiveHost = {
      ready: async () => this.answer("ready", null, this.state),
      logs: async (request) => this.answer("logs", request, this.page(request)),
      openSource: async (request) => this.answer("openSource", request, undefined),
      command: async (request) => this.answer("command", request, undefined),
    };
    const connection = connectRpc<LiveHost, LiveView>(
      {
        // What crosses is cloned and arrives later, as between real processes.
        post: (message) => window.postMessage(message, "*"),
        onMessage: (listener) => {
          const handler = (event: Event): void => listener((event as CustomEvent<unknown>).detail);
          this.toHost.addEventListener("message", handler);
          return toDisposable(() => this.toHost.removeEventListener("message", handler));
        },
      },
      handlers,
    );
    this.view = connection.remote;
  }

  /** What `acquireVsCodeApi().postMessage` does. */
  receive(message: unknown): void {
    const detail: unknown = structuredClone(message);
    setTimeout(() => this.toHost.dispatchEvent(new CustomEvent("message", { detail })), 0);
  }

  /** A recording begins in a view that is open already. */
  async start(info: Partial<RecordingInfo> = {}, update: Partial<LiveUpdate> = {}): Promise<void> {
    this.prepare(info, update);
    await this.view.reset(this.state);
  }

  /** A recording is under way before the view asks. */
  prepare(info: Partial<RecordingInfo> = {}, update: Partial<LiveUpdate> = {}): void {
    this.sequence = 0;
    this.state = {
      sessionId: `session-${Math.random()}`,
      info: { ...INFO, ...info },
      update: this.makeUpdate(update),
      end: null,
      trusted: true,
    };
  }

  async update(update: Partial<LiveUpdate>): Promise<void> {
    this.sequence++;
    const { sessionId } = this.state;
    if (sessionId === null) throw new Error("Nothing is being recorded");
    const made = this.makeUpdate(update);
    this.state = {
      ...this.state,
      update: { ...made, samples: [...(this.state.update?.samples ?? []), ...made.samples] },
    };
    await this.view.update({ sessionId, update: made });
  }

  /** Updates get lost, as when the view is hidden. */
  skipUpdate(update: Partial<LiveUpdate>): void {
    this.sequence++;
    const made = this.makeUpdate(update);
    this.state = {
      ...this.state,
      update: { ...made, samples: [...(this.state.update?.samples ?? []), ...made.samples] },
    };
  }

  async finish(end: Partial<RecordingEnd> = {}): Promise<void> {
    const { sessionId, info, update } = this.state;
    if (sessionId === null || info === null) throw new Error("Nothing is being recorded");
    const full: RecordingEnd = {
      runId: info.runId,
      runFolder: info.runFolder,
      exitCode: 0,
      signal: null,
      complete: true,
      problems: [],
      syscalls: update?.syscalls ?? 0,
      wallNs: update?.elapsedNs ?? 0,
      ...end,
    };
    await this.update({ ...update, state: "finished", samples: [] });
    this.state = { ...this.state, end: full };
    await this.view.finished({ sessionId, end: full });
  }

  /** Counts of the scripted log, as an update carries them. */
  logCounts(): Record<string, number> {
    const counts: Record<string, number> = {};
    if (this.literal !== null) {
      for (const { level } of this.literal) counts[level] = (counts[level] ?? 0) + 1;
      return counts;
    }
    // The levels repeat, so one period is counted and the rest is arithmetic: counting must not cost what the view should.
    const { lines, errorEvery, warningEvery, unlevelledEvery } = this.log;
    const period = errorEvery * warningEvery * unlevelledEvery * 3;
    if (this.periodCounts.length !== period + 1) this.countPeriod(period);
    const whole = this.periodCounts[period] ?? {};
    const rest = this.periodCounts[lines % period] ?? {};
    const periods = Math.floor(lines / period);
    for (const level of Object.keys(whole)) {
      const count = (whole[level] ?? 0) * periods + (rest[level] ?? 0);
      if (count > 0) counts[level] = count;
    }
    return counts;
  }

  /** Counts by level of the first `n` lines, for each `n` up to a period. */
  private periodCounts: Readonly<Record<string, number>>[] = [];

  private countPeriod(period: number): void {
    const counts: Record<string, number> = {};
    this.periodCounts = [{}];
    for (let i = 0; i < period; i++) {
      const level = this.levelOf(i);
      counts[level] = (counts[level] ?? 0) + 1;
      this.periodCounts.push({ ...counts });
    }
  }

  samples(fromNs: number, toNs: number, intervalNs = 1e8): LiveSample[] {
    const samples: LiveSample[] = [];
    for (let timeNs = fromNs + intervalNs; timeNs <= toNs; timeNs += intervalNs) {
      const s = timeNs / 1e9;
      samples.push({
        timeNs,
        cpuPercent: Math.max(0, 96 + 70 * Math.sin(s / 2) + 14 * Math.sin(s * 9)),
        rssBytes: 80e6 + 60e6 * (1 - Math.exp(-s / 8)) + 2e6 * Math.sin(s * 3),
        readBytesPerSecond: s % 7 < 2 ? 4.2e6 + 1e6 * Math.sin(s * 5) : 20_000,
        writtenBytesPerSecond: 300e3 + 200e3 * Math.sin(s),
        syscallsPerSecond: Math.max(0, 5200 + 3000 * Math.sin(s / 3) + 900 * Math.sin(s * 7)),
        threads: 5,
      });
    }
    return samples;
  }

  makeUpdate(update: Partial<LiveUpdate>): LiveUpdate {
    return {
      sequence: this.sequence,
      state: "running",
      elapsedNs: 0,
      syscalls: 0,
      signals: 0,
      threads: 1,
      processes: 1,
      lost: 0,
      newestNs: update.elapsedNs ?? 0,
      samples: [],
      topSyscalls: [],
      logCounts: this.logCounts(),
      logLines: this.literal?.length ?? this.log.lines,
      notices: [],
      ...update,
    };
  }

  private answer<T>(method: string, params: unknown, value: T): T {
    this.calls.push({ method, params });
    const { refuse } = this;
    this.refuse = null;
    if (refuse !== null) throw new Error(refuse);
    return value;
  }

  private levelOf(index: number): string {
    if (index % this.log.unlevelledEvery === this.log.unlevelledEvery - 1) return "";
    if (index % this.log.errorEvery === this.log.errorEvery - 1) return "ERROR";
    if (index % this.log.warningEvery === this.log.warningEvery - 1) return "WARNING";
    return index % 3 === 0 ? "TRACE" : index % 3 === 1 ? "DEBUG" : "INFO";
  }

  line(index: number): LogLine {
    const literal = this.literal?.[index];
    if (literal !== undefined) return literal;
    const level = this.levelOf(index);
    return {
      index,
      timeNs: index * 1.7e6,
      stream: level === "ERROR" || level === "WARNING" ? "stderr" : "stdout",
      level,
      logger: level === "" ? "" : index % 2 === 0 ? "train.loop" : "data",
      message: `line ${index}: ${MESSAGES[index % MESSAGES.length]}`,
      ...(index % 4 === 0 ? { file: "/home/you/project/src/train.py", line: 10 + (index % 90) } : {}),
    };
  }

  private page({ filter, from, count }: { filter: LogFilter; from: number; count: number }): LogPage {
    const total = this.literal?.length ?? this.log.lines;
    if (count > 1000) throw new Error(`${count} lines are too many for one request`);
    if (filter.minLevel === 0 && filter.search === "") {
      const first = from < 0 ? Math.max(0, total + from) : Math.min(from, total);
      const length = Math.min(count, total - first);
      return { matching: total, total, first, lines: Array.from({ length }, (_, i) => this.line(first + i)) };
    }
    const matching: number[] = [];
    const search = filter.search.toLowerCase();
    for (let i = 0; i < total; i++) {
      const line = this.line(i);
      const name = LOG_LEVEL_NAMES.find((level) => level === line.level);
      const passes =
        name === undefined ? filter.minLevel === 0 || filter.unlevelled : LOG_LEVELS[name] >= filter.minLevel;
      if (passes && `${line.logger} ${line.message}`.toLowerCase().includes(search)) matching.push(i);
    }
    const first = from < 0 ? Math.max(0, matching.length + from) : Math.min(from, matching.length);
    return {
      matching: matching.length,
      total,
      first,
      lines: matching.slice(first, first + count).map((index) => this.line(index)),
    };
  }
}

declare global {
  interface Window {
    host: ScriptedHost;
    acquireVsCodeApi: () => {
      postMessage(message: unknown): void;
      getState(): unknown;
      setState(state: unknown): void;
    };
  }
}

const host = new ScriptedHost();
window.host = host;
const setup = new URLSearchParams(location.search).get("setup");
// The test chooses what is there before the view asks.
if (setup === "untrusted") host.state = { ...EMPTY, trusted: false };
if (setup === "running") {
  host.log.lines = 500;
  host.prepare({}, { elapsedNs: 5e9, samples: host.samples(0, 5e9), syscalls: 1234 });
}
window.acquireVsCodeApi = () => ({
  postMessage: (message) => host.receive(message),
  // Kept over reloads, as VS Code keeps it while a view is closed.
  getState: () => JSON.parse(sessionStorage.getItem("state") ?? "null") as unknown,
  setState: (state) => sessionStorage.setItem("state", JSON.stringify(state)),
});
