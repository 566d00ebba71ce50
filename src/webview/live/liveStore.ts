import { batch, signal } from "@preact/signals";
import type { LiveUpdate, RecordingEnd, RecordingInfo, RecordingState } from "../../protocol/live.ts";
import type { LiveCommand, LiveHost, LiveState, LiveView } from "../../protocol/view.ts";
import { SampleHistory } from "./sampleHistory.ts";

/** A pause of the recording; `endNs` is null while it lasts. */
export interface Pause {
  readonly startNs: number;
  readonly endNs: number | null;
}

/** Everything the view knows about the recording that it shows. Signals change as a whole, once an update. */
export class LiveStore {
  /** False until the host answered for the first time. */
  readonly isReady = signal(false);
  readonly sessionId = signal<string | null>(null);
  readonly info = signal<RecordingInfo | null>(null);
  readonly latest = signal<LiveUpdate | null>(null);
  readonly end = signal<RecordingEnd | null>(null);
  readonly trusted = signal(true);
  readonly followByDefault = signal(true);
  /** The last request that failed, as one line for the user; null when dismissed. */
  readonly failure = signal<string | null>(null);
  /** Raised whenever `history` changed. */
  readonly samplesVersion = signal(0);
  readonly pauses = signal<readonly Pause[]>([]);
  readonly history = new SampleHistory();
  /** Milliseconds of `performance.now()` at which `latest` arrived: the clock in the header runs on from there. */
  private receivedAt = 0;
  private resynchronising = false;

  constructor(private readonly host: LiveHost) {}

  /** What the extension host may call. */
  readonly view: LiveView = {
    reset: async (state) => this.apply(state),
    update: async ({ sessionId, update }) => this.onUpdate(sessionId, update),
    finished: async ({ sessionId, end }) => {
      if (sessionId === this.sessionId.peek()) this.end.value = end;
    },
  };

  get state(): RecordingState | null {
    return this.latest.value?.state ?? (this.info.value === null ? null : "starting");
  }

  /** No more events will come. */
  get isOver(): boolean {
    return this.end.value !== null || this.state === "finished" || this.state === "failed";
  }

  async connect(): Promise<void> {
    try {
      this.apply(await this.host.ready());
    } catch (error) {
      this.report(error);
    }
  }

  /** Nanoseconds since the start of the recording, running on between updates; null before there is a recording. */
  elapsedNs(nowMs: number): number | null {
    const end = this.end.value;
    if (end !== null) return end.wallNs;
    const latest = this.latest.value;
    if (latest === null) return null;
    return this.isOver ? latest.elapsedNs : latest.elapsedNs + Math.max(0, nowMs - this.receivedAt) * 1e6;
  }

  readonly command = (command: LiveCommand): void => {
    this.host.command({ command, sessionId: this.sessionId.peek() }).catch(this.report);
  };

  readonly openSource = (file: string, line: number): void => {
    this.host.openSource({ file, line }).catch(this.report);
  };

  readonly report = (error: unknown): void => {
    this.failure.value = error instanceof Error ? error.message : String(error);
  };

  private apply(state: LiveState): void {
    batch(() => {
      if (state.sessionId !== this.sessionId.peek()) {
        this.history.clear();
        this.pauses.value = [];
        this.failure.value = null;
      }
      this.isReady.value = true;
      this.sessionId.value = state.sessionId;
      this.info.value = state.info;
      this.end.value = state.end;
      this.trusted.value = state.trusted;
      this.followByDefault.value = state.follow ?? true;
      this.latest.value = null;
      if (state.update !== null) this.take(state.update);
      this.samplesVersion.value = this.samplesVersion.peek() + 1;
    });
  }

  private onUpdate(sessionId: string, update: LiveUpdate): void {
    if (sessionId !== this.sessionId.peek()) return;
    const previous = this.latest.peek();
    if (previous !== null && update.sequence <= previous.sequence) return;
    const missed = previous !== null && update.sequence > previous.sequence + 1;
    batch(() => this.take(update));
    if (missed) void this.resynchronise();
  }

  /** Updates were missed while the view was hidden: a snapshot fills in the samples. */
  private async resynchronise(): Promise<void> {
    if (this.resynchronising) return;
    this.resynchronising = true;
    const state = await this.host.ready().catch((error: unknown) => {
      this.report(error);
      return null;
    });
    this.resynchronising = false;
    if (state === null || state.sessionId !== this.sessionId.peek()) return;
    this.history.clear();
    this.apply(state);
  }

  private take(update: LiveUpdate): void {
    this.receivedAt = performance.now();
    this.pauses.value = update.pauses ?? pausesSeen(this.pauses.peek(), this.latest.peek(), update);
    this.latest.value = update;
    if (update.samples.length > 0) {
      this.history.push(update.samples);
      this.samplesVersion.value = this.samplesVersion.peek() + 1;
    }
  }
}

/** Pauses as the states of successive updates show them, for a host that does not list them. */
function pausesSeen(pauses: readonly Pause[], before: LiveUpdate | null, now: LiveUpdate): readonly Pause[] {
  const was = before?.state === "paused";
  const is = now.state === "paused";
  if (is && !was) return [...pauses, { startNs: now.elapsedNs, endNs: null }];
  if (was && !is) return pauses.map((pause) => (pause.endNs === null ? { ...pause, endNs: now.elapsedNs } : pause));
  return pauses;
}
