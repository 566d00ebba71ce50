import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { expect, onTestFinished, test } from "vitest";
import { AdapterTest, useAdapter } from "./adapterTest.ts";
import type { TestClient } from "./debugClient.ts";

useAdapter();

const TERMINALS = { supportsRunInTerminalRequest: true };

/** A client's terminal: runs what the adapter asks for on a pseudo terminal of its own. */
class Terminal {
  text = "";
  request: DebugProtocol.RunInTerminalRequestArguments | undefined;
  child: ChildProcess | undefined;

  constructor(client: TestClient) {
    client.runInTerminal = async (request) => {
      this.request = request;
      const env: NodeJS.ProcessEnv = { ...process.env };
      for (const [name, value] of Object.entries(request.env ?? {})) {
        if (value === null) delete env[name];
        else env[name] = String(value);
      }
      // script(1) takes one command line for a shell.
      const line = request.args.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
      const child = spawn("script", ["--quiet", "--return", "--command", line, "/dev/null"], { cwd: request.cwd, env });
      child.stdout.on("data", (bytes: Buffer) => {
        this.text += bytes.toString();
      });
      this.child = child;
      onTestFinished(() => {
        child.kill("SIGKILL");
      });
      await once(child, "spawn");
      return { shellProcessId: child.pid };
    };
  }
}

test.each([
  ["integratedTerminal", "integrated"],
  ["externalTerminal", "external"],
])("console %s gives the program a terminal that it controls", async (console, kind) => {
  const it = new AdapterTest();
  const client = it.adapter().client();
  const terminal = new Terminal(client);
  const script = 'test -t 0 && test -t 1 && test -t 2 && echo "a terminal"; read -r line; echo "got $line"; exit 6';
  await client.begin("launch", it.script(script, { console }), TERMINALS);
  expect(terminal.request).toMatchObject({ kind, cwd: it.workspace, title: "Goldentrace: bash" });
  terminal.child?.stdin?.write("typed\n");
  await client.event("terminated");
  expect(await client.event("exited")).toEqual({ exitCode: 6 });
  expect(terminal.text).toContain("a terminal\r\n");
  expect(terminal.text).toContain("got typed\r\n");
  expect(client.output("stdout")).toBe("");
  const end = await client.custom("goldentrace.finished");
  expect(end).toMatchObject({ complete: true, exitCode: 6 });
  expect(end.syscalls).toBeGreaterThan(0);
  // Lines are learnt from what the tracer saw the program write.
  const filter = { minLevel: 0, unlevelled: true, search: "got typed" };
  expect((await client.ask("goldentrace.logs", { filter, from: 0, count: 10 })).matching).toBe(1);
  await client.send("disconnect", {});
  it.expectNothingLeft();
});

test("disconnect ends a program in a terminal", async () => {
  const it = new AdapterTest();
  const client = it.adapter().client();
  const terminal = new Terminal(client);
  await client.begin(
    "launch",
    it.script("trap '' TERM HUP; sleep 1000 & while :; do sleep 1; done", { console: "integratedTerminal" }),
    TERMINALS,
  );
  expect(it.programs().length).toBeGreaterThan(0);
  const closed = terminal.child === undefined ? Promise.resolve() : once(terminal.child, "exit");
  await client.send("disconnect", {});
  await closed; // the terminal itself holds the mark, too
  it.expectNothingLeft();
});

test("a client that refuses its terminal: the user is told", async () => {
  const it = new AdapterTest();
  const client = it.adapter().client();
  client.runInTerminal = () => Promise.reject(new Error("no terminals today"));
  await client.initialize(TERMINALS);
  await client.send("configurationDone");
  const refused = await client.response("launch", it.script("true", { console: "integratedTerminal" }));
  expect(refused.message).toContain("no terminals today");
  it.expectNothingLeft();
});
