import { readlinkSync } from "node:fs";
import { errorCode, listNumbers, readProcFile } from "./procFiles.ts";

const CLOSE_ON_EXEC = 0o2000000;

/**
 * Descriptors above the standard streams that this process was started with (a make jobserver's pipe, `3<file` in a shell)
 * and that Node.js marked at its start not to reach any child. Call it before descriptors of our own are opened.
 */
export function inheritedDescriptors(): number[] {
  if (process.platform !== "linux") return [];
  const links = new Map<number, string>();
  for (const descriptor of listNumbers("/proc/self/fd")) {
    const link = linkOf("self", descriptor);
    if (descriptor > 2 && link !== undefined) links.set(descriptor, link);
  }
  const ends = new Map<string, number>();
  for (const link of links.values()) ends.set(link, (ends.get(link) ?? 0) + 1);
  return [...links]
    .filter(([descriptor, link]) => {
      // What Node.js opens for itself at its start, and its channel to a parent that is Node.js too.
      if (link.startsWith("anon_inode:") || link === "/dev/null" || link === "/proc/self/fd") return false;
      if (link.startsWith("socket:") && process.channel !== undefined) return false;
      if (/^\/proc\/\d+\/fd$/.test(link)) return false;
      // Both ends of a pipe are Node's own, or those of a jobserver, whose owner has them too.
      if (link.startsWith("pipe:") && (ends.get(link) ?? 0) > 1 && linkOf(String(process.ppid), descriptor) !== link) {
        return false;
      }
      return closesOnExec(descriptor);
    })
    .map(([descriptor]) => descriptor)
    .sort((a, b) => a - b);
}

function linkOf(process: string, descriptor: number): string | undefined {
  try {
    return readlinkSync(`/proc/${process}/fd/${descriptor}`);
  } catch (error) {
    if (errorCode(error) === "") throw error;
    // It is closed, or its process is another user's.
    return undefined;
  }
}

/** The others reach children without our doing. */
function closesOnExec(descriptor: number): boolean {
  const flags = /^flags:\t([0-7]+)$/m.exec(readProcFile(`/proc/self/fdinfo/${descriptor}`) ?? "")?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) !== 0;
}
