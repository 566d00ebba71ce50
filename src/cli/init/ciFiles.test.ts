import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse, parseDocument } from "yaml";
import { REPORTER_NAMES } from "../../engine/report/reporters.ts";
import { CHECK } from "../table/goldenCommands.ts";
import { CI_WORKFLOW, CI_WORKFLOW_TEXT } from "./ciWorkflow.ts";
import { GITLAB_JOB, GITLAB_JOB_TEXT, pipelineWithJob } from "./gitlabJob.ts";

const docs = readFileSync(join(import.meta.dirname, "../../../docs/ci.md"), "utf8");
/** The text of a section. */
const sectionOf = (title: string) => docs.split(`\n## ${title}\n`)[1]?.split("\n## ")[0] ?? "";

test.each([
  ["GitHub Actions", CI_WORKFLOW, CI_WORKFLOW_TEXT],
  ["GitLab", GITLAB_JOB, GITLAB_JOB_TEXT],
])("docs/ci.md shows what init writes for %s", (title, path, text) => {
  const section = sectionOf(title);
  expect(section).toContain(`\`${path}\``);
  expect(/```yaml\n(.*?)```/s.exec(section)?.[1]).toBe(text);
});

test("docs/ci.md tells every exit code and reporter", () => {
  for (const [code] of CHECK.exitCodes) expect(sectionOf("Exit codes")).toContain(`\n| ${code} |`);
  for (const name of REPORTER_NAMES) expect(docs).toContain(`\n| \`${name}\` |`);
});

/** Options of every `goldentrace check` in a script, as they are called. */
function checkScripts(scripts: readonly string[]): void {
  for (const script of scripts) execFileSync("bash", ["-n", "-c", script]);
  const check = scripts.find((script) => script.startsWith("goldentrace check "));
  const reporters = [...(check ?? "").matchAll(/--reporter (\w+)/g)].map(([, name]) => name);
  expect(reporters.length).toBeGreaterThan(2);
  for (const name of reporters) expect(REPORTER_NAMES).toContain(name);
}

test("the workflow asks for no more than it needs, and its scripts are well-formed", () => {
  const workflow = parse(CI_WORKFLOW_TEXT);
  expect(workflow.permissions).toEqual({ contents: "read" });
  expect(workflow.jobs.check.permissions).toEqual({ contents: "read", "security-events": "write" });
  const steps: { run?: string; uses?: string; with?: Record<string, unknown> }[] = workflow.jobs.check.steps;
  expect(steps[0]).toMatchObject({ with: { "persist-credentials": false } });
  // Values of expressions reach scripts through the environment alone.
  for (const { run = "" } of steps) expect(run).not.toContain("${{");
  checkScripts(steps.map(({ run }) => run?.trim()).filter((run) => run !== undefined));
});

test("the GitLab job keeps what it writes, and its scripts are well-formed", () => {
  const job = parse(GITLAB_JOB_TEXT).goldentrace;
  for (const script of [...job.before_script, ...job.script]) expect(script).toBeTypeOf("string");
  checkScripts([...job.before_script, ...job.script]);
  expect(job.artifacts).toMatchObject({ when: "always", reports: { junit: "goldentrace.xml" } });
  for (const [, file] of String(job.script).matchAll(/--reporter \w+=(\S+)/g))
    expect(job.artifacts.paths).toContain(file);
});

const LOCAL = { local: GITLAB_JOB };

test.each([
  ["", [LOCAL]],
  ["build:\n  script: [make]", [LOCAL]],
  [
    "# ours\ninclude:\n  - local: a.yml # first\n  - project: p\n    file: b.yml\nbuild:\n  script: [make]\n",
    [LOCAL, { local: "a.yml" }, { project: "p", file: "b.yml" }],
  ],
  ["include:\r\n- a.yml\r\n", [LOCAL, "a.yml"]],
  ["include: # all\n\n  # the first\n  - a.yml\n", [LOCAL, "a.yml"]],
])("a pipeline of %j includes the job and keeps its lines", (text, include) => {
  const result = pipelineWithJob(text);
  expect(parse(result).include).toEqual(include);
  expect(pipelineWithJob(result)).toBe(result);
  const lines = result.split(/\r?\n/);
  for (const line of text.split(/\r?\n/)) expect(lines).toContain(line);
  if (text.includes("\r\n")) expect(result.replaceAll("\r\n", "")).not.toContain("\n");
});

test.each(["include: a.yml\n", "include: [a.yml]\n", "include:\n  local: a.yml\n"])(
  "a pipeline of %j is left to its owner",
  (text) => {
    expect(() => pipelineWithJob(text)).toThrow("has an include that is no list over several lines");
  },
);

test("a pipeline that could be read can be read afterwards", () => {
  const line = fc.constantFrom("include:", "  - a.yml", "- b", "  # c", "", "job:", "  script: x", "include: x");
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
      const text = lines.join("\n");
      const before = parseDocument(text);
      if (before.errors.length > 0) return;
      let result: string;
      try {
        result = pipelineWithJob(text);
      } catch {
        return;
      }
      expect(parseDocument(result).errors).toEqual([]);
    }),
  );
});
