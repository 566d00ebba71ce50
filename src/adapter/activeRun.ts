import type { DebugProtocol } from "@vscode/debugprotocol";
import { describeError } from "../base/errors.ts";
import { formatNs, plural } from "../base/format.ts";
import type { Recording, RecordingResult } from "../engine/session/recording.ts";
import { stopText, wasStopped } from "../engine/view/endText.ts";
import { LiveModel } from "../engine/view/liveModel.ts";
import { verdictSentence } from "../engine/view/verdictSentence.ts";
import { shellExitCode } from "../node/exitCode.ts";
import type { GoldenAhead } from "../node/golden/goldenAhead.ts";
import { type CustomEvents, UPDATE_INTERVAL_MS } from "../protocol/dap.ts";
import type { LiveUpdate, LogFilter, LogPage, RecordingEnd } from "../protocol/live.ts";
import { RUN_FILES } from "../protocol/runFiles.ts";
import { ConsoleOutput, type ConsolePiece } from "./consoleOutput.ts";
import { LogSources } from "./logSources.ts";
import { ThreadList } from "./threadList.ts";

/** A search looks at this many lines before other requests get their turn. */
const LINES_PER_TURN = 50_000;

/** What a run tells its client. */
export interface RunEvents extends CustomEvents {
  readonly output: DebugProtocol.OutputEvent["body"];
  readonly process: DebugProtocol.ProcessEvent["body"];
  readonly thread: DebugProtocol.ThreadEvent["body"];
  readonly stopped: DebugProtocol.StoppedEvent["body"];
  readonly continued: DebugProtocol.ContinuedEvent["body"];
}

export interface RunClient {
  send<K extends keyof RunEvents>(event: K, body: RunEvents[K]): void;
  /** The client does not take what was sent to it; everything that can wait does. */
  readonly congested: boolean;
}

/** One recording with everything that its debug client sees of it: output, threads, updates. */
export class ActiveRun {
  /** Settles when the last event of this run was sent; never rejects. */
  readonly ended: Promise<RecordingResult | undefined>;
  private readonly model: LiveModel;
  private readonly console: ConsoleOutput;
  private readonly threadList = new ThreadList();
  private timer: NodeJS.Timeout | undefined;
  /** Output, thread events and updates are at least this far apart. */
  private intervalMs: number = UPDATE_INTERVAL_MS.least;
  private lastSentMs = 0;
  private lastUpdateMs = 0;
  private updateDue = true;
  private pauseTold = false;
  private over = false;
  /** The golden of this run, read while the program runs so that its end need not wait for it. */
  private readonly golden: Promise<GoldenAhead | undefined>;

  constructor(
    readonly recording: Recording,
    private readonly client: RunClient,
    readonly options: {
      readonly attached: boolean;
      /** Where the program reads: a pipe of ours, a terminal, or what it had before. */
      readonly stdin: "pipe" | "terminal" | "own";
      readonly styles: boolean;
      readonly workspace: string;
      readonly cwd: string;
    },
  ) {
    const { info } = recording;
    const sources = new LogSources(options.workspace, [options.cwd, options.workspace]);
    this.model = new LiveModel({ attached: options.attached, startedNs: info.startedNs ?? 0 });
    this.console = new ConsoleOutput({
      styles: options.styles,
      wholeOutput: `${info.runFolder}/${RUN_FILES.stdout}`,
      sourceOf: (line) => sources.ofLine(line),
    });
    this.tellStart();
    recording.onOutput((chunk) => {
      this.console.push(chunk, performance.now());
      this.schedule();
    });
    recording.onBatch((batch) => {
      this.model.addBatch(batch);
      this.threadList.update(batch.threads);
      this.updateDue = true;
      // Batches are further apart than updates may be: what is in one need not wait for the next turn of the console.
      if (performance.now() - this.lastUpdateMs >= this.intervalMs) this.sendUpdate();
      this.schedule();
    });
    recording.onNotice((notice) => {
      this.model.addNotice(notice);
      this.say(notice);
      this.updateDue = true;
      this.schedule();
    });
    recording.onState(() => this.stateChanged());
    this.threadList.update(recording.threads());
    this.stateChanged();
    this.golden = this.readGolden();
    this.ended = this.finish();
  }

  get paused(): boolean {
    return this.recording.state === "paused";
  }

  /** The program runs, or is paused. */
  get alive(): boolean {
    return this.recording.state === "running" || this.recording.state === "paused";
  }

  get threads(): readonly { readonly id: number; readonly name: string }[] {
    this.threadList.update(this.recording.threads());
    const { alive } = this.threadList;
    // A client that knows no thread cannot pause; without a tracer nobody sees the program's threads.
    if (alive.length === 0 && this.alive) return [{ id: 1, name: `${this.recording.info.name}` }];
    return alive;
  }

  snapshot(): LiveUpdate {
    return this.model.snapshot(this.recording.now());
  }

  /** What the client can take: events that can wait are this far apart from now on, milliseconds. */
  pace(intervalMs: number): void {
    this.intervalMs = intervalMs;
  }

  /** A page of log lines; a long search leaves turns to others. */
  async logs(filter: LogFilter, from: number, count: number): Promise<LogPage> {
    while (!this.model.prepareLogs(filter, LINES_PER_TURN)) await new Promise((resolve) => setImmediate(resolve));
    return this.model.logs(filter, from, count);
  }

  /** Tells (again) that the program stands still. */
  tellStopped(): void {
    // What the program wrote before it stopped belongs before the stop.
    this.send(true);
    this.client.send("stopped", { reason: "pause", threadId: this.threads[0]?.id ?? 1, allThreadsStopped: true });
  }

  private tellStart(): void {
    const { info } = this.recording;
    this.client.send("process", {
      name: info.command,
      systemProcessId: info.pid,
      isLocalProcess: true,
      startMethod: this.options.attached ? "attach" : "launch",
    });
    this.client.send("goldentrace.started", info);
    const what = info.filter === "" ? "" : `, only ${info.filter}`;
    this.say(`Recording with ${info.recorder} (${info.recorderReason})${what} into ${info.runFolder}`);
  }

  private stateChanged(): void {
    const { state } = this.recording;
    const wasPaused = this.pauseTold;
    this.model.setState(state, this.recording.now());
    this.updateDue = true;
    this.pauseTold = state === "paused";
    if (state === "paused" && !wasPaused) this.tellStopped();
    if (state === "running" && wasPaused) {
      this.client.send("continued", { threadId: this.threads[0]?.id ?? 1, allThreadsContinued: true });
    }
    this.schedule();
  }

  private schedule(): void {
    if (this.timer !== undefined || this.over) return;
    const wait = Math.max(this.lastSentMs + this.intervalMs - performance.now(), 0);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.send(false);
    }, wait);
  }

  private send(everything: boolean): void {
    this.lastSentMs = performance.now();
    if (this.client.congested && !everything) {
      this.schedule();
      return;
    }
    for (const piece of this.console.flush(this.lastSentMs, everything)) this.client.send("output", outputBody(piece));
    for (const { reason, id } of this.threadList.takeChanges()) this.client.send("thread", { reason, threadId: id });
    if (everything || this.lastSentMs - this.lastUpdateMs >= this.intervalMs) this.sendUpdate(everything);
    if (this.updateDue || this.console.pending || this.threadList.hasChanges) this.schedule();
  }

  private sendUpdate(everything = false): void {
    if (!this.updateDue || (this.client.congested && !everything)) return;
    this.updateDue = false;
    this.lastUpdateMs = performance.now();
    this.client.send("goldentrace.update", {
      ...this.model.update(this.recording.now()),
      sentAtMs: Date.now(),
    });
  }

  private async finish(): Promise<RecordingResult | undefined> {
    let result: RecordingResult | undefined;
    try {
      result = await this.recording.ended;
    } catch (error) {
      this.say(`The recording failed by a fault of Goldentrace:\n${describeError(error)}`, "important");
    }
    this.model.setState(this.recording.state, this.recording.now());
    this.updateDue = true;
    this.threadList.update(this.recording.threads());
    this.send(true);
    if (result !== undefined) {
      this.say(endSentence(result, this.recording.state === "failed"));
      if (this.recording.state !== "failed") await this.compare(result);
      this.client.send("goldentrace.finished", result.end);
    }
    this.over = true;
    clearTimeout(this.timer);
    return result;
  }

  private async readGolden(): Promise<GoldenAhead | undefined> {
    // Of an attached program the beginning is missing, and nothing can be compared.
    if (this.options.attached) return undefined;
    try {
      const { readAhead } = await import("../node/golden/goldenAhead.ts");
      return await readAhead(this.recording.info.runFolder, this.options.workspace);
    } catch {
      // It is read again at the end, and what is wrong with it is told then.
      return undefined;
    }
  }

  /** Before the end is told: whoever hears of it finds the comparison in the run's folder. */
  private async compare({ end, manifest }: RecordingResult): Promise<void> {
    try {
      const { compareWithGolden } = await import("../node/golden/compareWithGolden.ts");
      const ahead = await this.golden;
      const comparison = await compareWithGolden({ runFolder: end.runFolder, workspace: manifest.workspace, ahead });
      if (comparison !== undefined) this.say(verdictSentence(comparison));
    } catch (error) {
      this.say(`The run could not be compared with its golden: ${describeError(error)}`, "important");
    }
  }

  private say(text: string, category: "console" | "important" = "console"): void {
    this.client.send("output", { category, output: `${text}\n` });
  }
}

function outputBody({ category, output, source }: ConsolePiece): RunEvents["output"] {
  if (source === undefined) return { category, output };
  return { category, output, source: { name: source.file, path: source.file }, line: source.line };
}

function endOf({ exitCode, signal, stopped }: RecordingEnd): string {
  const exit = exitCode === null && signal === null ? null : { code: exitCode, signal };
  if (wasStopped(exit, stopped)) return exit === null ? "runs on" : `was ${stopText(stopped)}`;
  if (signal !== null) return `was killed by ${signal}`;
  const code = shellExitCode(exitCode, signal);
  return code === undefined ? "runs on" : `exited with ${code}`;
}

function endSentence({ end }: RecordingResult, failed: boolean): string {
  const how = endOf(end);
  const sentence = failed
    ? `The program did not start; ${end.runFolder} has what was said about it`
    : `The program ${how} after ${formatNs(end.wallNs)}: ${plural(end.syscalls, "system call")} recorded in ${end.runFolder}`;
  const state = end.complete ? [] : ["The recording is INCOMPLETE:"];
  return [sentence, ...state, ...end.problems.map((problem) => `  ${problem}`)].join("\n");
}
