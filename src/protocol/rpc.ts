import type { Disposable } from "../base/disposable.ts";
import type { Event } from "../base/emitter.ts";
import { ExpectedError } from "../base/errors.ts";
import type { ViewMessage } from "./view.ts";

/**
 * Calls between the extension host and a webview, derived from one interface a side: `connectRpc<LiveHost, LiveView>` in the
 * host, `connectRpc<LiveView, LiveHost>` in the view. Every call gets exactly one reply, so a failure always reaches the caller.
 */

/** An interface whose members are all async functions of at most one parameter that survives structured cloning. */
export type RpcInterface<T> = { readonly [K in keyof T]: (params: never) => Promise<unknown> };

/** The wire: `window.postMessage` in a view, `webview.postMessage` in the host. */
export interface RpcChannel {
  /** May return a promise; `false`, a rejection or a throw means that the message did not arrive. */
  readonly post: (message: ViewMessage) => unknown;
  /** Whatever arrives; anything that is no `ViewMessage` is ignored, for a window receives other messages too. */
  readonly onMessage: Event<unknown>;
}

export interface RpcConnection<Remote> extends Disposable {
  readonly remote: Remote;
}

/** The other side's handler failed, does not exist, or is gone. */
export class RpcError extends Error {
  override readonly name = "RpcError";
}

/**
 * Connects this side's handlers with the other side's.
 * @param local a plain object of handlers: only its own functions can be called from the other side
 * @param onFailure told about every handler of this side that threw, with the original error and its stack
 */
export function connectRpc<Local extends RpcInterface<Local>, Remote extends RpcInterface<Remote>>(
  channel: RpcChannel,
  local: Local,
  onFailure: (method: string, error: unknown) => void = () => {},
): RpcConnection<Remote> {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: RpcError): void }>();
  let lastId = 0;
  let disposed = false;

  const settle = (id: number, error: RpcError | null, value: unknown): void => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error !== null) call?.reject(error);
    else call?.resolve(value);
  };

  const post = async (message: ViewMessage): Promise<void> => {
    if ((await channel.post(message)) === false) throw new RpcError("The other side is not there.");
  };

  const call = (method: string, params: unknown): Promise<unknown> => {
    if (disposed) return Promise.reject(new RpcError("The connection is closed."));
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      post({ kind: "call", id, method, params }).catch((error: unknown) => settle(id, toRpcError(error), undefined));
    });
  };

  const answer = async (id: number, method: string, params: unknown): Promise<void> => {
    let reply: ViewMessage;
    try {
      // Own functions only: `constructor` and other inherited names are not for the other side to call.
      const handler: unknown = Object.hasOwn(local, method) ? Reflect.get(local, method) : undefined;
      if (typeof handler !== "function") throw new RpcError(`There is no method ${JSON.stringify(method)}.`);
      reply = { kind: "ok", id, value: await handler.call(local, params) };
    } catch (error) {
      onFailure(method, error);
      reply = { kind: "err", id, message: messageOf(error) };
    }
    try {
      await post(reply);
    } catch (error) {
      // A result that cannot be cloned must still reject the caller; if that cannot be sent either, nobody is listening.
      if (reply.kind === "ok") {
        onFailure(method, error);
        await post({ kind: "err", id, message: messageOf(error) }).catch(() => {});
      }
    }
  };

  const subscription = channel.onMessage((message) => {
    if (disposed || !isViewMessage(message)) return;
    if (message.kind === "call") void answer(message.id, message.method, message.params);
    else if (message.kind === "ok") settle(message.id, null, message.value);
    else settle(message.id, new RpcError(message.message), undefined);
  });

  return {
    remote: remoteProxy<Remote>(call),
    dispose: () => {
      if (disposed) return;
      disposed = true;
      subscription.dispose();
      for (const id of [...waiting.keys()]) settle(id, new RpcError("The connection is closed."), undefined);
    },
  };
}

function remoteProxy<Remote extends object>(call: (method: string, params: unknown) => Promise<unknown>): Remote {
  const target: Partial<Remote> = {};
  return new Proxy(target, {
    get: (_, method) =>
      // A `then` would make the proxy a thenable that `await` calls.
      typeof method === "string" && method !== "then" ? (params: unknown) => call(method, params) : undefined,
  }) as Remote;
}

function toRpcError(error: unknown): RpcError {
  return error instanceof RpcError ? error : new RpcError(messageOf(error), { cause: error });
}

/** What the other side is told: the user's errors with their way out; of a bug the message, for the stack stays here. */
function messageOf(error: unknown): string {
  if (error instanceof ExpectedError && error.wayOut !== undefined) return `${error.message}\n${error.wayOut}`;
  return error instanceof Error ? error.message : String(error);
}

function isViewMessage(message: unknown): message is ViewMessage {
  if (typeof message !== "object" || message === null) return false;
  const { kind, id, method, message: text } = message as Readonly<Record<string, unknown>>;
  if (typeof id !== "number") return false;
  return (
    kind === "ok" || (kind === "call" && typeof method === "string") || (kind === "err" && typeof text === "string")
  );
}
