import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { describe, expect, test, vi } from "vitest";
import { processState } from "./adapterProcess.ts";
import { AdapterTest, useAdapter } from "./adapterTest.ts";

useAdapter();

describe("a launched program", () => {
  test("is recorded: output, threads, updates, exit code and run folder", async () => {
    const it = new AdapterTest();
    const client = it.adapter().client();
    await client.begin("launch", it.script("echo out; echo err >&2; cat /no/such/file; (exit 4) & wait $!; exit 3"));
    await client.event("terminated");
    expect(client.output("stdout")).toBe("out\n");
    expect(client.output("stderr")).toBe("err\ncat: /no/such/file: No such file or directory\n");
    expect(await client.event("exited")).toEqual({ exitCode: 3 });

    const info = await client.custom("goldentrace.started");
    expect(await client.event("process")).toMatchObject({ systemProcessId: info.pid, startMethod: "launch" });
    const end = await client.custom("goldentrace.finished");
    expect(end).toMatchObject({ exitCode: 3, signal: null, complete: true, problems: [] });
    const manifest = it.manifest();
    expect(manifest).toMatchObject({ id: info.runId, state: "finished", complete: true, exit: { code: 3 } });
    expect(manifest.counts.syscalls).toBe(end.syscalls);
    const { update } = await client.ask("goldentrace.snapshot", {});
    expect(update).toMatchObject({ state: "finished", syscalls: end.syscalls, logLines: 3, processes: 3 });
    expect(update?.topSyscalls.map((call) => call.name)).toContain("wait4");
    await client.send("disconnect", {});
    it.expectNothingLeft();
  });

  test.each([
    ["kill -SEGV $$", 139, "SIGSEGV"],
    ["kill -ABRT $$", 134, "SIGABRT"],
    ["kill -KILL $$", 137, "SIGKILL"],
  ])("that dies by %s is told with %i", async (script, exitCode, signal) => {
    const it = new AdapterTest();
    const client = it.adapter().client();
    await client.begin("launch", it.script(`echo before; ${script}`));
    await client.event("terminated");
    expect(await client.event("exited")).toEqual({ exitCode });
    expect(client.output("stdout")).toBe("before\n");
    expect(it.manifest()).toMatchObject({ exit: { code: null, signal }, complete: true });
  });

  test("shows characters whole that come in pieces, and styles but no other escapes", async () => {
    const it = new AdapterTest();
    const client = it.adapter().client();
    const script = String.raw`printf '\xf0\x9f'; sleep 0.3; printf '\x98\x80 \xff \e[31mred\e[0m\e[2J\e]0;title\a\n'`;
    await client.begin("launch", it.script(script));
    await client.event("terminated");
    expect(client.output("stdout")).toBe("\u{1f600} \ufffd \x1b[31mred\x1b[0m\\x1b]0;title\\x07\n");
  });

  test("gets its log lines linked to files of the workspace", async () => {
    const it = new AdapterTest();
    const source = it.write("src/train.py", "pass\n");
    const client = it.adapter().client();
    const line = "2026-03-01 10:00:00,123 - my.mod - TRACE - [src/train.py:1] step";
    await client.begin(
      "launch",
      it.script(`echo '${line}'; echo plain; echo '${line.replace("src/train", "/etc/x")}'`),
    );
    await client.event("terminated");
    const events = client.events.filter((event) => event.event === "output" && event.body.category === "stdout");
    const linked = events.filter((event) => event.body.source !== undefined).map((event) => event.body);
    const page = await client.ask("goldentrace.logs", {
      filter: { minLevel: 5, unlevelled: false, search: "step" },
      from: 0,
      count: 10,
    });
    expect(page.lines.map((each) => [each.level, each.line])).toContainEqual(["TRACE", 1]);
    expect(linked).toEqual([
      { category: "stdout", output: `${line}\n`, source: { name: source, path: source }, line: 1 },
    ]);
  });

  test("reads what is typed into the console", async () => {
    const it = new AdapterTest();
    const client = it.adapter().client();
    await client.begin("launch", it.program("/bin/cat", []));
    await client.send("evaluate", { expression: "hellö", context: "repl" });
    await client.shown("stdout", "hellö\n");
    await client.send("evaluate", { expression: "^D", context: "repl" });
    expect(await client.event("exited")).toEqual({ exitCode: 0 });
    expect(client.output("stdout")).toBe("hellö\n");
  });

  test("gets its arguments and environment as they are", async () => {
    const it = new AdapterTest();
    const client = it.adapter().client();
    const args = ["a b", "$HOME", "'\"`", "*", "", "ü\n", "--"];
    const env = { ...(it.program("", []) as { env: object }).env, ODD: "x=y\n$z", HOME: null };
    await client.begin(
      "launch",
      it.program("/bin/bash", ["-c", 'printf "<%s>" "$@"; echo "[$ODD][${HOME-none}]"', "sh", ...args], { env }),
    );
    await client.event("terminated");
    expect(client.output("stdout")).toBe(`${args.map((arg) => `<${arg}>`).join("")}[x=y\n$z][none]\n`);
  });
});

describe("a program that cannot be launched", () => {
  test.each([
    ["is missing", { program: "/no/such/program" }, "/no/such/program"],
    ["is not on PATH", { program: "no-such-program" }, "no-such-program"],
    ["is no program", { program: "/etc/passwd" }, "/etc/passwd"],
    ["is a directory", { program: "/etc" }, "/etc"],
    ["has no directory", { program: "/bin/true", cwd: "/no/such/dir" }, "/no/such/dir"],
    ["cannot store runs", { program: "/bin/true", outDir: "/proc/nowhere" }, "/proc/nowhere"],
    ["has a wrong filter", { program: "/bin/true", filter: "no_such_call" }, "no_such_call"],
    ["asks for a missing tracer", { program: "/bin/true", recorder: "strace", stracePath: "/no/strace" }, "/no/strace"],
  ])("%s: the user is told and may try again", async (_, args, named) => {
    const it = new AdapterTest();
    const client = it.adapter().client();
    await client.initialize();
    await client.send("configurationDone");
    const refused = await client.response("launch", { ...it.script(""), ...args });
    expect(refused.success).toBe(false);
    expect(refused.message).toContain(named);
    expect(refused.message).not.toMatch(/\n +at /);
    expect(refused.body.error).toMatchObject({ id: 1, showUser: true });
    await client.send("launch", it.script("exit 7"));
    expect(await client.event("exited")).toEqual({ exitCode: 7 });
  });
});

describe("while it runs", () => {
  const TICKS = "i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.02; done";

  test("a program stands still when paused and goes on", async () => {
    const it = new AdapterTest();
    const client = it.adapter().client();
    await client.begin("launch", it.script(TICKS));
    await client.shown("stdout", "tick 2\n");
    await client.send("pause", { threadId: 1 });
    await client.event("stopped");
    const { pid } = await client.custom("goldentrace.started");
    // The signal is on its way through the kernel and the tracer.
    await vi.waitUntil(() => /^[tT]$/.test(processState(pid) ?? ""));
    const { threads }: { threads: { id: number }[] } = (await client.send("threads")).body;
    expect(threads.length).toBeGreaterThan(0);
    expect((await client.send("stackTrace", { threadId: threads[0]?.id })).body.stackFrames).toEqual([]);

    await client.send("continue", { threadId: 1 });
    await client.event("continued");
    const shown = client.output("stdout");
    await client.event("output", () => client.output("stdout").length > shown.length + 20);
    const { update } = await client.ask("goldentrace.snapshot", {});
    expect(update?.pauses).toEqual([{ startNs: expect.any(Number), endNs: expect.any(Number) }]);
    await client.send("disconnect", {});
    it.expectNothingLeft();
  });

  test("a program may end itself when terminated", async () => {
    const it = new AdapterTest();
    const client = it.adapter().client();
    await client.begin("launch", it.script(`trap 'echo bye; exit 7' TERM; ${TICKS}`));
    await client.shown("stdout", "tick 1\n");
    await client.send("terminate", {});
    expect(await client.event("exited")).toEqual({ exitCode: 7 });
    expect(client.output("stdout")).toMatch(/bye\n$/);
    await client.send("disconnect", {});
    it.expectNothingLeft();
  });

  test("a paused program ends when terminated", async () => {
    const it = new AdapterTest();
    const client = it.adapter().client();
    await client.begin("launch", it.script(TICKS));
    await client.shown("stdout", "tick 1\n");
    await client.send("pause", { threadId: 1 });
    await client.event("stopped");
    await client.send("terminate", {});
    expect(await client.event("exited")).toEqual({ exitCode: 143 });
  });

  test("a program that will not end is gone after disconnect, with all it started", async () => {
    const it = new AdapterTest();
    const adapter = it.adapter();
    const client = adapter.client();
    const stubborn =
      "trap '' TERM INT HUP; (setsid sleep 1000 &) ; sleep 1001 & sleep 1002 & echo ready; while :; do sleep 1; done";
    await client.begin("launch", it.script(stubborn));
    await client.shown("stdout", "ready\n");
    expect(it.programs().length).toBeGreaterThanOrEqual(4);
    await client.send("terminate", {});
    await client.send("disconnect", {});
    it.expectNothingLeft();
    expect(it.manifest()).toMatchObject({ state: "finished", exit: { signal: "SIGKILL" } });
    expect(await adapter.exited).toBe(0);
  });

  test("it can be restarted", async () => {
    const it = new AdapterTest();
    const client = it.adapter().client();
    await client.begin("launch", it.script(`echo run $$; ${TICKS}`));
    await client.shown("stdout", "tick 1\n");
    const first = await client.custom("goldentrace.started");
    await client.send("restart", { arguments: it.script("echo second; exit 5") });
    await client.event("terminated");
    expect(await client.event("exited")).toEqual({ exitCode: 5 });
    const second = await client.custom("goldentrace.started", (info) => info.runId !== first.runId);
    expect(second.pid).not.toBe(first.pid);
    expect(client.events.filter((event) => event.event === "terminated")).toHaveLength(1);
    expect(client.output("stdout")).toMatch(/second\n$/);
    expect(it.runs).toHaveLength(2);
    await client.send("disconnect", {});
    it.expectNothingLeft();
  });
});

describe("a client that goes away", () => {
  test.each([
    ["closes its end", (adapter: ReturnType<AdapterTest["adapter"]>) => adapter.child.stdin.end()],
    [
      "breaks both pipes",
      (adapter: ReturnType<AdapterTest["adapter"]>) => {
        adapter.child.stdin.destroy();
        adapter.child.stdout.destroy();
      },
    ],
    ["ends the adapter", (adapter: ReturnType<AdapterTest["adapter"]>) => adapter.child.kill("SIGTERM")],
  ])("%s: nothing is left and the run is closed", async (_, leave) => {
    const it = new AdapterTest();
    const adapter = it.adapter();
    const client = adapter.client();
    await client.begin(
      "launch",
      it.script("trap '' TERM HUP PIPE; sleep 1000 & while :; do echo tick; sleep 0.02; done"),
    );
    await client.shown("stdout", "tick\n");
    leave(adapter);
    await adapter.exited;
    it.expectNothingLeft();
    expect(it.manifest()).toMatchObject({ state: "finished", exit: { signal: "SIGKILL" } });
  });

  test("disconnects while the program starts: nothing is left", async () => {
    const it = new AdapterTest();
    const adapter = it.adapter();
    const client = adapter.client();
    const done = [
      client.response("initialize", { adapterID: "x" }),
      client.response("launch", it.script("sleep 1000")),
      client.response("configurationDone"),
      client.response("disconnect", {}),
    ];
    await Promise.all(done);
    await adapter.exited;
    it.expectNothingLeft();
  });
});

test("a program that floods: the console is bounded, the run has every byte", async () => {
  const it = new AdapterTest();
  const client = it.adapter().client();
  const line = "a line of the flood ".repeat(50);
  const lines = 30_000;
  await client.begin("launch", it.script(`yes '${line}' | head -n ${lines}; echo the end`, { filter: "process" }));
  await client.event("terminated");
  expect(await client.event("exited")).toEqual({ exitCode: 0 });
  const size = lines * (line.length + 1) + "the end\n".length;
  expect(statSync(path.join(it.runs[0] ?? "", "stdout.log")).size).toBe(size);
  // What the console takes in a given time is tested with a clock of its own; here only that nothing breaks or is hidden.
  const shown = client.output("stdout");
  expect(shown.endsWith("the end\n")).toBe(true);
  if (shown.length < size)
    expect(client.output("console")).toMatch(/of stdout left out here; everything is in .*stdout\.log\n/);
  expect((await client.custom("goldentrace.update", (update) => update.state === "finished")).logLines).toBe(lines + 1);
});

test("many short-lived children make few thread events", async () => {
  const it = new AdapterTest();
  const client = it.adapter().client();
  await client.begin("launch", it.script("for ((i = 0; i < 300; i++)); do (:); done; echo done"));
  await client.event("terminated");
  expect(client.output("stdout")).toBe("done\n");
  const { update } = await client.ask("goldentrace.snapshot", {});
  expect(update?.processes).toBe(301);
  const updates = client.events.filter((event) => event.event === "goldentrace.update").length;
  expect(client.events.filter((event) => event.event === "thread").length).toBeLessThanOrEqual(16 * (updates + 2));
});

test("a client without styles gets plain text", async () => {
  const it = new AdapterTest();
  const client = it.adapter().client();
  await client.begin("launch", it.script(String.raw`printf '\e[1mbold\e[0m\n'`), { supportsANSIStyling: false });
  await client.event("terminated");
  expect(client.output("stdout")).toBe("bold\n");
});

test("what one plain run tells, in order", async () => {
  const it = new AdapterTest();
  const adapter = it.adapter();
  const client = adapter.client();
  await client.begin("launch", it.script("echo hello"));
  await client.event("terminated");
  await client.send("disconnect", {});
  expect(await adapter.exited).toBe(0);
  expect(adapter.stderr).toBe("");
  // Updates come with the clock; everything else does not.
  const told = client.events.filter((event) => event.event !== "goldentrace.update" && event.event !== "thread");
  const text = told.map(({ event, body }) => `${event} ${JSON.stringify(body) ?? ""}`).join("\n");
  const info = await client.custom("goldentrace.started");
  const plain = text
    .replaceAll(info.runId, "RUN")
    .replaceAll(it.workspace, "WORKSPACE")
    .replaceAll(String(info.pid), "PID")
    .replaceAll(`${info.startedAtMs}`, "MS")
    .replace(/"envSet":\{[^}]*\}/, '"envSet":{}')
    .replace(/strace \d+\.\d+/g, "strace N")
    .replace(/"syscalls":\d+/g, '"syscalls":N')
    .replace(/"wallNs":\d+/, '"wallNs":N')
    .replace(/"startedNs":\d+/, '"startedNs":NS')
    .replace(/after [\d.]+ \S+: [\d,]+ system/, "after T: N system");
  expect(plain).toMatchInlineSnapshot(`
    "initialized 
    process {"name":"/bin/bash -c 'echo hello'","systemProcessId":PID,"isLocalProcess":true,"startMethod":"launch"}
    goldentrace.started {"runId":"RUN","runFolder":"WORKSPACE/.goldentrace/runs/RUN","name":"test","command":"/bin/bash -c 'echo hello'","recorder":"strace","recorderReason":"strace N works on this machine","stacks":false,"filter":"","startedAtMs":MS,"metricsIntervalMs":100,"envSet":{},"pid":PID,"startedNs":NS}
    output {"category":"console","output":"Recording with strace (strace N works on this machine) into WORKSPACE/.goldentrace/runs/RUN\\n"}
    output {"category":"stdout","output":"hello\\n"}
    output {"category":"console","output":"The program exited with 0 after T: N system calls recorded in WORKSPACE/.goldentrace/runs/RUN\\n"}
    goldentrace.finished {"runId":"RUN","runFolder":"WORKSPACE/.goldentrace/runs/RUN","exitCode":0,"signal":null,"complete":true,"problems":[],"syscalls":N,"wallNs":N}
    exited {"exitCode":0}
    terminated "
  `);
  expect(readFileSync(path.join(info.runFolder, "stdout.log"), "utf8")).toBe("hello\n");
});
