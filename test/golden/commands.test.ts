import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { type CheckDocument, checkDocumentSchema } from "../../src/protocol/checkDocument.ts";
import { type Comparison, comparisonSchema } from "../../src/protocol/comparison.ts";
import { BuiltCli, type Outcome, type ProcessOptions } from "../cli/cli.ts";

/** Real programs, recorded by a real tracer through the built command line. */

const SAVE = `#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static void save(const char *path) {
  int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);
  if (write(fd, "hello\\n", 6) != 6) return;
  fsync(fd);
  close(fd);
}

int main(void) {
  save("model.bin");
  puts("done");
  return 0;
}
`;

const CONFIG = `[targets.save]
program = "./save"
stacks = true

[targets.cat]
program = "cat"
args = ["in.txt"]

[golden]
samples = 2
`;

let cli: BuiltCli;
/** A workspace in which \`save\` and \`cat\` were accepted; copied for each test. */
let accepted = "";

beforeAll(async () => {
  cli = new BuiltCli();
  accepted = cli.workspace();
  execFileSync("git", ["init", "-q", accepted]);
  writeFileSync(join(accepted, "goldentrace.toml"), CONFIG);
  writeFileSync(join(accepted, "in.txt"), "one\ntwo\n");
  build(accepted, SAVE);
  for (const target of ["save", "cat"]) {
    const outcome = await gold(accepted, ["accept", target]);
    expect(outcome.code, outcome.stderr).toBe(0);
  }
}, 120_000);

afterAll(() => cli.dispose());

/** CI systems set CI, which is under test. */
function gold(cwd: string, args: readonly string[], options: ProcessOptions = {}): Promise<Outcome> {
  return cli.run(cwd, args, { ...options, env: { CI: "", GITHUB_STEP_SUMMARY: "", ...options.env } });
}

function build(folder: string, source: string): void {
  writeFileSync(join(folder, "save.c"), source);
  execFileSync("cc", ["-g", "-O0", "-o", join(folder, "save"), join(folder, "save.c")]);
}

function copy(): string {
  const folder = cli.workspace();
  cpSync(accepted, folder, { recursive: true });
  return folder;
}

function golden(folder: string, name = "save"): string {
  return join(folder, "golden_traces", `${name}.json`);
}

/** `check --json`, held against the schema. */
async function check(
  folder: string,
  args: readonly string[] = [],
): Promise<{ code: number | null; document: CheckDocument }> {
  const { code, stdout, stderr } = await gold(folder, ["check", "--json", ...args]);
  const parsed = z.safeParse(checkDocumentSchema, JSON.parse(Buffer.from(stdout, "latin1").toString() || "null"));
  expect(parsed.error, stderr).toBeUndefined();
  return { code, document: parsed.data as CheckDocument };
}

async function checkOne(
  folder: string,
  target: string,
): Promise<{ code: number | null; entry: CheckDocument["entries"][number] }> {
  const { code, document } = await check(folder, [target]);
  const [entry] = document.entries;
  if (entry === undefined) throw new Error("The document has no entry");
  return { code, entry };
}

async function diff(folder: string, args: readonly string[]): Promise<{ code: number | null; comparison: Comparison }> {
  const { code, stdout, stderr } = await gold(folder, ["diff", "--json", ...args]);
  const parsed = z.safeParse(comparisonSchema, JSON.parse(Buffer.from(stdout, "latin1").toString() || "null"));
  expect(parsed.error, stderr).toBeUndefined();
  return { code, comparison: parsed.data as Comparison };
}

describe("a golden holds", () => {
  test("for the same programs, in another folder", async () => {
    const { code, document } = await check(copy());
    expect(document.entries.map(({ target, outcome, reason }) => ({ target, outcome, reason }))).toEqual([
      { target: "save", outcome: "holds", reason: null },
      { target: "cat", outcome: "holds", reason: null },
    ]);
    expect(document.entries.map(({ confidence }) => confidence)).toEqual([1, 1]);
    expect(code).toBe(0);
  });

  test("and is the same bytes when it is accepted again, with nothing of this machine or time in it", async () => {
    const folder = copy();
    // Debug information names the folder that a program was built in.
    build(folder, SAVE);
    const before = readFileSync(golden(folder), "utf8");
    expect((await gold(folder, ["accept", "save"])).code).toBe(0);
    expect(readFileSync(golden(folder), "utf8")).toBe(before);
    expect(before).not.toContain(folder);
    expect(before).not.toMatch(/20\d\d-\d\d-\d\dT/);
  });

  test("and keeps its bytes when only calls that are not compared differ", async () => {
    const folder = copy();
    const source = (before: string): string => `${before}#include <fcntl.h>
#include <sched.h>
#include <unistd.h>
int main(void) {
  char turns = 0;
  if (read(open("turns.txt", O_RDONLY), &turns, 1) != 1) return 1;
  while (turns-- > '0') sched_yield();
  return 0;
}
`;
    const acceptWith = async (turns: number, config: string, before = ""): Promise<{ text: string; said: string }> => {
      writeFileSync(join(folder, "turns.txt"), `${turns}`);
      writeFileSync(join(folder, "turns.c"), source(before));
      execFileSync("cc", ["-g", "-o", join(folder, "turns"), join(folder, "turns.c")]);
      writeFileSync(join(folder, "goldentrace.toml"), `[targets.turns]\nprogram = "./turns"\nstacks = true\n${config}`);
      const { code, stdout, stderr } = await gold(folder, ["accept", "turns", "--samples", "2"]);
      expect(code, stderr).toBe(0);
      return { text: readFileSync(golden(folder, "turns"), "utf8"), said: stdout + stderr };
    };
    const first = await acceptWith(3, "");
    expect(first.text.match(/"sched_yield"/g)).toHaveLength(3);
    expect(first.said).not.toContain("unchanged");
    const again = await acceptWith(5, "");
    expect(again.text).toBe(first.text);
    expect(again.said).toContain("turns.json (unchanged)");
    // Here they are compared.
    const strict = await acceptWith(5, '[targets.turns.golden]\nmode = "strict"\n');
    expect(strict.text.match(/"sched_yield"/g)).toHaveLength(5);
    // The same calls at other lines.
    const moved = await acceptWith(4, "", "\n\n");
    expect(moved.text.match(/"sched_yield"/g)).toHaveLength(4);
  }, 60_000);

  test("with a summary, performance and a table of all goldens beside it", () => {
    const names = readdirSync(join(accepted, "golden_traces")).sort();
    expect(names).toEqual([
      "ANALYSIS.md",
      ...["cat.json", "cat_performance.json", "cat_summary.txt"],
      ...["save.json", "save_performance.json", "save_summary.txt"],
    ]);
    const analysis = readFileSync(join(accepted, "golden_traces", "ANALYSIS.md"), "utf8");
    expect(analysis).toContain("`cat in.txt`");
    expect(analysis).toContain("`./save`");
  });

  test("for a run of `run`, which stores the comparison and tells the verdict", async () => {
    const folder = copy();
    const outcome = await gold(folder, ["run", "--verbose", "save"]);
    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toBe("done\n");
    expect(outcome.stderr).toContain("Equivalent to the golden save");
    const comparison = JSON.parse(readFileSync(join(newestRun(folder, "save"), "comparison.json"), "utf8"));
    expect(z.safeParse(comparisonSchema, comparison).success).toBe(true);
    expect(comparison.verdict).toBe("equivalent");
  });
});

function newestRun(folder: string, name: string): string {
  const runs = join(folder, ".goldentrace", "runs");
  const [newest] = readdirSync(runs)
    .filter((id) => id.startsWith(`${name}_`))
    .sort()
    .reverse();
  return join(runs, newest ?? "");
}

describe("a change is found on its line", () => {
  test("in a source that was edited above", async () => {
    const folder = copy();
    const edited = SAVE.replace("static void", "// one\n// two\nstatic void")
      .replace("  fsync(fd);\n", "")
      .replace('puts("done");', 'puts("done");\n  open("extra.cfg", O_RDONLY);');
    build(folder, edited);
    const { code, entry } = await checkOne(folder, "save");
    expect(code).toBe(1);
    expect(entry.verdict).toBe("diverged");
    const lineOf = (text: string, source: string) => source.split("\n").findIndex((line) => line.includes(text)) + 1;
    expect(entry.divergences.map(({ kind, name, site, goldenSite }) => ({ kind, name, site, goldenSite }))).toEqual([
      {
        kind: "removed",
        name: "fsync",
        site: null,
        goldenSite: { file: "save.c", line: lineOf("fsync", SAVE), function: "save" },
      },
      {
        kind: "added",
        name: "openat",
        site: { file: "save.c", line: lineOf("extra.cfg", edited), function: "main" },
        goldenSite: null,
      },
    ]);
    // Lines that moved are the same lines.
    expect(entry.notes).toEqual([]);
    expect(entry.sites.map(({ line }) => line)).toEqual([lineOf("extra.cfg", edited)]);
  });

  test("and can be taken over alone", async () => {
    const folder = copy();
    build(
      folder,
      SAVE.replace("  fsync(fd);\n", "").replace('puts("done");', 'puts("done");\n  open("extra", O_RDONLY);'),
    );
    const { entry } = await checkOne(folder, "save");
    const removed = entry.divergences.find(({ kind }) => kind === "removed")?.id ?? "";
    expect((await gold(folder, ["accept", entry.runId ?? "", "--only", removed])).code).toBe(0);
    const after = await checkOne(folder, "save");
    expect(after.entry.divergences.map(({ kind }) => kind)).toEqual(["added"]);
    const unknown = await gold(folder, ["accept", entry.runId ?? "", "--only", "no-such-id"]);
    expect(unknown.code).not.toBe(0);
    expect(unknown.stderr).toContain('no difference "no-such-id"');
  });

  test("and becomes the golden with --update, which shows it first", async () => {
    const folder = copy();
    build(folder, SAVE.replace("  fsync(fd);\n", ""));
    const outcome = await gold(folder, ["check", "save", "--update"], { env: { CI: "true" } });
    expect(outcome.stdout).toContain("no longer calls fsync");
    expect(outcome.code).toBe(0);
    expect((await checkOne(folder, "save")).code).toBe(0);
  });
});

test("--update renews what it can when one of the targets cannot be recorded", async () => {
  const folder = copy();
  appendFileSync(join(folder, "goldentrace.toml"), '[targets.first]\nprogram = "./gone"\n');
  build(folder, SAVE.replace("  fsync(fd);\n", ""));
  const before = readFileSync(golden(folder), "utf8");
  const outcome = await gold(folder, ["check", "first", "save", "--update"]);
  expect(outcome).toMatchObject({ code: 3, stderr: expect.stringContaining("No such program: ./gone") });
  expect(readFileSync(golden(folder), "utf8")).not.toBe(before);
  expect((await checkOne(folder, "save")).entry.outcome).toBe("holds");
});

test.each([
  ["missing", "none/report.xml", "its folder does not exist", "mkdir -p"],
  ["a folder", "golden_traces", "a folder of that name", "Name a file"],
  ["in a file", "in.txt/report.xml", "a part of the path is a file", "Name a file"],
])(
  "a reporter's file that cannot be written (%s) is refused before anything is recorded",
  async (_what, file, reason, wayOut) => {
    const folder = copy();
    rmSync(join(folder, ".goldentrace"), { recursive: true, force: true });
    const outcome = await gold(folder, ["check", "cat", "--reporter", `junit=${file}`]);
    expect(outcome.stderr).toContain(`${file} cannot be written: ${reason}`);
    expect(outcome.stderr).toContain(wayOut);
    expect(outcome.code).toBe(2);
    expect(existsSync(join(folder, ".goldentrace"))).toBe(false);
  },
);

test("a budget for a target that does not exist is told, with the one that may be meant", async () => {
  const folder = copy();
  const budget = '[[assertions]]\nname = "few"\ncheck = "syscall_count"\nmax_count = 100000\napplies_to = ["cta"]\n';
  writeFileSync(join(folder, "renacer.toml"), budget);
  const { code, stderr } = await gold(folder, ["check", "cat"]);
  expect(stderr).toContain('renacer.toml:5:15: no target of goldentrace.toml is called "cta": did you mean cat?');
  expect(code).toBe(0);
});

test.each(["./gone", "./in.txt", "./golden_traces", "not-on-the-path"])(
  "accept and check end with 3 for %s, which cannot be started",
  async (program) => {
    const folder = copy();
    appendFileSync(join(folder, "goldentrace.toml"), `[targets.x]\nprogram = "${program}"\n`);
    cpSync(golden(folder, "cat"), golden(folder, "x"));
    expect((await gold(folder, ["accept", "x"])).code).toBe(3);
    expect((await gold(folder, ["check", "x"])).code).toBe(3);
  },
);

describe("a figure that seems worse", () => {
  /** Maps 8 MB where it finds a 1 in its file, and leaves a 0 there: the same behaviour, and the cost of the first time only. */
  const ONCE = `#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
int main(void) {
  char c = 0;
  int fd = open("state", O_RDWR);
  if (read(fd, &c, 1) != 1) return 1;
  if (c == '1') mmap(0, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pwrite(fd, "0", 1, 0) != 1) return 1;
  return 0;
}
`;

  /** A workspace in which `once` is that program, accepted with little memory. */
  async function workspace(): Promise<string> {
    const folder = cli.workspace();
    writeFileSync(join(folder, "goldentrace.toml"), '[targets.once]\nprogram = "./save"\n\n[golden]\nsamples = 2\n');
    build(folder, ONCE);
    writeFileSync(join(folder, "state"), "0");
    expect((await gold(folder, ["accept", "once"])).code).toBe(0);
    return folder;
  }

  const runsOf = (folder: string) =>
    readdirSync(join(folder, ".goldentrace", "runs")).filter((id) => id.startsWith("once_"));

  const mapped = ({ performance }: CheckDocument["entries"][number]) =>
    performance.find(({ metric }) => metric === "mappedBytes");

  test("once is recorded again, and not told", async () => {
    const folder = await workspace();
    const before = runsOf(folder).length;
    writeFileSync(join(folder, "state"), "1");
    const { code, entry } = await checkOne(folder, "once");
    expect(mapped(entry)).toMatchObject({ verdict: "same", actualSamples: 2, goldenSamples: 2 });
    expect(entry).toMatchObject({ outcome: "holds", verdict: "equivalent" });
    expect(runsOf(folder).length - before).toBe(2);
    expect(code).toBe(0);
  });

  test("each time is told after two more recordings, and fails the check where that is asked for", async () => {
    const folder = await workspace();
    const before = runsOf(folder).length;
    const path = join(folder, "golden_traces", "once_performance.json");
    const cheaper = readFileSync(path, "utf8").replace(/"mappedBytes":\d+/g, '"mappedBytes":1');
    writeFileSync(path, cheaper);
    build(folder, ONCE.replace("c == '1'", "c >= '0'"));
    const told = await checkOne(folder, "once");
    expect(mapped(told.entry)).toMatchObject({ verdict: "regressed", actualSamples: 3 });
    expect(runsOf(folder).length - before).toBe(3);
    expect(told).toMatchObject({ code: 0, entry: { outcome: "holds" } });
    appendFileSync(join(folder, "goldentrace.toml"), 'performance = "fail"\n');
    expect(await checkOne(folder, "once")).toMatchObject({ code: 1, entry: { outcome: "over-budget" } });
  });
});

test("--jobs 2 records targets of two directories beside each other, and tells them in their order", async () => {
  const folder = cli.workspace();
  for (const name of ["first", "second"]) mkdirSync(join(folder, name));
  // Each waits for the other one to open its end.
  execFileSync("mkfifo", [join(folder, "meeting")]);
  const budget = (name: string) =>
    `[[assertion]]\nname = "${name}"\ntype = "span_count"\nmax_spans = 100000\napplies_to = ["${name}"]\n`;
  writeFileSync(
    join(folder, "goldentrace.toml"),
    `[golden]
timeout = 30

[targets.first]
program = "sh"
args = ["-c", "read line < ../meeting; sleep 0.3; echo $line"]
cwd = "first"

[targets.second]
program = "sh"
args = ["-c", "echo met > ../meeting"]
cwd = "second"

${budget("first")}
${budget("second")}`,
  );
  const { code, document } = await check(folder, ["--jobs", "2"]);
  expect(document.entries.map(({ target, outcome, budgets }) => [target, outcome, budgets.length])).toEqual([
    ["first", "holds", 1],
    ["second", "holds", 1],
  ]);
  expect(code).toBe(0);
});

describe("no golden is written", () => {
  test.each(["true", "1", "yes"])("where CI is %s", async (CI) => {
    const folder = copy();
    rmSync(golden(folder));
    const outcome = await gold(folder, ["accept", "save"], { env: { CI } });
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain("--update");
    expect(existsSync(golden(folder))).toBe(false);
  });

  test("to a folder that cannot be written to, and nothing is recorded in vain", async () => {
    const folder = copy();
    appendFileSync(join(folder, "goldentrace.toml"), 'dir = "/proc/goldens"\n');
    const outcome = await gold(folder, ["accept", "save"]);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain("/proc/goldens cannot be written to");
  });

  test.skipIf(process.getuid?.() !== 0)(
    "when the disk is full, and the old one stays as it is (a small tmpfs; needs root)",
    async () => {
      const folder = copy();
      const dir = join(folder, "golden_traces");
      const before = readFileSync(golden(folder, "cat"), "utf8");
      rmSync(dir, { recursive: true });
      mkdirSync(dir);
      expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", dir]).status).toBe(0);
      try {
        writeFileSync(join(dir, "save.json"), before.slice(0, 100));
        const outcome = await gold(folder, ["accept", "save"]);
        expect(outcome.code).toBe(1);
        expect(outcome.stderr).toContain("the disk is full");
        expect(readdirSync(dir)).toEqual(["save.json"]);
        expect(readFileSync(golden(folder), "utf8")).toBe(before.slice(0, 100));
      } finally {
        execFileSync("umount", [dir]);
      }
    },
  );

  test("for a program that does something else each time", async () => {
    const folder = cli.workspace();
    const script = 'for i in 1 2 3 4 5 6 7 8; do : > "$(od -An -N4 -tu4 /dev/urandom | tr -d " ")z$i.out"; done';
    writeFileSync(join(folder, "goldentrace.toml"), `[targets.dice]\nprogram = "sh"\nargs = ["-c", '''${script}''']\n`);
    const outcome = await gold(folder, ["accept", "dice"]);
    expect(outcome.stderr).toContain("does something new in each recording");
    expect(outcome.code).toBe(1);
    expect(existsSync(join(folder, "golden_traces", "dice.json"))).toBe(false);
  });

  test("under a name that makes no file name, or one that another target's has", async () => {
    const folder = copy();
    expect((await gold(folder, ["accept", "save", "--name", "../.."])).code).toBe(2);
    appendFileSync(join(folder, "goldentrace.toml"), '\n[targets.SAVE]\nprogram = "true"\n');
    const outcome = await gold(folder, ["check"]);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain('"save" and "SAVE" have one golden file');
    expect(await gold(folder, ["accept", "SAVE"])).toMatchObject({ code: 2 });
    expect(existsSync(golden(folder, "SAVE"))).toBe(false);
  });

  test("and a target that can have none does not keep others from being checked", async () => {
    const folder = copy();
    appendFileSync(join(folder, "goldentrace.toml"), '\n[targets.disk_performance]\nprogram = "true"\n');
    const { code, document } = await check(folder, ["cat"]);
    expect({ code, unchecked: document.unchecked }).toEqual({ code: 0, unchecked: [] });
    expect((await check(folder)).document.unchecked).toEqual(["disk_performance"]);
    expect((await gold(folder, ["check", "disk_performance"])).stderr).toContain("Rename the target");
  });
});

describe("what cannot be compared never holds", () => {
  test.each<[string, (folder: string) => void, string]>([
    ["a golden that was cut off", (folder) => truncateSync(golden(folder, "cat"), 1500), "cut off"],
    [
      "a golden of a newer version",
      (folder) => replaceIn(golden(folder, "cat"), /"schemaVersion": 1/, '"schemaVersion": 99'),
      "newer",
    ],
    [
      "a golden that is the program's output",
      (folder) => writeFileSync(golden(folder, "cat"), "one\ntwo\n"),
      "program output",
    ],
    ["an empty golden", (folder) => writeFileSync(golden(folder, "cat"), ""), "is empty"],
    [
      "a golden of another architecture",
      (folder) => replaceIn(golden(folder, "cat"), /"arch": "\w+"/, '"arch": "sparc"'),
      "sparc",
    ],
    [
      "a program that is not there",
      (folder) => replaceIn(join(folder, "goldentrace.toml"), /"cat"/, '"no-such-program"'),
      "no-such-program",
    ],
    [
      "a program that never ends",
      (folder) => {
        replaceIn(
          join(folder, "goldentrace.toml"),
          /program = "cat"\nargs = \["in.txt"\]/,
          'program = "sleep"\nargs = ["1000"]',
        );
        appendFileSync(join(folder, "goldentrace.toml"), "timeout = 1\n");
      },
      "time limit",
    ],
  ])("%s", async (_name, spoil, reason) => {
    const folder = copy();
    spoil(folder);
    const { code, entry } = await checkOne(folder, "cat");
    expect(entry.reason).toContain(reason);
    expect(entry).toMatchObject({ verdict: "incomparable", outcome: "incomparable", confidence: 0 });
    expect(code).toBe(3);
  });

  test("a run that is incomplete", async () => {
    const folder = copy();
    await gold(folder, ["run", "save"]);
    replaceIn(join(newestRun(folder, "save"), "run.json"), /"complete": true/, '"complete": false');
    const { code, comparison } = await diff(folder, ["save", "latest"]);
    expect(comparison.verdict).toBe("incomparable");
    expect(comparison.reason).toContain("incomplete");
    expect(code).toBe(3);
    const refused = await gold(folder, ["accept", "latest", "--name", "other"]);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain("incomplete");
  });

  test("a target without a golden, a folder with nothing to check", async () => {
    const folder = copy();
    rmSync(golden(folder, "cat"));
    const { code, entry } = await checkOne(folder, "cat");
    expect(entry.reason).toContain("no golden");
    expect(code).toBe(3);
    const { document } = await check(folder);
    expect(document.unchecked).toEqual(["cat"]);
    rmSync(join(folder, "golden_traces"), { recursive: true });
    expect((await gold(folder, ["check"])).code).toBe(3);
  });

  test("a word that is neither a target nor a run", async () => {
    const folder = copy();
    const outcome = await gold(folder, ["accept", "sav"]);
    expect(outcome).toMatchObject({ code: 3, stderr: expect.stringContaining("Did you mean: save") });
    expect((await gold(folder, ["accept", "zebra"])).stderr).toContain("Targets in goldentrace.toml: save, cat");
  });

  test("a golden without a target is told of", async () => {
    const folder = copy();
    cpSync(golden(folder, "cat"), golden(folder, "old"));
    const outcome = await gold(folder, ["check"]);
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toContain("without a target");
    expect(outcome.stderr).toContain("old");
  });
});

describe("budgets", () => {
  const budget = (max: number) => `
[[assertion]]
name = "few calls"
type = "span_count"
max_spans = ${max}
applies_to = ["cat"]
`;

  test.each<[string, boolean, number, string, number]>([
    ["kept, with a golden", true, 1000, "holds", 0],
    ["exceeded, with a golden that holds", true, 3, "over-budget", 1],
    ["kept, without a golden", false, 1000, "holds", 0],
    ["exceeded, without a golden", false, 3, "over-budget", 1],
  ])("%s", async (_name, withGolden, max, outcome, exitCode) => {
    const folder = copy();
    appendFileSync(join(folder, "goldentrace.toml"), budget(max));
    if (!withGolden) rmSync(join(folder, "golden_traces"), { recursive: true });
    // Without a target: those that have a golden or budgets.
    const { code, document } = await check(folder, withGolden ? ["cat"] : []);
    const [entry, ...others] = document.entries;
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ target: "cat", outcome, verdict: withGolden ? "equivalent" : "incomparable" });
    expect(entry?.budgets).toMatchObject([{ name: "few calls", passed: exitCode === 0, limit: max }]);
    if (!withGolden) expect(entry?.reason).toContain("There is no golden");
    expect(code).toBe(exitCode);
  });

  test("with a mistake are an error of the configuration", async () => {
    const folder = copy();
    appendFileSync(join(folder, "goldentrace.toml"), budget(3).replace("max_spans", "max_span"));
    const outcome = await gold(folder, ["check"]);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain("max_spans");
  });
});

function replaceIn(file: string, what: RegExp, by: string): void {
  const text = readFileSync(file, "utf8");
  expect(text).toMatch(what);
  writeFileSync(file, text.replace(what, by));
}

test("Ctrl-C ends a check and what it records", async () => {
  const folder = cli.workspace();
  const config = '[targets.slow]\nprogram = "sh"\nargs = ["-c", "echo $$ > pid; exec sleep 1000"]\n';
  writeFileSync(join(folder, "goldentrace.toml"), config);
  mkdirSync(join(folder, "golden_traces"));
  cpSync(golden(accepted), golden(folder, "slow"));
  const command = spawn(process.execPath, [cli.path, "check"], { cwd: folder, stdio: "ignore" });
  try {
    const pid = () => (existsSync(join(folder, "pid")) ? readFileSync(join(folder, "pid"), "utf8").trim() : "");
    await expect.poll(pid, { timeout: 30_000 }).toMatch(/^\d+$/);
    command.kill("SIGINT");
    const [code] = await once(command, "exit");
    expect(code).toBe(130);
    expect(existsSync(`/proc/${pid()}`)).toBe(false);
  } finally {
    command.kill("SIGKILL");
  }
}, 60_000);

describe("diff", () => {
  test("compares two runs, a run with a file of renacer, and files of strace", async () => {
    const folder = copy();
    await gold(folder, ["run", "cat"]);
    const first = newestRun(folder, "cat");
    writeFileSync(join(folder, "in.txt"), "another\n".repeat(40_000));
    await gold(folder, ["run", "cat"]);
    const two = await diff(folder, [first, "latest"]);
    expect(two.code).toBe(1);
    expect(two.comparison.divergences.some(({ name }) => name === "read")).toBe(true);
    expect((await diff(folder, [first, first])).comparison).toMatchObject({ verdict: "equivalent", confidence: 1 });

    await gold(folder, ["export", first, "--format", "renacer-json", "-o", "cat.renacer.json"]);
    const foreign = await diff(folder, ["cat.renacer.json", first]);
    expect(foreign.comparison).toMatchObject({ verdict: "equivalent" });
    expect(foreign.code).toBe(0);
    writeFileSync(join(folder, "noisy.json"), `hello\n${readFileSync(join(folder, "cat.renacer.json"), "utf8")}`);
    expect((await diff(folder, ["noisy.json", first])).code).toBe(0);

    for (const name of ["a", "b"]) {
      execFileSync("strace", ["-f", "-y", "-ttt", "-T", "-o", `${name}.strace`, "cat", "goldentrace.toml"], {
        cwd: folder,
      });
    }
    expect(await diff(folder, ["a.strace", "b.strace"])).toMatchObject({
      code: 0,
      comparison: { verdict: "equivalent" },
    });
  });

  test("compares tables of strace -c by their counts, on either side", async () => {
    const folder = copy();
    const record = (file: string, option: string, ...command: string[]): void => {
      execFileSync("strace", ["-f", option, "-o", file, ...command], { cwd: folder });
    };
    record("counts.txt", "-c", "cat", "in.txt");
    record("same.txt", "-c", "cat", "in.txt");
    record("run.strace", "-tt", "cat", "in.txt");
    record("more.strace", "-tt", "cat", "in.txt", "goldentrace.toml");
    for (const sides of [
      ["counts.txt", "same.txt"],
      ["counts.txt", "run.strace"],
      ["run.strace", "counts.txt"],
    ]) {
      const { code, comparison } = await diff(folder, sides);
      expect({ sides, code, mode: comparison.mode, divergences: comparison.divergences }).toEqual({
        sides,
        code: 0,
        mode: "counts",
        divergences: [],
      });
    }
    const more = await diff(folder, ["counts.txt", "more.strace"]);
    expect(more.code).toBe(1);
    expect(more.comparison.divergences.map(({ name }) => name)).toContain("openat");
  });

  test("explains the rules, and how often each changed something", async () => {
    const folder = copy();
    const listed = await gold(folder, ["diff", "--explain"]);
    expect(listed.stdout).toContain("stream-chunks");
    expect(listed.code).toBe(0);
    await gold(folder, ["run", "save"]);
    const counted = await gold(folder, ["diff", "save", "latest", "--explain"]);
    expect(counted.stdout).toMatch(/descriptors .*changed 0 \+ [1-9]/);
  });
});

test("reporters write what was asked for, and the summary of a job", async () => {
  const folder = copy();
  build(folder, SAVE.replace("  fsync(fd);\n", ""));
  const outcome = await gold(
    folder,
    ["check", "save", "-r", "github", "-r", "junit=out.xml", "-r", "sarif=out.sarif", "-r", "markdown=out.md"],
    { env: { GITHUB_STEP_SUMMARY: join(folder, "summary.md") } },
  );
  expect(outcome.code).toBe(1);
  expect(outcome.stdout).toMatch(/^::error file=/m);
  expect(readFileSync(join(folder, "out.xml"), "utf8")).toContain("<testsuite");
  expect(JSON.parse(readFileSync(join(folder, "out.sarif"), "utf8")).version).toBe("2.1.0");
  expect(readFileSync(join(folder, "summary.md"), "utf8")).toContain("fsync");
  const twice = await gold(folder, ["check", "save", "-r", "junit=out.xml", "-r", "sarif=./out.xml"]);
  expect(twice).toMatchObject({ code: 2, stderr: expect.stringContaining("Two reporters write to") });
  expect((await gold(folder, ["check", "save", "-r", "juint"])).stderr).toContain("Did you mean: junit");
});
