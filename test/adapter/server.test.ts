import { once } from "node:events";
import { statSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { connect } from "./adapterProcess.ts";
import { AdapterTest, useAdapter } from "./adapterTest.ts";

useAdapter();

test("serves sessions side by side on a port of this machine", async () => {
  const it = new AdapterTest();
  const server = it.adapter("--server", "0");
  const line = await server.firstLine();
  const port = Number(/^Listening on 127\.0\.0\.1:(\d+)$/.exec(line)?.[1]);
  const [one, two] = await Promise.all([connect({ port }), connect({ port })]);
  await Promise.all([
    one.client.begin("launch", it.script("echo one; sleep 0.2; exit 1")),
    two.client.begin("launch", it.script("echo two; sleep 0.2; exit 2")),
  ]);
  expect(await one.client.event("exited")).toEqual({ exitCode: 1 });
  expect(await two.client.event("exited")).toEqual({ exitCode: 2 });
  expect(one.client.output("stdout")).toBe("one\n");
  expect(two.client.output("stdout")).toBe("two\n");
  const closed = once(one.socket, "close");
  await one.client.send("disconnect", {});
  await closed;
  // The server outlives its sessions.
  const three = await connect({ port });
  await three.client.initialize();
});

test("serves sessions on a socket that only its owner may use, and ends them with itself", async () => {
  const it = new AdapterTest();
  const socketPath = path.join(it.workspace, "adapter.sock");
  const server = it.adapter("--server", socketPath);
  expect(await server.firstLine()).toBe(`Listening on ${socketPath}`);
  expect(statSync(socketPath).mode & 0o077).toBe(0);
  const { client } = await connect({ path: socketPath });
  await client.begin("launch", it.script("trap '' TERM; echo ready; while :; do sleep 1; done"));
  await client.shown("stdout", "ready\n");
  await server.stop();
  it.expectNothingLeft();
  expect(it.manifest().state).toBe("finished");
});

test("a client that drops its connection: its program ends, others run on", async () => {
  const it = new AdapterTest();
  const server = it.adapter("--server", "0");
  const port = Number(/(\d+)$/.exec(await server.firstLine())?.[1]);
  const [leaving, staying] = await Promise.all([connect({ port }), connect({ port })]);
  await leaving.client.begin("launch", it.script("echo ready; exec sleep 1000"));
  await leaving.client.shown("stdout", "ready\n");
  await staying.client.begin("launch", it.script("echo ready; read -r line; echo $line"));
  leaving.socket.resetAndDestroy();
  await staying.client.send("evaluate", { expression: "still here", context: "repl" });
  await staying.client.event("terminated");
  expect(staying.client.output("stdout")).toBe("ready\nstill here\n");
  await server.stop();
  it.expectNothingLeft();
});

test.each([
  [["--server", "/no/such/dir/x.sock"], "Cannot listen on /no/such/dir/x.sock"],
  [["--wrong"], "--wrong"],
])("says why it cannot serve: %j", async (args, message) => {
  const it = new AdapterTest();
  const adapter = it.adapter(...args);
  expect(await adapter.exited).toBe(2);
  expect(adapter.stderr).toContain(message);
  expect(adapter.stderr).not.toMatch(/\n +at /);
});

test("explains itself", async () => {
  const it = new AdapterTest();
  const adapter = it.adapter("--help");
  let text = "";
  for await (const bytes of adapter.child.stdout) text += bytes;
  expect(text).toContain("--server PORT");
  expect(await adapter.exited).toBe(0);
});
