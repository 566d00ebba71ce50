import { describe, expect, it } from "vitest";
import { Emitter } from "../base/emitter.ts";
import { ExpectedError } from "../base/errors.ts";
import { connectRpc, type RpcChannel } from "./rpc.ts";
import type { ViewMessage } from "./view.ts";

interface Calculator {
  add(numbers: { a: number; b: number }): Promise<number>;
  fail(error: unknown): Promise<never>;
  secret(): Promise<unknown>;
}
type Nothing = Record<never, never>;

/** Two ends of a wire that clones what crosses it, as `postMessage` does. */
function wire(): { left: RpcChannel; right: RpcChannel; sent: ViewMessage[] } {
  const toLeft = new Emitter<unknown>();
  const toRight = new Emitter<unknown>();
  const sent: ViewMessage[] = [];
  const end = (to: Emitter<unknown>, from: Emitter<unknown>): RpcChannel => ({
    post: (message) => {
      const copy = structuredClone(message);
      sent.push(copy);
      queueMicrotask(() => to.fire(copy));
      return true;
    },
    onMessage: from.event,
  });
  return { left: end(toRight, toLeft), right: end(toLeft, toRight), sent };
}

function calculator() {
  const { left, right, sent } = wire();
  const failures: [string, unknown][] = [];
  const handlers: Calculator = {
    add: async ({ a, b }) => a + b,
    fail: async (error) => {
      throw error;
    },
    secret: async () => () => "not clonable",
  };
  const server = connectRpc<Calculator, Nothing>(left, handlers, (method, error) => failures.push([method, error]));
  const client = connectRpc<Nothing, Calculator>(right, {});
  return { server, client, failures, sent, left, right };
}

describe("connectRpc", () => {
  it("returns what the handler returns", async () => {
    const { client } = calculator();
    await expect(client.remote.add({ a: 2, b: 3 })).resolves.toBe(5);
  });

  it("matches replies with calls whatever their order", async () => {
    const { client } = calculator();
    const sums = Array.from({ length: 100 }, (_, i) => client.remote.add({ a: i, b: i }));
    await expect(Promise.all(sums)).resolves.toEqual(Array.from({ length: 100 }, (_, i) => 2 * i));
  });

  it("rejects the caller when the handler throws, and tells this side the original", async () => {
    const { left, right } = wire();
    const bug = new Error("broken");
    const failures: unknown[] = [];
    connectRpc<Pick<Calculator, "fail">, Nothing>(
      left,
      {
        fail: async () => {
          throw bug;
        },
      },
      (_, error) => failures.push(error),
    );
    const client = connectRpc<Nothing, Calculator>(right, {});
    await expect(client.remote.fail(null)).rejects.toThrow(/^broken$/);
    expect(failures).toEqual([bug]);
  });

  it("carries the way out of the user's errors", async () => {
    const { left, right } = wire();
    connectRpc<Pick<Calculator, "fail">, Nothing>(left, {
      fail: () => Promise.reject(new ExpectedError("No strace.", { wayOut: "apt install strace" })),
    });
    const client = connectRpc<Nothing, Calculator>(right, {});
    await expect(client.remote.fail(null)).rejects.toThrow("No strace.\napt install strace");
  });

  it.each(["missing", "constructor", "toString", "__proto__", "hasOwnProperty"])(
    "rejects the unknown method %s",
    async (method) => {
      const { left, right } = wire();
      connectRpc<Calculator, Nothing>(left, calculatorHandlers());
      const client = connectRpc<Nothing, Record<string, (params: unknown) => Promise<unknown>>>(right, {});
      const call = client.remote[method];
      await expect(call?.(null)).rejects.toThrow(`There is no method "${method}".`);
    },
  );

  it("rejects the caller when the result cannot be cloned", async () => {
    const { client, failures } = calculator();
    await expect(client.remote.secret()).rejects.toThrow(/could not be cloned/);
    expect(failures).toHaveLength(1);
  });

  it("rejects when nobody is there", async () => {
    const { event } = new Emitter<unknown>();
    const client = connectRpc<Nothing, Calculator>({ post: () => Promise.resolve(false), onMessage: event }, {});
    await expect(client.remote.add({ a: 1, b: 1 })).rejects.toThrow("The other side is not there.");
  });

  it("rejects what waits, and later calls, once disposed", async () => {
    const { event } = new Emitter<unknown>();
    const client = connectRpc<Nothing, Calculator>({ post: () => true, onMessage: event }, {});
    const waiting = client.remote.add({ a: 1, b: 1 });
    client.dispose();
    await expect(waiting).rejects.toThrow("The connection is closed.");
    await expect(client.remote.add({ a: 1, b: 1 })).rejects.toThrow("The connection is closed.");
  });

  it("ignores messages of others", async () => {
    const messages = new Emitter<unknown>();
    const posted: ViewMessage[] = [];
    connectRpc<Calculator, Nothing>(
      { post: (message) => posted.push(message), onMessage: messages.event },
      calculatorHandlers(),
    );
    for (const message of [
      null,
      1,
      "call",
      {},
      { kind: "call", id: "1", method: "add" },
      { kind: "call", id: 1 },
      { kind: "ok", id: 7 },
    ]) {
      messages.fire(message);
    }
    await Promise.resolve();
    expect(posted).toEqual([]);
  });

  it("is no thenable", async () => {
    const { client } = calculator();
    await expect((async () => client.remote)()).resolves.toBeDefined();
  });
});

function calculatorHandlers(): Calculator {
  return {
    add: async ({ a, b }) => a + b,
    fail: () => Promise.reject(new Error("fail")),
    secret: async () => null,
  };
}
