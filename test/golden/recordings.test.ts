import { execFile } from "node:child_process";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Behaviour, EventShape } from "../../src/engine/golden/behaviour.ts";
import { behaviourOf, type NormaliseContext } from "../../src/engine/golden/behaviourOf.ts";
import { applyRules, rulesForTexts } from "../../src/engine/golden/normalise/applyRules.ts";
import { readTraceFile } from "../../src/node/readTraceFile.ts";
import { straceArguments } from "../../src/node/recorders/straceArguments.ts";

const run = promisify(execFile);
const REQUEST = { filter: "", seccomp: false, stacks: false, captureData: false, dumpOutput: false };

let folder = "";
let context: NormaliseContext;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "goldentrace-behaviour-")));
  context = { workspace: folder, cwd: folder, command: [], home: homedir(), user: "root" };
  const files: Record<string, string> = {
    "a.py": 'import util\nprint(open("in.txt").read())\n',
    "util.py": "x = 1\n",
    "a.js": 'require("fs").writeFileSync("o.txt", "hi");\n',
    "a.pl": "open(my $f, '<', 'in.txt'); print <$f>;\n",
    "a.sh": "cat in.txt | cat > o.txt\n",
    "in.txt": "hello\n",
    "a.c": '#include <stdio.h>\nint main(void){FILE*f=fopen("in.txt","r");char b[99];puts(fgets(b,99,f));return 0;}\n',
    "pool.c": `#include <pthread.h>
#include <stdio.h>
#include <fcntl.h>
#include <unistd.h>
static void *work(void *number) {
  char name[32]; snprintf(name, 32, "w%ld.out", (long)number);
  int fd = open(name, O_CREAT | O_WRONLY, 0644); if (write(fd, "x", 1) != 1) return number; fsync(fd); close(fd); unlink(name); return 0;
}
int main(void) {
  pthread_t t[8];
  for (long i = 0; i < 8; i++) pthread_create(&t[i], 0, work, (void *)i);
  for (int i = 0; i < 8; i++) pthread_join(t[i], 0);
  return 0;
}
`,
    "forks.c": `#include <sys/wait.h>
#include <unistd.h>
int main(void) {
  if (fork() == 0) { if (fork() == 0) _exit(3); wait(0); _exit(0); }
  wait(0);
  if (vfork() == 0) { execl("/bin/echo", "echo", "hi", (char *)0); _exit(1); }
  wait(0);
  if (fork() == 0) { execlp("sh", "sh", "-c", "exec env A=1 cat in.txt", (char *)0); _exit(1); }
  wait(0);
  return 0;
}
`,
    Makefile: ".PHONY: all\nall: b1.o b2.o b3.o\nb%.o: a.c\n\tgcc -c a.c -o $@\n",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  for (const [source, ...flags] of [
    ["a.c"],
    ["a.c", "-static", "-o", "a-static"],
    ["pool.c", "-pthread"],
    ["forks.c"],
  ]) {
    const out = flags.includes("-o") ? [] : ["-o", (source as string).replace(".c", "")];
    await run("gcc", [source as string, ...flags, ...out], { cwd: folder });
  }
  await run("git", ["init", "-q", "repository"], { cwd: folder });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function record(command: readonly string[]): Promise<Behaviour> {
  const output = join(folder, "trace.strace");
  // A shell whose input is a socket, as Node's pipes are, may take itself for a remote one and read its start-up files.
  const withoutInput = ["-c", 'exec "$@" </dev/null', "sh"];
  const recorder = ["strace", ...straceArguments({ ...REQUEST, output }), "--", ...command];
  await run("sh", [...withoutInput, ...recorder], { cwd: folder });
  return behaviourOf((await readTraceFile(output)).trace, context);
}

/** The events of each thread that count, by the thread's key. */
function observed({ threads, events, shapes }: Behaviour): Record<string, string[]> {
  return Object.fromEntries(
    threads.map(({ key, from, to }) => {
      const lines: string[] = [];
      for (let event = from; event < to; event++) {
        const shape = shapes[events.shape[event] as number] as EventShape;
        if (events.startup[event] === 1 || !shape.observable) continue;
        lines.push(`${shape.name} ${shape.object}${shape.errno === "" ? "" : ` ${shape.errno}`}`.trim());
      }
      return [key, lines];
    }),
  );
}

const READS_INPUT = ["openat <workspace>/in.txt", "read <workspace>/in.txt"];

describe("what remains is what the program itself did", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ["C", ["./a"], [...READS_INPUT, "write <stdout>"]],
    ["C, linked statically", ["./a-static"], [...READS_INPUT, "write <stdout>"]],
    ["Python", ["/usr/bin/python3", "a.py"], [...READS_INPUT, "read <workspace>/in.txt", "write <stdout>"]],
    ["Python's -c", ["/usr/bin/python3", "-c", "print(1)"], ["write <stdout>"]],
    ["Node", ["node", "a.js"], ["openat <workspace>/o.txt", "write <workspace>/o.txt"]],
    ["Perl", ["perl", "a.pl"], [...READS_INPUT, "read <workspace>/in.txt", "write <stdout>"]],
    ["bash -c", ["bash", "-c", "echo hi"], ["write <stdout>"]],
  ])("%s", async (_title, command, expected) => {
    const { main = [] } = observed(await record(command));
    expect(main.slice(1)).toEqual([...expected, "exit_group"]);
    expect(main[0]).toMatch(/^execve /);
  });
});

test.each<[string, readonly string[]]>([
  ["ls", ["ls", "."]],
  ["a Python program", ["/usr/bin/python3", "a.py"]],
  ["git status", ["git", "-C", "repository", "status"]],
  ["a shell pipeline", ["bash", "a.sh"]],
  ["a pool of threads", ["./pool"]],
  ["processes of many kinds", ["./forks"]],
])("recordings of %s are equal, thread by thread", async (_title, command) => {
  const rules = rulesForTexts(context);
  const first = await record(command);
  for (const shape of first.shapes) expect(applyRules(shape, rules)).toEqual(shape);
  for (let again = 0; again < 3; again++) {
    const other = await record(command);
    expect(other.threads.map(({ key, pool, exit }) => [key, pool, exit])).toEqual(
      first.threads.map(({ key, pool, exit }) => [key, pool, exit]),
    );
    expect(observed(other)).toEqual(observed(first));
  }
});

test("threads and processes are named by how they were made", async () => {
  expect((await record(["./forks"])).threads.map(({ key }) => key)).toEqual([
    "main",
    "main>echo",
    "main>fork",
    "main>fork>fork",
    "main>sh",
  ]);
  const pool = (await record(["./pool"])).threads;
  expect(pool.map(({ pool: name }) => name)).toEqual(["", ...new Array(8).fill("main>thread")]);
  expect(new Set(pool.map(({ key }) => key)).size).toBe(9);
});

test("children of make have the same keys and do the same, in whatever order they ran", async () => {
  const make = async (): Promise<Record<string, string[]>> => {
    for (const name of ["b1.o", "b2.o", "b3.o"]) await rm(join(folder, name), { force: true });
    const { main, ...children } = observed(await record(["make", "-j2"]));
    expect(main?.filter((line) => line.startsWith("clone"))).toHaveLength(3);
    return children;
  };
  const first = await make();
  expect(Object.keys(first)).toContain("main>gcc#3>cc1");
  for (let again = 0; again < 3; again++) expect(await make()).toEqual(first);
});
