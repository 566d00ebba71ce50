import { expect, test } from "vitest";
import { AdapterTest, useAdapter } from "./adapterTest.ts";

useAdapter();

function message(value: unknown): string {
  const json = typeof value === "string" ? value : JSON.stringify(value);
  return `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
}

const launchOf = (it: AdapterTest): string =>
  message({ seq: 1, type: "request", command: "initialize", arguments: { adapterID: "x" } }) +
  message({ seq: 2, type: "request", command: "launch", arguments: it.script("echo ready; exec sleep 1000") }) +
  message({ seq: 3, type: "request", command: "configurationDone" });

test.each([
  ["no JSON", message("{ not json")],
  ["null", message("null")],
  ["a list", message("[1,2]")],
  ["a number", message("7")],
  ["no command", message({ seq: 9, type: "request" })],
  ["a command that is no text", message({ seq: 9, type: "request", command: { a: 1 } })],
  ["a response to nothing", message({ seq: 9, type: "response", request_seq: 77, success: true })],
  ["an unknown type", message({ seq: 9, type: "gossip" })],
  ["a length that is none", "Content-Length: many\r\n\r\n"],
  ["a negative length", "Content-Length: -5\r\n\r\n"],
  ["no length", "Content-Type: x\r\n\r\n{}"],
  ["bytes", "\0\u0001\u0002\r\n\r\n\r\n"],
  ["a message that is never whole", "Content-Length: 1000000000000\r\n\r\nx"],
  ["a header that never ends", "x".repeat(5 << 20)],
  ["deep JSON", message(`${"[".repeat(100_000)}${"]".repeat(100_000)}`)],
])("%s: the adapter survives or ends, and with it the program", async (_, bytes) => {
  const it = new AdapterTest();
  const adapter = it.adapter();
  const client = adapter.client();
  adapter.child.stdin.write(launchOf(it));
  await client.shown("stdout", "ready\n");
  adapter.child.stdin.end(bytes);
  expect(await adapter.exited).toBe(0);
  it.expectNothingLeft();
  expect(it.manifest().state).toBe("finished");
  expect(adapter.stderr).not.toMatch(/\n +at /);
});

test("a request that lacks everything is answered", async () => {
  const it = new AdapterTest();
  const adapter = it.adapter();
  const client = adapter.client();
  for (const command of ["launch", "no such thing", "evaluate"]) {
    expect((await client.response(command)).success).toBe(false);
  }
  await client.initialize();
});
