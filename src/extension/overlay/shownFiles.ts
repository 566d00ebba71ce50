import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import * as vscode from "vscode";

/** Marks of generators in the head of a file. */
const GENERATED = /@generated\b|\bDO NOT EDIT\b/;
const HEAD_BYTES = 2048;

/** Those files that a person edits: neither ignored by git nor written by a generator. */
export async function editableFiles(files: readonly vscode.Uri[]): Promise<vscode.Uri[]> {
  const ignored = await ignoredByGit(files);
  const kept: vscode.Uri[] = [];
  for (const file of files) {
    if (!ignored.has(file.fsPath) && !GENERATED.test(await head(file.fsPath))) kept.push(file);
  }
  return kept;
}

async function head(file: string): Promise<string> {
  const handle = await open(file, "r").catch(() => undefined);
  if (handle === undefined) return "";
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Asks git once for each folder. Without git, outside of a work tree and in untrusted workspaces nothing counts as ignored. */
async function ignoredByGit(files: readonly vscode.Uri[]): Promise<Set<string>> {
  const ignored = new Set<string>();
  // A repository's own configuration can name programs that git starts.
  if (!vscode.workspace.isTrusted) return ignored;
  for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
    const inside = files.map(({ fsPath }) => fsPath).filter((file) => file.startsWith(`${uri.fsPath}/`));
    if (inside.length === 0) continue;
    for (const file of await checkIgnore(uri.fsPath, inside)) ignored.add(file);
  }
  return ignored;
}

function checkIgnore(cwd: string, files: readonly string[]): Promise<string[]> {
  return new Promise((resolve) => {
    const child = spawn("git", ["check-ignore", "--stdin", "-z"], { cwd, stdio: ["pipe", "pipe", "ignore"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.on("error", () => resolve([]));
    child.on("close", () => resolve(output.split("\0").filter((file) => file !== "")));
    // Git that ends at once (no work tree) has closed its input.
    child.stdin.on("error", () => undefined);
    child.stdin.end(`${files.join("\0")}\0`);
  });
}
