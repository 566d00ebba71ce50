import { readdir, readFile } from "node:fs/promises";
import * as vscode from "vscode";
import { oneLine, truncate } from "../base/text.ts";

interface ProcessRow extends vscode.QuickPickItem {
  readonly pid: string;
}

/** Lets the user pick one of this machine's processes, newest first; undefined when cancelled. */
export async function pickProcess(): Promise<string | undefined> {
  const picked = await vscode.window.showQuickPick(processes(), {
    placeHolder: "Which process shall be recorded?",
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.pid;
}

async function processes(): Promise<ProcessRow[]> {
  const own = new Set([String(process.pid), String(process.ppid)]);
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && !own.has(name));
  const rows = await Promise.all(pids.sort((a, b) => Number(b) - Number(a)).map(processRow));
  return rows.filter((row) => row !== undefined);
}

/** Undefined for kernel threads, and for processes that ended meanwhile. */
async function processRow(pid: string): Promise<ProcessRow | undefined> {
  const read = (file: string) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
  const [comm, cmdline] = await Promise.all([read("comm"), read("cmdline")]);
  if (cmdline === "") return undefined;
  const command = oneLine(cmdline.replaceAll("\0", " ").trim());
  return { pid, label: oneLine(comm.trim()), description: pid, detail: truncate(command, 200) };
}
