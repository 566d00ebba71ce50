import type { RunManifest } from "../protocol/runFolder.ts";
import { runTool } from "./runTool.ts";

export type GitInfo = NonNullable<RunManifest["git"]>;

/** How long a run may wait for git; a repository on a slow disk then has no git information rather than a late start. */
const PATIENCE_MS = 3000;

/**
 * Commit, branch and dirtiness of the repository around a directory. `branch` is empty for a detached head, `commit` before
 * the first commit. Null without git, without a repository, or when git took too long.
 */
export async function gitInfo(directory: string): Promise<GitInfo | null> {
  // Optional locks would make `status` write the index of a repository that the user works in at this moment; a file
  // system monitor or a pager would be started on the user's behalf.
  const result = await runTool(
    "git",
    [
      ...["--no-optional-locks", "-c", "core.fsmonitor=false"],
      ...["status", "--porcelain=v2", "--branch", "--no-ahead-behind"],
      // Our own runs are no change of the user's.
      ...["--", ":/", ":(top,exclude,glob)**/.goldentrace/**"],
    ],
    { cwd: directory, timeoutMs: PATIENCE_MS, env: { ...process.env, LC_ALL: "C", GIT_TERMINAL_PROMPT: "0" } },
  );
  if (result === undefined || (result.code !== 0 && !result.truncated)) return null;
  return parseGitStatus(result.stdout);
}

/** Reads `git status --porcelain=v2 --branch`. Untracked files make a tree dirty too: a build may use them. */
export function parseGitStatus(text: string): GitInfo {
  let commit = "";
  let branch = "";
  let dirty = false;
  for (const line of text.split("\n")) {
    if (line.startsWith("# branch.oid ")) commit = line.slice(13);
    else if (line.startsWith("# branch.head ")) branch = line.slice(14);
    else if (line !== "" && !line.startsWith("#")) dirty = true;
  }
  return { commit: commit === "(initial)" ? "" : commit, branch: branch === "(detached)" ? "" : branch, dirty };
}
