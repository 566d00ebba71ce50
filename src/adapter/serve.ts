import { chmodSync } from "node:fs";
import { createServer } from "node:net";
import { ExpectedError } from "../base/errors.ts";
import type { TraceDebugSession } from "./traceDebugSession.ts";

/** Never another address: whoever connects runs programs as this user. */
const HOST = "127.0.0.1";

/**
 * Serves one session per connection until `stop` settles, then ends them all.
 * @param where a TCP port of 127.0.0.1 (0 for a free one) or the path of a Unix socket to make
 * @param out told where the server listens, as one line
 */
export async function serve(
  where: string,
  createSession: () => TraceDebugSession,
  stop: Promise<void>,
  out: NodeJS.WritableStream,
): Promise<void> {
  const sessions = new Set<TraceDebugSession>();
  const server = createServer((socket) => {
    const session = createSession();
    sessions.add(session);
    socket.setNoDelay(true);
    session.start(socket, socket);
    void session.closed.then(() => {
      sessions.delete(session);
      // The last response may still be on its way out.
      setImmediate(() => socket.destroySoon());
    });
  });
  const port = /^[0-9]{1,5}$/.test(where) ? Number(where) : undefined;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(cannotListen(where, error)));
    if (port === undefined) server.listen(where, resolve);
    else server.listen(port, HOST, resolve);
  });
  if (port === undefined) chmodSync(where, 0o600);
  const address = server.address();
  const text = typeof address === "object" && address !== null ? `${HOST}:${address.port}` : where;
  out.write(`Listening on ${text}\n`);
  await stop;
  server.close();
  for (const session of sessions) session.shutdown();
  await Promise.all([...sessions].map((session) => session.closed));
}

function cannotListen(where: string, error: NodeJS.ErrnoException): ExpectedError {
  const reason =
    error.code === "EADDRINUSE" ? "it is in use" : error.code === "EACCES" ? "permission denied" : error.message;
  return new ExpectedError(`Cannot listen on ${where}: ${reason}`, {
    wayOut: "Choose another port, or 0 for a free one.",
    cause: error,
  });
}
