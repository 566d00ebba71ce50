import { isMap, parseDocument } from "yaml";
import { ExpectedError } from "../../base/errors.ts";

/** The pipeline of a GitLab project. */
export const GITLAB_PIPELINE = ".gitlab-ci.yml";

/** The job, in a file of its own that the pipeline includes. */
export const GITLAB_JOB = ".gitlab/goldentrace.gitlab-ci.yml";

/** Checks every target in each pipeline; the merge request shows the tests, the artifacts hold the rest. */
export const GITLAB_JOB_TEXT = `# Compares every target of goldentrace.toml with its golden and its budgets.
goldentrace:
  stage: test
  image: node:22-bookworm
  timeout: 30 minutes
  variables:
    # Lines of goldens are found again with the history of the sources.
    GIT_DEPTH: "0"
  cache:
    key: goldentrace-npm
    paths:
      - .npm/
  before_script:
    # What npm installs: a git URL, or a .tgz that is checked in. Set it under Settings, CI/CD, Variables.
    - test -n "$GOLDENTRACE_PACKAGE" || { echo "Set the variable GOLDENTRACE_PACKAGE" >&2; exit 2; }
    - apt-get update
    - apt-get install --yes --no-install-recommends strace
    - npm install --global --cache .npm "$GOLDENTRACE_PACKAGE"
    # Build the program here.
  script:
    - goldentrace doctor
    - goldentrace check --reporter text --reporter junit=goldentrace.xml --reporter sarif=goldentrace.sarif --reporter markdown=goldentrace.md < /dev/null
  artifacts:
    when: always
    expire_in: 2 weeks
    paths:
      - .goldentrace/runs/
      - goldentrace.xml
      - goldentrace.sarif
      - goldentrace.md
    reports:
      junit: goldentrace.xml
`;

const ITEM = `- local: ${GITLAB_JOB}`;

/**
 * The text of a pipeline (empty when there is none) that includes the job; everything that is there stays.
 * @throws ExpectedError where the pipeline cannot be read, or its `include` is not a list over several lines
 */
export function pipelineWithJob(text: string): string {
  if (text.includes(GITLAB_JOB)) return text;
  checkPipeline(text);
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = text.split(/\r?\n/);
  const at = lines.findIndex((line) => line.startsWith("include:"));
  if (at === -1) {
    const before = text === "" || text.endsWith("\n") ? text : text + eol;
    return checkPipeline(`${before}${before === "" ? "" : eol}include:${eol}  ${ITEM}${eol}`);
  }
  const isBare = /^include:\s*(?:#.*)?$/.test(lines[at] ?? "");
  const next = lines.slice(at + 1).find((line) => !/^\s*(?:#.*)?$/.test(line));
  const indent = /^(\s*)- /.exec(next ?? "")?.[1];
  if (!isBare || indent === undefined) throw byHand("has an include that is no list over several lines");
  return checkPipeline(lines.toSpliced(at + 1, 0, indent + ITEM).join(eol));
}

/** Gives the text back when it is a mapping of YAML, as every pipeline is. */
function checkPipeline(text: string): string {
  const { errors, contents } = parseDocument(text, { logLevel: "error" });
  if (errors.length > 0 || !(contents === null || isMap(contents))) throw byHand("is no pipeline that can be read");
  return text;
}

function byHand(why: string): ExpectedError {
  return new ExpectedError(`${GITLAB_PIPELINE} ${why}`, { wayOut: `Add \`${ITEM}\` to its include.` });
}
