import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { RunManifest } from "../../protocol/runFolder.ts";
import { readStat } from "../processes.ts";
import { errorCode } from "../procFiles.ts";

type Writer = NonNullable<RunManifest["writer"]>;

/** This process, as the manifest of a run that it writes names it. */
export function thisWriter(): Writer {
  return { pid: process.pid, start: readStat(process.pid)?.start ?? 0, hostname: hostname(), bootId: bootId() };
}

/** Whether the process that writes a run still exists. Unknown (another machine) counts as gone. */
export function isWriterAlive(writer: Writer | undefined): boolean {
  if (writer === undefined || writer.hostname !== hostname() || writer.bootId !== bootId()) return false;
  if (writer.start !== 0) return readStat(writer.pid)?.start === writer.start;
  try {
    process.kill(writer.pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    // Only Linux tells.
    return "";
  }
}
