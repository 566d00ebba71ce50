import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRun } from "../../src/node/runFolder/openRun.ts";
import { Bench, runBare } from "./support.ts";

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.make();
});
afterAll(() => bench.remove());

interface Case {
  readonly title: string;
  command(): readonly string[];
  readonly input?: string;
}

const PIPES = `
trap 'echo bye >&2' EXIT
printf 'c\\nb\\na\\n' | sort | while read -r line; do echo "line $line"; done
false || echo "failed as it should" >&2
diff <(echo 1) <(echo 2)
exit 9
`;
const TRAPS = `
trap 'echo got USR1' USR1
trap 'echo got TERM; exit 12' TERM
kill -USR1 $$
(sleep 0.05; kill -TERM $$) &
while :; do read -r -t 1 _ < /dev/zero; done
`;

const CASES: readonly Case[] = [
  { title: "ls", command: () => ["ls", "-la", "--time-style=+", "/usr/bin"] },
  { title: "ls of nothing", command: () => ["ls", "/no such file"] },
  {
    title: "python3",
    command: () => [
      "python3",
      "-c",
      "import sys,os,threading\nprint(sys.stdin.read())\nt=threading.Thread(target=lambda: print('thread'));t.start();t.join()\nsys.stderr.write('err\\n')\nprint(os.isatty(1), os.fstat(1).st_mode)\nsys.exit(5)",
    ],
    input: "typed in\n",
  },
  {
    title: "git",
    command: () => ["git", "--no-pager", "-C", join(import.meta.dirname, "../.."), "log", "-20", "--stat"],
  },
  { title: "make", command: () => ["make", "-C", bench.folder, "-f", "Makefile", "-j2", "all"] },
  { title: "bash with pipes", command: () => ["bash", "-c", PIPES] },
  { title: "bash with traps", command: () => ["bash", "-c", TRAPS] },
  { title: "a pipe as standard input", command: () => ["cat"], input: "one\ntwo\0three" },
  {
    title: "what a program sees of its streams",
    command: () => ["bash", "-c", "stat -Lc %F /dev/stdin /dev/stdout /dev/stderr; ulimit -a"],
  },
  {
    title: "a script without a first line for the kernel",
    command: () => [join(bench.folder, "plain-script"), "x y", "z"],
  },
  { title: "a program that crashes", command: () => [bench.compile("crash.c"), "segv"] },
  { title: "a program that aborts", command: () => [bench.compile("crash.c"), "abort"] },
  { title: "a program that kills itself", command: () => ["bash", "-c", "echo before; kill -KILL $$"] },
  {
    title: "a program that closes its output",
    command: () => ["bash", "-c", "echo first; exec >&- 2>&-; echo lost; exit 3"],
  },
  {
    title: "bytes of every value",
    command: () => ["python3", "-c", "import os\nos.write(1, bytes(range(256))*300)\nos.write(2, b'\\xff\\xfe\\0')"],
  },
];

describe("a recorded program", () => {
  beforeAll(() => {
    writeFileSync(
      join(bench.folder, "Makefile"),
      "all: one two\none:\n\t@echo making one; sleep 0.01\ntwo: one\n\t@echo making two >&2\n\t@false\n",
    );
    writeFileSync(join(bench.folder, "plain-script"), 'echo "args $# $1"\nexit 4\n', { mode: 0o755 });
  });

  for (const recorder of ["strace", "none"] as const) {
    it.each(CASES)(`prints and ends as without a recorder: $title (${recorder})`, async ({ command, input }) => {
      const rest = input === undefined ? {} : { input };
      const words = command();
      const bare = await runBare(words.at(0)?.endsWith("plain-script") ? ["/bin/sh", ...words] : words, {
        cwd: bench.folder,
        ...rest,
      });
      const recorded = await bench.record(words, { ...rest, options: { recorder } });
      const { outcome } = recorded;
      if (outcome.kind === "refused") throw new Error(outcome.message);
      expect(recorded.stdout.toString("latin1")).toBe(bare.stdout.toString("latin1"));
      expect(recorded.stderr.toString("latin1")).toBe(bare.stderr.toString("latin1"));
      expect({ code: outcome.end.exitCode, signal: outcome.end.signal }).toEqual({
        code: bare.code,
        signal: bare.signal,
      });
      expect(outcome.manifest.problems.filter((problem) => problem.losesData)).toEqual([]);
      const { manifest, trace } = await openRun(outcome.end.runFolder);
      expect(manifest).toEqual(outcome.manifest);
      expect(trace.problems).toEqual([]);
      expect(manifest.counts.stdoutBytes).toBe(bare.stdout.length);
      if (recorder === "strace") {
        expect(trace.syscalls.length).toBe(manifest.counts.syscalls);
        expect(trace.threads[0]?.exit).toBeDefined();
      }
    });
  }
});

describe("descriptors above the standard streams", () => {
  const LIST =
    "ls -l /proc/self/fd | sed -n 's/.* \\([0-9]*\\) -> \\(.*\\)/\\1 \\2/p' | grep -v '^[0-2] \\|/proc/' | sort -n";

  it.each(["strace", "none"] as const)("reach the program (%s)", async (recorder) => {
    const file = join(bench.folder, "handed on");
    writeFileSync(file, "");
    const words = ["sh", "-c", `${LIST}; exit 0`];
    // With and without a shell between: the last command of a shell takes its place.
    for (const prefix of [
      ["bash", "-c", 'exec 3<"$0" 9>>"$0"; "$@"', file],
      ["bash", "-c", 'exec 3<"$0" 9>>"$0"; "$@"; exit $?', file],
    ]) {
      const bare = await runBare([...prefix, ...words], { cwd: bench.folder });
      expect(bare.stdout.toString()).toContain(`3 ${file}\n`);
      const recorded = await bench.record(words, { prefix, options: { recorder } });
      const seen = recorded.stdout.toString().split("\n");
      for (const line of [`3 ${file}`, `9 ${file}`]) expect(seen).toContain(line);
      expect(seen.filter((line) => line.includes("pipe:") || line.includes("anon_inode"))).toEqual(
        bare.stdout
          .toString()
          .split("\n")
          .filter((line) => line.includes("pipe:") || line.includes("anon_inode")),
      );
    }
  });

  it("let a make take part in the jobs of the make that started us", async () => {
    const makefile = join(bench.folder, "jobs.mk");
    const lines = ["all: ; +@$(RECORD)", "sub: one two", "one two: ; @echo $@; sleep 0.05", ""];
    writeFileSync(makefile, lines.join("\n"));
    const prefix = [
      "sh",
      "-c",
      'm=$1; shift; for w in "$@"; do r="$r \'$w\'"; done; exec make -f "$m" -j3 RECORD="$r" all',
      "sh",
      makefile,
    ];
    const recorded = await bench.record(["make", "--no-print-directory", "-f", makefile, "sub"], { prefix });
    expect(recorded.stderr.toString()).not.toContain("jobserver");
    expect(recorded.stdout.toString().split("\n").sort()).toEqual(["", "one", "two"]);
  });
});

/** Calls by name as `strace -f -c` counts them. */
async function straceCounts(command: readonly string[]): Promise<Record<string, number>> {
  const file = join(bench.folder, "counts");
  await runBare(["strace", "-f", "-c", "-U", "calls,name", "-o", file, "--", ...command], { cwd: bench.folder });
  const counts: Record<string, number> = {};
  for (const [, calls, name] of readFileSync(file, "utf8").matchAll(/^\s*(\d+)\s+(\w+)$/gm)) {
    if (name !== undefined && name !== "total") counts[name] = Number(calls);
  }
  return counts;
}

describe("counts of system calls", () => {
  it.each([
    { title: "ls", command: () => ["ls", "-l", "/usr/lib"] },
    { title: "a C program with files, a thread and a child", command: () => [bench.compile("busy.c"), "200"] },
    { title: "a shell with children", command: () => ["dash", "-c", "for i in 1 2 3 4 5; do /bin/true; done"] },
  ])("equal those of strace -f -c: $title", async ({ command }) => {
    const words = command();
    const expected = await straceCounts(words);
    const { outcome } = await bench.record(words);
    if (outcome.kind === "refused") throw new Error(outcome.message);
    const { trace } = await openRun(outcome.end.runFolder);
    const counts: Record<string, number> = {};
    for (const id of trace.syscalls.name) {
      const name = trace.syscalls.names[id] ?? "";
      counts[name] = (counts[name] ?? 0) + 1;
    }
    // `strace -c` counts calls that returned; these do not.
    for (const name of ["exit", "exit_group"]) delete counts[name];
    for (const name of ["exit", "exit_group"]) delete expected[name];
    expect(counts).toEqual(expected);
  });
});
