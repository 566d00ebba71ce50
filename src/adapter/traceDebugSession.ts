import { basename } from "node:path";
import { Writable } from "node:stream";
import { DebugSession, Event, InitializedEvent, Response, TerminatedEvent } from "@vscode/debugadapter";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { describeError, ExpectedError } from "../base/errors.ts";
import type { Recording } from "../engine/session/recording.ts";
import { shellExitCode } from "../node/exitCode.ts";
import type { RecordingRequest, StdioMode } from "../node/recordingRequest.ts";
import type { CustomRequests } from "../protocol/dap.ts";
import type { RunStop } from "../protocol/runFolder.ts";
import { ActiveRun, type RunClient, type RunEvents } from "./activeRun.ts";
import { errorMessage, isOurs, RefusedRequest } from "./dapErrors.ts";
import {
  parseEvaluate,
  parseLogsRequest,
  parsePace,
  restartArguments,
  terminateDebuggee,
  unverified,
} from "./requestArguments.ts";
import { attachRequest, type LaunchContext, launchRequest, parseAttach, parseLaunch } from "./resolveLaunch.ts";

/** What the session needs from its composition root. */
export interface SessionPorts extends LaunchContext {
  startRecording(request: RecordingRequest): Promise<Recording>;
  /** Where faults of ours go; never the protocol's stream. */
  log(text: string): void;
}

/** A client must answer `runInTerminal` within this time; people may be asked for permission in between. */
const TERMINAL_TIMEOUT_MS = 120_000;
/** Bytes waiting for a slow client at which updates are held back. */
const CONGESTED_BYTES = 4 << 20;
/** Arguments and environment of a program take 2 MiB at most on Linux; a larger message is not honest and is not kept. */
const MAX_MESSAGE_BYTES = 4 << 20;
/** Writing the end of a run takes seconds at most; after this long something is broken and the process goes. */
const CLOSE_TIMEOUT_MS = 60_000;

const CAPABILITIES: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsTerminateRequest: true,
  supportsRestartRequest: true,
  supportTerminateDebuggee: true,
  supportsANSIStyling: true,
};

type Handler = (args: unknown) => unknown;

/** How to start the session's program; `again` are newer arguments that came with a restart. */
type Start = (again?: unknown) => RecordingRequest;

/**
 * Translates between a debug client and the recording engine, and nothing else: recording is done by the `Recording`, what
 * is shown of it is decided by `ActiveRun`. Every request is answered, also unknown ones and those out of order.
 */
export class TraceDebugSession extends DebugSession implements RunClient {
  /** Settles when the client disconnected or vanished and nothing of the program is left behind. */
  readonly closed: Promise<void>;
  private readonly configured: Promise<void>;
  private resolveClosed: () => void = () => undefined;
  private resolveConfigured: () => void = () => undefined;
  private client: Partial<DebugProtocol.InitializeRequestArguments> | undefined;
  private output: Writable | undefined;
  private startProgram: Start | undefined;
  private starting: Promise<void> | undefined;
  private run: ActiveRun | undefined;
  private closing: Promise<void> | undefined;
  private unhandledBytes = 0;
  private replaced: ActiveRun | undefined;
  private terminatedTold = false;
  private stdinExplained = false;
  private refuseTerminal: ((error: Error) => void) | undefined;

  private readonly handlers: Readonly<Record<string, Handler>> = {
    initialize: (args) => this.onInitialize(args),
    launch: (args) => this.onStart((again) => this.prepareLaunch(again ?? args)),
    attach: (args) => this.onStart((again) => attachRequest(parseAttach(again ?? args), this.ports)),
    configurationDone: () => this.resolveConfigured(),
    threads: () => ({ threads: this.run?.threads ?? [] }),
    pause: () => this.onPause(),
    continue: () => this.onContinue(),
    stackTrace: () => ({ stackFrames: [], totalFrames: 0 }),
    scopes: () => ({ scopes: [] }),
    variables: () => ({ variables: [] }),
    evaluate: (args) => this.onEvaluate(args),
    completions: () => ({ targets: [] }),
    terminate: () => this.onTerminate(),
    restart: (args) => this.onRestart(args),
    disconnect: (args) => this.onDisconnect(args),
    // Editors tell their breakpoints to every adapter; nothing stops at them here.
    setBreakpoints: unverified,
    setFunctionBreakpoints: unverified,
    setInstructionBreakpoints: unverified,
    setDataBreakpoints: unverified,
    setExceptionBreakpoints: () => ({ breakpoints: [] }),
    breakpointLocations: () => ({ breakpoints: [] }),
    loadedSources: () => ({ sources: [] }),
    modules: () => ({ modules: [], totalModules: 0 }),
    cancel: () => undefined,
    "goldentrace.logs": (args) => this.onLogs(args),
    "goldentrace.snapshot": () => this.onSnapshot(),
    "goldentrace.pace": (args) => this.onPace(args),
    "goldentrace.detach": () => this.onDetach(),
  } satisfies Record<string, Handler> & Record<keyof CustomRequests, Handler>;

  constructor(private readonly ports: SessionPorts) {
    super();
    this.closed = new Promise((resolve) => {
      this.resolveClosed = resolve;
    });
    this.configured = new Promise((resolve) => {
      this.resolveConfigured = resolve;
    });
  }

  override start(inStream: NodeJS.ReadableStream, outStream: NodeJS.WritableStream): void {
    if (outStream instanceof Writable) this.output = outStream;
    // The library keeps a message until it is whole, whatever length it claims.
    inStream.on("data", (chunk: Uint8Array) => {
      this.unhandledBytes += chunk.length;
      if (this.unhandledBytes <= MAX_MESSAGE_BYTES) return;
      this.ports.log("The client's message is larger than any can be; the session is closed.");
      inStream.removeAllListeners("data");
      this.shutdown();
    });
    inStream.on("end", () => this.shutdown());
    this.on("error", ({ body }: DebugProtocol.Event) => this.ports.log(`The connection to the client failed: ${body}`));
    super.start(inStream, outStream);
  }

  override handleMessage(message: DebugProtocol.ProtocolMessage): void {
    this.unhandledBytes = 0;
    super.handleMessage(message);
  }

  /** The client went away or cannot be understood: a launched program ends, an attached one runs on. */
  override shutdown(): void {
    void this.close("as-started", "client-gone");
  }

  send<K extends keyof RunEvents>(event: K, body: RunEvents[K]): void {
    this.sendEvent(new Event(event, body));
  }

  get congested(): boolean {
    return (this.output?.writableLength ?? 0) > CONGESTED_BYTES;
  }

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    void this.answer(request);
  }

  private async answer(request: DebugProtocol.Request): Promise<void> {
    const response: DebugProtocol.Response = new Response(request);
    try {
      const body = await this.handle(request);
      if (body !== undefined) response.body = body;
    } catch (error) {
      if (isOurs(error)) this.ports.log(describeError(error));
      const message = errorMessage(error);
      response.success = false;
      response.message = message.format;
      response.body = { error: message };
    }
    this.sendResponse(response);
  }

  private async handle({ command, arguments: args }: DebugProtocol.Request): Promise<unknown> {
    const handler = Object.hasOwn(this.handlers, command) ? this.handlers[command] : undefined;
    if (handler === undefined) throw new RefusedRequest(`The request "${command}" is not supported`);
    if (this.client === undefined && command !== "initialize" && command !== "disconnect") {
      throw new RefusedRequest(`The request "${command}" must come after "initialize"`);
    }
    return handler(args);
  }

  private onInitialize(args: unknown): DebugProtocol.Capabilities {
    if (this.client !== undefined) throw new RefusedRequest("The session is initialized already");
    const client: Partial<DebugProtocol.InitializeRequestArguments> =
      typeof args === "object" && args !== null ? args : {};
    if (client.pathFormat !== undefined && client.pathFormat !== "path") {
      throw new RefusedRequest('Paths are understood in the format "path" only');
    }
    this.client = client;
    // An immediate comes after the response, which is sent when this turn's promises have settled.
    setImmediate(() => this.sendEvent(new InitializedEvent()));
    return CAPABILITIES;
  }

  private async onStart(start: Start): Promise<void> {
    if (this.startProgram !== undefined) throw new RefusedRequest("The session has its program already");
    start(); // wrong arguments are told at once, and may be sent again corrected
    this.startProgram = start;
    await this.configured;
    await this.begin(start);
  }

  private prepareLaunch(args: unknown): RecordingRequest {
    const launch = parseLaunch(args);
    const console = launch.console ?? "internalConsole";
    const stdio: StdioMode = console === "internalConsole" ? { kind: "pipes" } : this.terminal(console, launch.program);
    return launchRequest(launch, stdio, this.ports);
  }

  private terminal(console: "integratedTerminal" | "externalTerminal", program: string): StdioMode {
    if (this.client?.supportsRunInTerminalRequest !== true) {
      throw new ExpectedError(`This debug client cannot open terminals, as "console": "${console}" asks for`, {
        code: "usage",
        wayOut: 'Use "console": "internalConsole".',
      });
    }
    return {
      kind: "terminal",
      run: ({ argv, cwd, env }) =>
        new Promise((resolve, reject) => {
          this.refuseTerminal = reject;
          const terminal: DebugProtocol.RunInTerminalRequestArguments = {
            kind: console === "integratedTerminal" ? "integrated" : "external",
            title: `Goldentrace: ${basename(program)}`,
            cwd,
            args: [...argv],
            env: { ...env },
          };
          this.runInTerminalRequest(terminal, TERMINAL_TIMEOUT_MS, (response) => {
            if (response.success) resolve();
            else
              reject(new ExpectedError(`The terminal could not be opened: ${response.message ?? "no reason given"}`));
          });
        }),
    };
  }

  /** Starts the program; settles when it runs, and rejects with the reason why it does not. */
  private async begin(start: Start, again?: unknown): Promise<void> {
    if (this.closing !== undefined) throw new RefusedRequest("The session ended before the program was started");
    this.starting = this.startRun(start, again);
    try {
      await this.starting;
    } catch (error) {
      this.startProgram = undefined; // the client may correct its configuration and try again
      throw error;
    } finally {
      this.starting = undefined;
    }
  }

  private async startRun(start: Start, again: unknown): Promise<void> {
    const request = start(again);
    const recording = await this.ports.startRecording(request);
    const { what, workspace } = request;
    const run = new ActiveRun(recording, this, {
      attached: what.kind === "attach",
      stdin: what.kind === "attach" ? "own" : what.stdio.kind === "pipes" ? "pipe" : "terminal",
      styles: this.client?.supportsANSIStyling === true,
      workspace,
      cwd: what.kind === "launch" ? what.cwd : workspace,
    });
    this.run = run;
    void run.ended.then((result) => {
      if (this.run !== run || this.replaced === run) return;
      const code = result === undefined ? undefined : shellExitCode(result.end.exitCode, result.end.signal);
      if (code !== undefined) this.sendEvent(new Event("exited", { exitCode: code }));
      this.tellTerminated();
    });
  }

  private tellTerminated(): void {
    if (this.terminatedTold) return;
    this.terminatedTold = true;
    this.sendEvent(new TerminatedEvent());
  }

  private liveRun(): ActiveRun {
    if (this.run?.alive !== true) throw new RefusedRequest("The program does not run");
    return this.run;
  }

  private async onPause(): Promise<void> {
    const run = this.liveRun();
    // A client waits for the event even when the program stands still already.
    if (run.paused) setImmediate(() => run.tellStopped());
    else await run.recording.pause();
  }

  private async onContinue(): Promise<DebugProtocol.ContinueResponse["body"]> {
    const run = this.liveRun();
    if (run.paused) await run.recording.continue();
    return { allThreadsContinued: true };
  }

  /** A line typed into the debug console goes to the program, as it would in a terminal. */
  private onEvaluate(args: unknown): DebugProtocol.EvaluateResponse["body"] {
    const { expression, context } = parseEvaluate(args);
    if (context !== "repl") throw new RefusedRequest("A recording has no expressions to evaluate");
    const run = this.liveRun();
    if (run.options.stdin !== "pipe") {
      throw new ExpectedError(
        run.options.stdin === "terminal"
          ? "The program reads from its terminal"
          : "An attached program keeps its own input",
        { wayOut: run.options.stdin === "terminal" ? "Type there." : "Type where it was started." },
      );
    }
    if (!this.stdinExplained) {
      this.stdinExplained = true;
      const output = "Lines typed here go to the program's standard input; ^D alone ends it.\n";
      this.send("output", { category: "console", output });
    }
    // People type a caret and a letter where a console has no control characters.
    if (expression === "^D" || expression === "\u0004") run.recording.endStdin();
    else run.recording.writeStdin(Buffer.from(`${expression}\n`));
    return { result: "", variablesReference: 0 };
  }

  private async onTerminate(): Promise<void> {
    const { run } = this;
    if (run?.alive === true) {
      await run.recording.terminate();
    } else if (run === undefined) {
      // It has not started yet, and shall not.
      void this.close("kill").then(() => this.tellTerminated());
    }
  }

  private async onRestart(args: unknown): Promise<void> {
    const again = restartArguments(args);
    const { startProgram, run } = this;
    if (startProgram === undefined || run === undefined || this.terminatedTold || this.starting !== undefined) {
      throw new RefusedRequest("There is no running program to restart");
    }
    startProgram(again); // wrong arguments must not cost the program that runs
    if (this.replaced === run) throw new RefusedRequest("The program is being restarted already");
    this.replaced = run;
    try {
      await (run.options.attached ? run.recording.detach() : run.recording.kill());
      await run.ended;
      await this.begin(startProgram, again);
    } catch (error) {
      this.tellTerminated();
      throw error;
    }
  }

  private async onDisconnect(args: unknown): Promise<void> {
    const kill = terminateDebuggee(args);
    await this.close(kill === undefined ? "as-started" : kill ? "kill" : "detach");
  }

  private async onDetach(): Promise<Record<string, never>> {
    await this.liveRun().recording.detach();
    return {};
  }

  private onLogs(args: unknown): Promise<CustomRequests["goldentrace.logs"]["body"]> {
    const { filter, from, count } = parseLogsRequest(args);
    if (this.run === undefined) throw new RefusedRequest("There is no recording yet");
    return this.run.logs(filter, from, count);
  }

  private onPace(args: unknown): Record<string, never> {
    const { intervalMs } = parsePace(args);
    if (this.run === undefined) throw new RefusedRequest("There is no recording yet");
    this.run.pace(intervalMs);
    return {};
  }

  private onSnapshot(): CustomRequests["goldentrace.snapshot"]["body"] {
    return { info: this.run?.recording.info ?? null, update: this.run?.snapshot() ?? null };
  }

  /** Ends what there is to end, once; later calls wait for the first. */
  private close(how: "kill" | "detach" | "as-started", by: RunStop["by"] = "user"): Promise<void> {
    this.closing ??= this.closeOnce(how, by);
    return this.closing;
  }

  private async closeOnce(how: "kill" | "detach" | "as-started", by: RunStop["by"]): Promise<void> {
    this.resolveConfigured(); // a start that waits for it is refused now
    this.refuseTerminal?.(new ExpectedError("The debug session ended before the terminal was opened"));
    try {
      await withTimeout(this.endRun(how, by), CLOSE_TIMEOUT_MS);
    } catch (error) {
      this.ports.log(describeError(error));
    }
    this.resolveClosed();
  }

  private async endRun(how: "kill" | "detach" | "as-started", by: RunStop["by"]): Promise<void> {
    // The launch response tells why a start failed.
    await this.starting?.catch(() => undefined);
    const { run } = this;
    if (run === undefined) return;
    if (run.alive || run.recording.state === "starting" || run.recording.state === "stopping") {
      const kill = how === "kill" || (how === "as-started" && !run.options.attached);
      await (kill ? run.recording.kill(by) : run.recording.detach(by));
    }
    await run.ended;
  }
}

async function withTimeout(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The recording did not end within ${ms / 1000} s`)), ms);
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
