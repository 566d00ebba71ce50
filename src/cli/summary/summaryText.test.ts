import fc from "fast-check";
import { expect, test } from "vitest";
import { addCalls, manifestOf, traceBuilder, traceOf } from "../../../test/support/traces.ts";
import { displayWidth } from "../../base/terminal/displayWidth.ts";
import { summarize } from "../../engine/query/summarize.ts";
import type { RunSummary } from "../../engine/query/summary.ts";
import { TRACE_VARIABLES } from "../../engine/read/logs/traceEnv.ts";
import type { RunManifest } from "../../protocol/runFolder.ts";
import { styleFor } from "../terminal/style.ts";
import { summaryText } from "./summaryText.ts";

const EXTRA = { path: "/r", name: "r" };

function textOf(manifest: RunManifest, calls = [{ name: "read" }]): string {
  return plainText(summarize(traceOf(calls), manifest, EXTRA));
}

function plainText(summary: RunSummary, options: { width?: number; all?: boolean; env?: boolean } = {}): string {
  return summaryText(summary, { style: styleFor(false), width: 80, all: false, env: false, ...options });
}

test("says first whether the trace is complete", () => {
  expect(textOf(manifestOf())).toContain("\ncomplete: 1 system call, none lost\n");
  expect(textOf(manifestOf({ complete: false, lost: 5 }))).toMatch(
    /\nINCOMPLETE\n {2}1 system call recorded, 5 known to be lost\./,
  );
  expect(textOf(manifestOf({ complete: false, state: "recording", exit: null }))).toContain("its recorder was killed");
  expect(textOf(manifestOf(), [])).toContain("EMPTY: no system call was recorded");
  const without = { ...manifestOf().recorder, id: "none" as const };
  expect(textOf(manifestOf({ recorder: without }), [])).toContain("complete: recorded without system calls");
});

test("keeps remarks and losses in sight", () => {
  const problems = [
    { kind: "setuid", message: "sudo ran without its privileges.", losesData: false },
    { kind: "lost-events", message: "7 events were lost.", losesData: true },
  ];
  const text = textOf(manifestOf({ problems, complete: false }));
  expect(text.indexOf("7 events were lost.")).toBeLessThan(text.indexOf("sudo ran without"));
  expect(text.indexOf("sudo ran without")).toBeLessThan(text.indexOf("% time"));
});

test("shows threads below what created them, whatever a file says about parents", () => {
  const builder = traceBuilder();
  builder.threads.add({ pid: 101, tid: 101, parent: 0, role: "process", name: "child", start: 1 });
  builder.threads.add({ pid: 101, tid: 102, parent: 1, role: "thread", name: "worker", start: 2 });
  builder.threads.add({ pid: 103, tid: 103, parent: 0, role: "process", name: "last", start: 3 });
  builder.threads.add({ pid: 104, tid: 104, parent: 77, role: "process", name: "stray", start: 4 });
  addCalls(builder, [{ name: "read" }]);
  const text = plainText(summarize(builder.build(), manifestOf(), EXTRA));
  const names = text
    .split("\n")
    .flatMap((line) => /^(.*?(?:prog|child|worker|last|stray)) +(?:main|process|thread) /.exec(line)?.[1] ?? []);
  expect(names).toEqual(["prog", "├─ child", "│  └─ worker", "└─ last", "stray"]);
});

test("shows what was set for TRACE logs in two lines, and why on request", () => {
  const envSet = Object.fromEntries(TRACE_VARIABLES.map(({ name, value }) => [name, value]));
  const command = { ...manifestOf().command, envSet: { ...envSet, MINE: "a b" } };
  const summary = summarize(traceOf([{ name: "read" }]), manifestOf({ command }), EXTRA);
  expect(plainText(summary)).toMatch(
    new RegExp(
      `^${TRACE_VARIABLES.length + 1} variables set so that the program logs at TRACE level \\(--env explains them\\)\n` +
        "LOG_LEVEL=TRACE RUST_LOG=trace .*\n.*…\n$",
      "m",
    ),
  );
  const explained = plainText(summary, { env: true });
  for (const { name, why } of TRACE_VARIABLES) {
    const found = explained.indexOf(`\n${name}=`);
    expect(found, name).toBeGreaterThan(0);
    expect(explained.slice(found).replace(/\s+/g, " ")).toContain(why);
  }
  expect(explained).toContain("\nMINE='a b'\n    Asked for by traceEnv.\n");
  expect(textOf(manifestOf({ command: { ...command, envSet: {} } }))).not.toContain("TRACE level");
});

test("gives the call most of a narrow terminal", () => {
  const trace = traceOf([{ name: "openat", args: 'AT_FDCWD, "/etc/hostname"' }]);
  const text = plainText(summarize(trace, manifestOf(), EXTRA), { width: 40 });
  expect(text).toMatch(/^ *took {2}call\n.*openat\(AT_FD….*hostname"\) = 0$/m);
});

test("fits the terminal and keeps hostile text harmless", () => {
  const hostile = fc.string({
    unit: fc.constantFrom("a", "/", "\u001b", "\n", "漢", "\u202e", " ", ":", "#", "["),
    maxLength: 200,
  });
  fc.assert(
    fc.property(hostile, hostile, fc.integer({ min: 40, max: 200 }), fc.boolean(), (a, b, width, all) => {
      const builder = traceBuilder();
      builder.threads.setName(0, a);
      addCalls(builder, [
        { name: `x${a}`, args: `"${b.replace(/[^\x20-\x7e]/g, "?")}"`, errno: "ENOENT" },
        { name: "exit_group", state: 2 },
      ]);
      const manifest = manifestOf({
        name: a,
        command: { program: a, args: [b], cwd: b, envNames: [], envSet: { [`N${a}`]: b } },
        meta: { [b]: a },
        problems: [{ kind: "setuid", message: `${b}${"漢".repeat(99)}`, losesData: true }],
        artifacts: [{ path: a, bytes: 3, sha256: "0".repeat(64) }],
      });
      const text = plainText(summarize(builder.build(), manifest, EXTRA), { width, all, env: all });
      expect(text).not.toMatch(/[\u001b\u202e]/);
      for (const line of text.split("\n")) expect(displayWidth(line), line).toBeLessThanOrEqual(width);
    }),
  );
});
