import { parseArgs } from "node:util";
import { describeError, ExpectedError } from "../base/errors.ts";
import { startRecording } from "../node/startRecording.ts";
import { TOOL_VERSION } from "../node/toolVersion.ts";
import { programEnvironment } from "./environment.ts";
import { serve } from "./serve.ts";
import { type SessionPorts, TraceDebugSession } from "./traceDebugSession.ts";

const HELP = `Goldentrace ${TOOL_VERSION}: the debug adapter, for any client of the Debug Adapter Protocol.

Usage:
  node adapter.cjs                   one session over stdin and stdout
  node adapter.cjs --server PORT     sessions over TCP on 127.0.0.1; 0 takes a free port, which is printed
  node adapter.cjs --server PATH     sessions over a Unix socket that only you may use

Whoever may connect may run programs as you. A TCP port is open to every user of this machine; prefer a path there.

Options:
  --server PORT|PATH   listen instead of using stdin and stdout
  --help               show this text
  --version            show the version

A launch request needs {"program": …}; docs/debug-adapter.md describes it and shows how editors are set up.
`;

const ports: SessionPorts = {
  cwd: process.cwd(),
  env: programEnvironment(process.env),
  startRecording,
  log: (text) => process.stderr.write(`${text}\n`),
};

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      server: { type: "string" },
      help: { type: "boolean", short: "h" },
      version: { type: "boolean" },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  if (values.version === true) {
    process.stdout.write(`${TOOL_VERSION}\n`);
    return 0;
  }
  const stop = stopSignal();
  if (values.server !== undefined) await serve(values.server, () => new TraceDebugSession(ports), stop, process.stdout);
  else await serveStdio(stop);
  return 0;
}

async function serveStdio(stop: Promise<void>): Promise<void> {
  const session = new TraceDebugSession(ports);
  void stop.then(() => session.shutdown());
  session.start(process.stdin, process.stdout);
  await session.closed;
}

/** A client that is done kills its adapter: the program must be gone and the run closed before this process goes. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => resolve());
  });
}

function isUsageError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}

main().then(
  // Handles such as stdin would keep the process alive; an immediate lets the last response out.
  (code) => setImmediate(() => process.stdout.write("", () => process.exit(code))),
  (error: unknown) => {
    const told = isUsageError(error) ? new ExpectedError(error.message, { wayOut: "See --help." }) : error;
    process.stderr.write(`${describeError(told)}\n`, () => process.exit(2));
  },
);
