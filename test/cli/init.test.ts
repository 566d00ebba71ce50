import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "jsonc-parser";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { SHELLS } from "../../src/cli/table/commandSpec.ts";
import { parseConfig } from "../../src/node/config.ts";
import { missing } from "../node/programs.ts";
import { BuiltCli } from "./cli.ts";

let cli: BuiltCli;
beforeAll(() => {
  cli = new BuiltCli();
});
afterAll(() => cli.dispose());

const FILES = [
  "goldentrace.toml",
  ".vscode/launch.json",
  ".vscode/tasks.json",
  ".vscode/settings.json",
  ".vscode/extensions.json",
  ".gitignore",
  ".github/workflows/goldentrace.yml",
];

function texts(workspace: string): Record<string, string> {
  return Object.fromEntries(FILES.map((file) => [file, readFileSync(join(workspace, file), "utf8")]));
}

it("sets up an empty workspace, says so, and finds nothing to do the second time", async () => {
  const cwd = cli.workspace();
  const dry = await cli.run(cwd, ["init", "--dry-run"]);
  expect(dry.code).toBe(0);
  expect(readdirSync(cwd)).toEqual([]);

  const { stdout, code, stderr } = await cli.run(cwd, ["init"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const file of FILES) expect(stdout).toContain(`write   ${file}\n`);
  const written = texts(cwd);
  expect(parseConfig(written["goldentrace.toml"] ?? "").problems).toEqual([]);
  expect(parse(written[".vscode/launch.json"] ?? "").configurations).toMatchObject([
    { type: "goldentrace", request: "launch" },
  ]);
  expect(parse(written[".vscode/tasks.json"] ?? "").tasks).toHaveLength(3);
  expect(parse(written[".vscode/extensions.json"] ?? "")).toEqual({ recommendations: ["goldentrace.goldentrace"] });
  expect(written[".gitignore"]).toContain("\n.goldentrace/\n");
  const workflow = parseYaml(written[".github/workflows/goldentrace.yml"] ?? "");
  const scripts = workflow.jobs.check.steps.flatMap((step: { run?: string }) =>
    step.run === undefined ? [] : [step.run],
  );
  for (const script of scripts) execFileSync("bash", ["-n", "-c", script]);

  const again = await cli.run(cwd, ["init"]);
  for (const file of FILES) expect(again.stdout).toContain(`keep    ${file}`);
  expect(texts(cwd)).toEqual(written);
});

it("writes a job for GitLab where there is a pipeline, or when asked to", async () => {
  const cwd = cli.workspace();
  writeFileSync(join(cwd, ".gitlab-ci.yml"), "build: # ours\n  script: [make]\n");
  const { stdout, code } = await cli.run(cwd, ["init", "--no-vscode"]);
  expect(code).toBe(0);
  expect(stdout).toContain("add to  .gitlab-ci.yml\n");
  expect(parseYaml(readFileSync(join(cwd, ".gitlab-ci.yml"), "utf8"))).toEqual({
    build: { script: ["make"] },
    include: [{ local: ".gitlab/goldentrace.gitlab-ci.yml" }],
  });
  const job = parseYaml(readFileSync(join(cwd, ".gitlab/goldentrace.gitlab-ci.yml"), "utf8"));
  expect(Object.keys(job)).toEqual(["goldentrace"]);
  expect(readdirSync(cwd)).not.toContain(".github");
  expect((await cli.run(cwd, ["init", "--no-vscode"])).stdout).toContain("keep    .gitlab-ci.yml");

  const other = cli.workspace();
  expect((await cli.run(other, ["init", "--no-vscode", "--gitlab"])).stdout).toContain("write   .gitlab-ci.yml\n");
});

it("offers the programs that are there", async () => {
  const cwd = cli.workspace();
  writeFileSync(join(cwd, "train.py"), 'if __name__ == "__main__":\n    pass\n');
  await cli.run(cwd, ["init", "--no-ci"]);
  const { targets } = parseConfig(readFileSync(join(cwd, "goldentrace.toml"), "utf8")).config;
  expect(targets).toEqual({ "train.py": { program: "python3", args: ["./train.py"] } });
  expect(parse(readFileSync(join(cwd, ".vscode/launch.json"), "utf8")).configurations[0]).toMatchObject({
    name: "Record train.py",
    program: "python3",
    args: ["${workspaceFolder}/train.py"],
  });
  expect(readdirSync(cwd)).not.toContain(".github");
});

it("adds to what is there, keeps comments, and overwrites nothing", async () => {
  const cwd = cli.workspace();
  mkdirSync(join(cwd, ".vscode"));
  const launch = `{
\t// my configurations
\t"version": "0.2.0",
\t"configurations": [
\t\t{ "name": "Record a program…", "type": "mine" }, // keep me
\t],
}
`;
  const settings =
    '{\r\n    "debug.inlineValues": "off", // not for me\r\n    "search.exclude": { "**/out": true }\r\n}\r\n';
  writeFileSync(join(cwd, ".vscode/launch.json"), launch);
  writeFileSync(join(cwd, ".vscode/settings.json"), settings);
  writeFileSync(join(cwd, ".vscode/extensions.json"), '{ "unwantedRecommendations": ["goldentrace.goldentrace"] }');
  writeFileSync(join(cwd, ".gitignore"), "node_modules");
  writeFileSync(join(cwd, "goldentrace.toml"), "# mine\n");
  expect((await cli.run(cwd, ["init"])).code).toBe(0);
  const after = texts(cwd);
  expect(after["goldentrace.toml"]).toBe("# mine\n");
  expect(after[".gitignore"]).toBe("node_modules\n# Recorded runs of Goldentrace\n.goldentrace/\n");
  expect(after[".vscode/launch.json"]).toContain("// my configurations");
  expect(after[".vscode/launch.json"]).toContain('{ "name": "Record a program…", "type": "mine" }');
  expect(after[".vscode/launch.json"]).toContain("// keep me");
  expect(parse(after[".vscode/launch.json"] ?? "").configurations).toHaveLength(1);
  expect(after[".vscode/settings.json"]).toContain('"debug.inlineValues": "off", // not for me\r\n');
  expect(after[".vscode/settings.json"]?.replaceAll("\r\n", "")).not.toContain("\n");
  expect(parse(after[".vscode/settings.json"] ?? "")["search.exclude"]).toEqual({
    "**/out": true,
    "**/.goldentrace": true,
  });
  expect(parse(after[".vscode/extensions.json"] ?? "").recommendations).toBeUndefined();
});

it("leaves a broken file alone, names the line, and does the rest", async () => {
  const cwd = cli.workspace();
  mkdirSync(join(cwd, ".vscode"));
  writeFileSync(join(cwd, ".vscode/tasks.json"), '{\n  "tasks": [}\n');
  const { code, stderr } = await cli.run(cwd, ["init"]);
  expect(code).toBe(1);
  expect(stderr).toContain(".vscode/tasks.json:2: not an object of JSON with comments");
  expect(readFileSync(join(cwd, ".vscode/tasks.json"), "utf8")).toBe('{\n  "tasks": [}\n');
  expect(statSync(join(cwd, "goldentrace.toml")).isFile()).toBe(true);
});

it("refuses a workspace that is none", async () => {
  const cwd = cli.workspace();
  writeFileSync(join(cwd, "file"), "");
  for (const [name, why] of [
    ["missing", "does not exist"],
    ["file", "is not a directory"],
  ] as const) {
    const { code, stderr } = await cli.run(cwd, ["init", name]);
    expect(code).toBe(2);
    expect(Buffer.from(stderr, "latin1").toString()).toBe(`goldentrace: The workspace ${join(cwd, name)} ${why}\n`);
  }
});

it("says which file is in the way", async () => {
  const cwd = cli.workspace();
  writeFileSync(join(cwd, ".vscode"), "a file");
  const { code, stderr } = await cli.run(cwd, ["init"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /\.vscode\/launch\.json cannot be written: a (part of the path is a file|file of that name is in the way)/,
  );
});

it.each(SHELLS)("the completion script for %s is one the shell can read", async (shell) => {
  const cwd = cli.workspace();
  const { stdout, code } = await cli.run(cwd, ["completion", shell]);
  expect(code).toBe(0);
  writeFileSync(join(cwd, "script"), stdout, "latin1");
  if (missing(shell) === undefined) execFileSync(shell, ["-n", join(cwd, "script")]);
  for (const word of ["attach", "metrics-interval", "strace-summary", "--names", "--targets"]) {
    expect(stdout).toContain(word);
  }
});

it("bash completes commands, options, values, runs and targets", async () => {
  const cwd = cli.workspace();
  writeFileSync(join(cwd, "script"), (await cli.run(cwd, ["completion", "bash"])).stdout, "latin1");
  writeFileSync(join(cwd, "goldentrace.toml"), '[targets.train]\nprogram = "true"\n');
  const bin = join(cwd, "goldentrace");
  writeFileSync(bin, `#!/bin/sh\nexec '${process.execPath}' '${cli.path}' "$@"\n`);
  chmodSync(bin, 0o755);
  const complete = (...words: string[]) => {
    const list = words.map((word) => `'${word}'`).join(" ");
    const script = `source ./script; COMP_WORDS=(goldentrace ${list}); COMP_CWORD=${words.length}; _goldentrace; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { ...process.env, PATH: `${cwd}:${process.env.PATH}` };
    return execFileSync("bash", ["-c", script], { cwd, env, encoding: "utf8" }).split("\n").filter(Boolean);
  };
  expect(complete("e")).toEqual(["export"]);
  expect(complete("show", "--j")).toEqual(["--json"]);
  expect(complete("export", "--format", "c")).toEqual(["csv"]);
  expect(complete("run", "t")).toEqual(["train"]);
  expect(complete("show", "lat")).toEqual(["latest"]);
  expect(complete("completion", "")).toEqual([...SHELLS]);
});

it("prints its version and helps", async () => {
  const cwd = cli.workspace();
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
  expect(await cli.run(cwd, ["--version"])).toMatchObject({ code: 0, stdout: `goldentrace ${version}\n`, stderr: "" });
  expect((await cli.run(cwd, ["--help"])).stdout).toContain("Commands");
  expect((await cli.run(cwd, ["help", "run"])).stdout).toBe((await cli.run(cwd, ["run", "--help"])).stdout);
  expect((await cli.run(cwd, ["run", "-n", "x", "-h"])).stdout).toContain("Exit codes");
});
