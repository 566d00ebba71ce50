import type { Readable, Writable } from "node:stream";
import { DebugClient } from "@vscode/debugadapter-testsupport";
import type { DebugProtocol } from "@vscode/debugprotocol";
import type { CustomEvents, CustomRequests } from "../../src/protocol/dap.ts";

type ReverseHandler = (args: DebugProtocol.RunInTerminalRequestArguments) => Promise<unknown>;

interface Waiter {
  readonly matches: (event: DebugProtocol.Event) => boolean;
  readonly resolve: (event: DebugProtocol.Event) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A debug client that is not VS Code: the protocol library's test client, which also keeps every event in order, answers
 * the adapter's own requests and can await events that came already.
 */
export class TestClient extends DebugClient {
  readonly events: DebugProtocol.Event[] = [];
  /** Answers `runInTerminal`; without it the client refuses. */
  runInTerminal: ReverseHandler | undefined;
  private readonly waiters = new Set<Waiter>();
  private gone: Error | undefined;
  private readonly toAdapter: Writable;

  constructor(fromAdapter: Readable, toAdapter: Writable) {
    super("node", "", "goldentrace");
    this.toAdapter = toAdapter;
    const dispatch: (body: string) => void = Reflect.get(this, "dispatch").bind(this);
    // The library's client knows neither requests of an adapter nor events that nobody awaits yet.
    Object.defineProperty(this, "dispatch", {
      value: (body: string) => {
        const message: DebugProtocol.ProtocolMessage = JSON.parse(body);
        if (message.type === "event") this.keep(message as DebugProtocol.Event);
        if (message.type === "request") this.reply(message as DebugProtocol.Request);
        else dispatch(body);
      },
    });
    this.connect(fromAdapter, toAdapter);
    fromAdapter.on("close", () => this.fail(new Error("The adapter closed the connection")));
  }

  /** The first event, past or to come, that has this name and passes `matches`. */
  event<T = unknown>(name: string, matches: (body: T) => boolean = () => true): Promise<T> {
    const passes = (event: DebugProtocol.Event): boolean => event.event === name && matches(event.body as T);
    const past = this.events.find(passes);
    if (past !== undefined) return Promise.resolve(past.body as T);
    if (this.gone !== undefined) return Promise.reject(this.gone);
    return new Promise((resolve, reject) => {
      this.waiters.add({ matches: passes, resolve: (event) => resolve(event.body as T), reject });
    });
  }

  custom<K extends keyof CustomEvents>(
    name: K,
    matches: (body: CustomEvents[K]) => boolean = () => true,
  ): Promise<CustomEvents[K]> {
    return this.event<CustomEvents[K]>(name, matches);
  }

  async ask<K extends keyof CustomRequests>(
    command: K,
    args: CustomRequests[K]["arguments"],
  ): Promise<CustomRequests[K]["body"]> {
    return (await this.send(command, args)).body;
  }

  /** The response, also to a request that failed. */
  response(command: string, args?: unknown): Promise<DebugProtocol.Response> {
    return new Promise((resolve) => {
      Reflect.get(this, "doSend").call(this, command, args, resolve);
    });
  }

  /** Everything shown so far under a category. */
  output(category: string): string {
    return this.events
      .filter((event) => event.event === "output" && event.body.category === category)
      .map((event) => event.body.output)
      .join("");
  }

  /** Resolves when a category's output contains `text`. */
  async shown(category: string, text: string): Promise<void> {
    await this.event("output", () => this.output(category).includes(text));
  }

  /** Initialises and starts a program as editors do; resolves when it runs. */
  async begin(request: "launch" | "attach", args: object, client: object = {}): Promise<void> {
    await this.initialize(client);
    const started = this.send(request, args);
    await this.event("initialized");
    await Promise.all([this.send("configurationDone"), started]);
  }

  async initialize(client: object = {}): Promise<DebugProtocol.Capabilities> {
    const args = { adapterID: "goldentrace", pathFormat: "path", supportsANSIStyling: true, ...client };
    return (await this.send("initialize", args)).body ?? {};
  }

  private keep(event: DebugProtocol.Event): void {
    this.events.push(event);
    for (const waiter of this.waiters) {
      if (!waiter.matches(event)) continue;
      this.waiters.delete(waiter);
      waiter.resolve(event);
    }
  }

  private reply(request: DebugProtocol.Request): void {
    const { runInTerminal } = this;
    const answered =
      runInTerminal === undefined ? Promise.reject(new Error("refused")) : runInTerminal(request.arguments);
    const response = { seq: 0, type: "response", request_seq: request.seq, command: request.command };
    void answered.then(
      (body) => this.write({ ...response, success: true, body }),
      (error: Error) => this.write({ ...response, success: false, message: error.message }),
    );
  }

  private write(message: object): void {
    const json = JSON.stringify(message);
    this.toAdapter.write(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`);
  }

  private fail(error: Error): void {
    this.gone = error;
    for (const waiter of this.waiters) waiter.reject(error);
    this.waiters.clear();
  }
}
