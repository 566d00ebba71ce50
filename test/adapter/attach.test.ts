import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, onTestFinished, test, vi } from "vitest";
import { processState } from "./adapterProcess.ts";
import { AdapterTest, useAdapter } from "./adapterTest.ts";

useAdapter();

/** A program that runs before anybody records it; it prints a tick for each line it writes to a file. */
async function startTicking(it: AdapterTest): Promise<ChildProcess & { pid: number }> {
  const script = "i=0; while :; do i=$((i+1)); echo tick $i; echo $i > count; sleep 0.02; done";
  const child = spawn("/bin/bash", ["-c", script], {
    cwd: it.workspace,
    env: it.environment,
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  if (child.stdout === null || child.pid === undefined) throw new Error("The program did not start");
  await once(child.stdout, "data");
  child.stdout.resume();
  return child as ChildProcess & { pid: number };
}

function tracerOf(pid: number): number {
  return Number(/^TracerPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

test("a program that is attached to is recorded and runs on after disconnect", async () => {
  const it = new AdapterTest();
  const program = await startTicking(it);
  const adapter = it.adapter();
  const client = adapter.client();
  await client.begin("attach", { processId: String(program.pid), workspace: it.workspace });
  expect(await client.event("process")).toMatchObject({ systemProcessId: program.pid, startMethod: "attach" });
  await client.custom("goldentrace.update", (update) => update.topSyscalls.some((call) => call.name === "write"));
  const refused = await client.response("evaluate", { expression: "x", context: "repl" });
  expect(refused.message).toContain("keeps its own input");

  await client.send("disconnect", {});
  expect(await adapter.exited).toBe(0);
  expect(tracerOf(program.pid)).toBe(0);
  // It still works: another tick comes.
  if (program.stdout === null) throw new Error("no stdout");
  await once(program.stdout, "data");
  expect(it.manifest()).toMatchObject({ state: "finished", recorder: { attachedPid: program.pid } });
});

test("detaching ends the recording, and the session is told so", async () => {
  const it = new AdapterTest();
  const program = await startTicking(it);
  const client = it.adapter().client();
  await client.begin("attach", { processId: program.pid, workspace: it.workspace });
  await client.custom("goldentrace.update", (update) => update.syscalls > 0);
  await client.ask("goldentrace.detach", {});
  await client.event("terminated");
  expect(client.events.some((event) => event.event === "exited")).toBe(false);
  expect(await client.custom("goldentrace.finished")).toMatchObject({ exitCode: null, signal: null });
  expect(processState(program.pid)).toMatch(/^[SRD]$/);
});

test.each([
  ["paused, when the client vanishes", true],
  ["running, when the client vanishes", false],
])("it runs on that was %s", async (_, paused) => {
  const it = new AdapterTest();
  const program = await startTicking(it);
  const adapter = it.adapter();
  const client = adapter.client();
  await client.begin("attach", { processId: program.pid, workspace: it.workspace });
  if (paused) {
    await client.send("pause", { threadId: 1 });
    await client.event("stopped");
  }
  adapter.child.stdin.end();
  await adapter.exited;
  await vi.waitUntil(() => /^[SRD]$/.test(processState(program.pid) ?? ""));
  expect(tracerOf(program.pid)).toBe(0);
});

test("it is ended when the client says so", async () => {
  const it = new AdapterTest();
  const program = await startTicking(it);
  const exited = once(program, "exit");
  const client = it.adapter().client();
  await client.begin("attach", { processId: program.pid, workspace: it.workspace });
  await client.send("disconnect", { terminateDebuggee: true });
  expect(await exited).toEqual([null, "SIGKILL"]);
});

test("there is nothing to attach to: the user is told", async () => {
  const it = new AdapterTest();
  const gone = spawn("/bin/true");
  await once(gone, "exit");
  const client = it.adapter().client();
  await client.initialize();
  await client.send("configurationDone");
  const refused = await client.response("attach", { processId: gone.pid, workspace: it.workspace });
  expect(refused.success).toBe(false);
  expect(refused.message).toContain(String(gone.pid));
  expect(refused.body.error.showUser).toBe(true);
});
