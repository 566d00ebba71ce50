import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runManifestSchema } from "../../src/protocol/runFolder.ts";
import { missing } from "../node/programs.ts";
import { BuiltCli, runProcess } from "./cli.ts";

let cli: BuiltCli;
beforeAll(() => {
  cli = new BuiltCli();
});
afterAll(() => cli.dispose());

function manifests(workspace: string) {
  const runs = join(workspace, ".goldentrace/runs");
  return readdirSync(runs)
    .filter((name) => !name.startsWith("."))
    .sort()
    .map((name) =>
      runManifestSchema["~standard"].validate(JSON.parse(readFileSync(join(runs, name, "run.json"), "utf8"))),
    )
    .map((result) => {
      if (!("value" in result)) throw new Error("Not a manifest");
      return result.value;
    });
}

const BASH_SCRIPT = `
set -o pipefail
trap 'echo cleanup >&2' EXIT
trap 'echo got usr1; exit 9' USR1
printf '%s\\n' c a b | sort | tr a-z A-Z
cat <(echo substituted) - | wc -l
(exit 4) || echo "sub $?"
kill -USR1 $$
`;

const PROGRAMS: readonly { readonly name: string; readonly argv: readonly string[]; readonly input?: string }[] = [
  { name: "ls", argv: ["ls", "-la", "/usr/share/doc", "/nonexistent"] },
  { name: "python3", argv: ["python3", "-c", "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"] },
  { name: "git", argv: ["git", "--no-pager", "log", "-3", "--format=%H"] },
  { name: "make", argv: ["make", "-f", join(import.meta.dirname, "../fixtures/programs/failing.mk")] },
  { name: "bash", argv: ["bash", "-c", BASH_SCRIPT], input: "x\ny\n" },
  { name: "a crash", argv: ["bash", "-c", "kill -SEGV $$"] },
  { name: "an abort", argv: ["bash", "-c", "printf before; kill -ABRT $$"] },
  { name: "a killed program", argv: ["bash", "-c", "echo dying; kill -KILL $$"] },
  { name: "stdin to the end", argv: ["cat"], input: "line\n\0\xff no line feed" },
  { name: "bytes", argv: ["python3", "-c", "import os; os.write(1, bytes(range(256)) * 300)"] },
];

describe.skipIf(missing("strace") !== undefined)("goldentrace run", () => {
  it.each(PROGRAMS)("leaves $name as it is without", async ({ argv, input }) => {
    const [program = "", ...args] = argv;
    if (missing(program) !== undefined) return;
    const cwd = cli.workspace();
    const options = input === undefined ? {} : { input };
    const bare = await runProcess(program, args, process.cwd(), options);
    // Where the program runs must be the same, or git and ls would rightly differ.
    const recorded = await cli.run(process.cwd(), ["run", "--out", cwd, "--", ...argv], options);
    expect(recorded.stdout).toBe(bare.stdout);
    expect(recorded.stderr).toBe(bare.stderr);
    expect(recorded.code).toBe(bare.code ?? 128 + constants.signals[bare.signal ?? "SIGKILL"]);
  });

  it("tells in the manifest what was recorded and how it ended", async () => {
    const cwd = cli.workspace();
    const result = await cli.run(cwd, [
      "run",
      "-n",
      "my name",
      "-m",
      "stage=test",
      "-E",
      "X=1",
      "--",
      "sh",
      "-c",
      "kill -TERM $$",
    ]);
    expect(result).toMatchObject({ code: 143, stdout: "", stderr: "" });
    const [manifest] = manifests(cwd);
    expect(manifest).toMatchObject({
      name: "my name",
      state: "finished",
      complete: true,
      command: { program: "sh", args: ["-c", "kill -TERM $$"], cwd },
      meta: { stage: "test" },
      exit: { code: null, signal: "SIGTERM" },
      recorder: { id: "strace" },
    });
    expect(manifest?.command.envNames).toContain("X");
    expect(manifest?.counts.syscalls).toBeGreaterThan(10);
  });

  it("says on request where the run is, and only then when nobody watches", async () => {
    const cwd = cli.workspace();
    const { stderr, stdout } = await cli.run(cwd, ["run", "--verbose", "--", "echo", "hi"]);
    expect(stdout).toBe("hi\n");
    const [manifest] = manifests(cwd);
    expect(stderr).toMatch(/^goldentrace: recorded \d+ system calls in /);
    expect(stderr).toContain(`goldentrace show ${manifest?.id}`);
  });

  it.each([
    {
      argv: ["run", "--", "no-such-program-here"],
      code: 127,
      stderr: /^goldentrace: Program not found on PATH: no-such-program-here\n {2}\S/,
    },
    { argv: ["run", "--", "pyhton3"], code: 127, stderr: /\n {2}Did you mean: python3\n$/ },
    { argv: ["run", "--", "tool"], code: 127, stderr: /\n {2}For the one in this folder: \.\/tool\n$/ },
    { argv: ["run", "--", "."], code: 126, stderr: /Is a directory/ },
    { argv: ["run", "--", "./badint"], code: 127, stderr: /needs the interpreter \/no\/such, .*\n {2}\S/ },
    { argv: ["run", "--", "./data.txt"], code: 126, stderr: /not executable/ },
    { argv: ["run", "--", "./"], code: 126, stderr: /directory/ },
    { argv: ["run", "--cwd", "nowhere", "--", "ls"], code: 127, stderr: /working directory does not exist/ },
    { argv: ["run"], code: 125, stderr: /What should be run\?/ },
    { argv: ["run", "--nmae", "x", "--", "ls"], code: 125, stderr: /Did you mean: --name/ },
    { argv: ["run", "--recorder", "native", "--", "ls"], code: 125, stderr: /is one of auto, strace, none/ },
    { argv: ["attach", "0"], code: 125, stderr: /Not a process id/ },
    { argv: ["attach", "999999999"], code: 125, stderr: /999999999/ },
  ])("ends $argv with $code and one line with the way out", async ({ argv, code, stderr }) => {
    const cwd = cli.workspace();
    writeFileSync(join(cwd, "data.txt"), "data");
    writeFileSync(join(cwd, "tool"), "true", { mode: 0o755 });
    writeFileSync(join(cwd, "badint"), "#!/no/such\n", { mode: 0o755 });
    const result = await cli.run(cwd, argv);
    expect(result.code).toBe(code);
    expect(result.stdout).toBe("");
    expect(result.stderr).toMatch(stderr);
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  it("records targets, with options before, after and from the command line", async () => {
    const cwd = cli.workspace();
    mkdirSync(join(cwd, "sub"));
    writeFileSync(
      join(cwd, "goldentrace.toml"),
      `[defaults]
meta = { a = "default", b = "default" }
[targets.hello]
program = "sh"
args = ["-c", "pwd; echo $V $1 $2; echo made > out.txt", "sh", "one"]
cwd = "sub"
env = { V = "target" }
artifacts = ["*.txt"]
meta = { b = "target", c = "target" }
`,
    );
    const result = await cli.run(cwd, ["run", "hello", "--meta", "c=asked", "--", "two"]);
    expect(result.stderr).toBe("");
    expect(Buffer.from(result.stdout, "latin1").toString()).toBe(`${cwd}/sub\ntarget one two\n`);
    expect(manifests(cwd)).toMatchObject([
      {
        name: "hello",
        meta: { a: "default", b: "target", c: "asked" },
        artifacts: [{ path: "out.txt", bytes: 5 }],
      },
    ]);
    const unknown = await cli.run(cwd, ["run", "helo", "--", "x"]);
    expect(unknown).toMatchObject({ code: 125, stderr: expect.stringContaining("Did you mean: hello") });
    expect((await cli.run(cwd, ["list", "--targets"])).stdout).toBe("hello\n");
  });

  it.each([
    { argv: ["trian"], told: "Did you mean the target: goldentrace run train\n" },
    { argv: ["--", "trian"], told: "Did you mean the target: goldentrace run train\n" },
    { argv: ["no-such-target"], told: "or give its path.\n  Targets in goldentrace.toml: train, my tool\n" },
    { argv: ["--", "mytool"], told: "goldentrace run 'my tool'\n" },
    { argv: ["train", "more"], told: "further arguments: goldentrace run train -- more\n", code: 125 },
    { argv: [], told: "Targets in goldentrace.toml: train, my tool\n", code: 125 },
  ])("names the targets that run $argv may have meant", async ({ argv, told, code = 127 }) => {
    const cwd = cli.workspace();
    const targets = '[targets.train]\nprogram = "true"\n[targets."my tool"]\nprogram = "true"\n';
    writeFileSync(join(cwd, "goldentrace.toml"), targets);
    const line = argv[1] === "more" ? ["run", ...argv, "--", "x"] : ["run", ...argv];
    const result = await cli.run(cwd, line);
    expect(result.stderr).toContain(told);
    expect(result.code).toBe(code);
    expect(existsSync(join(cwd, ".goldentrace"))).toBe(false);
  });

  it("records without PATH what a shell would run, under the program's name", async () => {
    const cwd = cli.workspace();
    const words = ["-i", process.execPath, cli.path, "run", "-n", "", "--", "true"];
    expect(await runProcess("env", words, cwd)).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(manifests(cwd)).toMatchObject([{ name: "true", complete: true }]);
  });

  it("says that no file matched an artifact's glob", async () => {
    const { code, stderr } = await cli.run(cli.workspace(), ["run", "-v", "--artifact", "no*match", "--", "true"]);
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("no*match was not kept: no file"),
    });
  });

  it.skipIf(missing("script") !== undefined)("draws nothing over itself in a dumb terminal", async () => {
    const node = [process.execPath, cli.path].map((word) => `'${word}'`).join(" ");
    const words = ["-qec", `${node} run -- sh -c 'echo hi'`, "/dev/null"];
    const { stdout } = await runProcess("script", words, cli.workspace(), { env: { TERM: "dumb" } });
    expect(stdout).toMatch(/^hi\r\ngoldentrace: recorded /);
    expect(stdout).not.toContain("\u001b");
  });

  it("says once that the run folder was removed meanwhile, and points at nothing", async () => {
    const cwd = cli.workspace();
    const script = "rm -rf .goldentrace/runs/*; for i in $(seq 50); do cat /dev/null; done; echo hi";
    const { code, stdout, stderr } = await cli.run(cwd, ["run", "-v", "--", "bash", "-c", script]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "hi\n" });
    expect(stderr).toMatch(/the trace is incomplete\n/);
    expect(stderr.match(/the folder was removed/g)).toHaveLength(1);
    expect(stderr).toMatch(/; the run folder is gone: /);
    expect(stderr).not.toContain("goldentrace show");
  });

  it("refuses a configuration with a typo, naming the line", async () => {
    const cwd = cli.workspace();
    writeFileSync(join(cwd, "goldentrace.toml"), "[defaults]\nstaks = true\n");
    const { code, stderr } = await cli.run(cwd, ["run", "--", "true"]);
    expect(code).toBe(125);
    expect(stderr).toContain('goldentrace.toml:2:1: unknown key "staks": did you mean stacks?');
  });

  it.each([
    ["nobody reads standard error", "2> >(exit)"],
    ["standard error is full", "2> /dev/full"],
    ["standard error is closed", "2>&-"],
  ])("keeps the program's exit code when %s", async (_, redirection) => {
    const script = `"$@" ${redirection}`;
    const words = [process.execPath, cli.path, "run", "--verbose", "--", "sh", "-c", "exit 3"];
    expect((await runProcess("bash", ["-c", script, "bash", ...words], cli.workspace())).code).toBe(3);
  });

  it("says in a line that standard output is full", async () => {
    const cwd = cli.workspace();
    await cli.run(cwd, ["run", "--", "true"]);
    const words = [process.execPath, cli.path, "show"];
    const { code, stderr } = await runProcess("bash", ["-c", '"$@" > /dev/full', "bash", ...words], cwd);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "goldentrace: Standard output cannot be written: the disk is full\n",
    });
  });

  it("takes a program's options for the program's, without --", async () => {
    const cwd = cli.workspace();
    const { stdout, code } = await cli.run(cwd, ["run", "-q", "echo", "-n", "--help", "-q"]);
    expect({ stdout, code }).toEqual({ stdout: "--help -q", code: 0 });
  });

  it.each([
    { signal: "SIGTERM", trap: "TERM", code: 5 },
    { signal: "SIGINT", trap: "INT", code: 5 },
    { signal: "SIGHUP", trap: "HUP", code: 5 },
    { signal: "SIGUSR1", trap: "USR1", code: 5 },
    { signal: "SIGTERM", trap: "WINCH", code: 143 },
  ] as const)("hands $signal on to a program that traps $trap", async ({ signal, trap, code }) => {
    const cwd = cli.workspace();
    let sent = false;
    const script = `trap 'echo caught; exit 5' ${trap}; echo ready; while :; do sleep 0.05; done`;
    const result = await cli.run(cwd, ["run", "--", "bash", "-c", script], {
      onOutput: (output, pid) => {
        if (!sent && output.includes("ready")) process.kill(pid, signal);
        sent ||= output.includes("ready");
      },
    });
    expect(result.code).toBe(code);
    expect(result.stdout).toBe(code === 5 ? "ready\ncaught\n" : "ready\n");
    expect(manifests(cwd)).toMatchObject([{ state: "finished", complete: true }]);
  });

  it.each([
    ["the tracer is tried out", "*", "strace"],
    ["the program starts", "*marker*", "strace"],
    // A trial that fails for any other reason means that the program runs without a tracer.
    ["the recorder is chosen", "*exit?7*", "auto"],
  ])("ends with 130 for a Ctrl-C that comes before %s", async (_when, words, recorder) => {
    const cwd = cli.workspace();
    const tracer = join(cwd, "strace");
    // Ctrl-C is for all processes in front: for us and the tracer.
    writeFileSync(
      tracer,
      `#!/bin/sh\ncase "$*" in ${words}) kill -INT $PPID; kill -INT $$;; esac\nexec strace "$@"\n`,
      {
        mode: 0o755,
      },
    );
    const options = ["--strace", tracer, "--recorder", recorder];
    const { code, stderr, stdout } = await cli.run(cwd, ["run", ...options, "--", "echo", "marker"]);
    expect({ code, stderr, stdout }).toEqual({
      code: 130,
      stderr: expect.not.stringContaining("is not strace"),
      stdout: "",
    });
  });

  it.skipIf(missing("script") !== undefined)(
    "gives the program the terminal, and writes nothing into it meanwhile",
    async () => {
      const cwd = cli.workspace();
      const program = `test -t 0 && test -t 1 && test -t 2 && tput cols; stty size; sleep 1.2; echo -n end`;
      const command = (words: string) => ["-qec", `stty cols 99 rows 33; ${words}`, "/dev/null"];
      const quoted = `'${program}'`;
      const bare = await runProcess("script", command(`sh -c ${quoted}`), cwd, { env: { TERM: "xterm" } });
      const node = [process.execPath, cli.path].map((word) => `'${word}'`).join(" ");
      const recorded = await runProcess("script", command(`${node} run -q -- sh -c ${quoted}`), cwd, {
        env: { TERM: "xterm" },
      });
      expect(bare.stdout).toContain("33 99");
      expect(recorded.stdout).toBe(bare.stdout);
      expect(recorded.code).toBe(0);
    },
  );

  it.skipIf(missing("script") !== undefined)("lets Ctrl-C reach the program once, and records its answer", async () => {
    const cwd = cli.workspace();
    // Answers outside of the trap: bash forgets a signal that comes while its trap runs. `told` is what was said, so that
    // a signal between two commands is told in the next round.
    const program = `n=0; told=0; trap 'n=$((n+1))' INT; echo ready
while :; do
  sleep 0.05
  [ $n = $told ] || { told=$n; echo int $told; }
  [ $told = 2 ] && exit 6
done`;
    writeFileSync(join(cwd, "program.sh"), program);
    const node = [process.execPath, cli.path].map((word) => `'${word}'`).join(" ");
    // \x03 typed into the terminal becomes SIGINT for its whole foreground group.
    const typed = `import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execvp("sh", ["sh", "-c", sys.argv[1]])
seen = b""
sent = 0
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
    if sent == 0 and b"ready" in seen or sent == 1 and b"int 1" in seen:
        os.write(terminal, b"\\x03")
        sent += 1
sys.stdout.write(seen.decode("latin1"))
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(status)
`;
    const result = await runProcess("python3", ["-c", typed, `exec ${node} run -q -- bash program.sh`], cwd);
    expect(result.stdout.match(/int \d/g)).toEqual(["int 1", "int 2"]);
    expect(result.code).toBe(6);
    expect(manifests(cwd)).toMatchObject([{ state: "finished", complete: true, exit: { code: 6 } }]);
  });

  it("attaches, detaches after the time asked for, and leaves the process running", async () => {
    const cwd = cli.workspace();
    const target = spawn("bash", ["-c", "while read line; do echo got $line; done"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    try {
      let seen = "";
      const answer = (text: string) =>
        new Promise<void>((resolve) => {
          const check = () => {
            if (seen.includes(text)) resolve();
            else target.stdout.once("data", check);
          };
          check();
        });
      target.stdout.setEncoding("utf8").on("data", (text: string) => {
        seen += text;
      });
      target.stdin.write("first\n");
      await answer("got first");
      const attached = cli.run(cwd, ["attach", "-d", "1500ms", "-v", String(target.pid)]);
      // Each answer is work for the tracer; it goes on until the tracer has gone.
      let attaching = true;
      const ended = attached.then((result) => {
        attaching = false;
        return result;
      });
      for (let turn = 0; attaching; turn++) {
        target.stdin.write(`turn${turn}\n`);
        await answer(`got turn${turn}\n`);
      }
      expect(await ended).toMatchObject({ code: 0, stdout: "" });
      target.stdin.write("last\n");
      await answer("got last");
      const [manifest] = manifests(cwd);
      expect(manifest).toMatchObject({ state: "finished", complete: true, recorder: { attachedPid: target.pid } });
      expect(manifest?.counts.syscalls).toBeGreaterThan(0);
    } finally {
      target.kill("SIGKILL");
    }
  });
});
