import { readlinkSync } from "node:fs";
import type { OutputStream } from "../engine/trace/trace.ts";
import { errorCode } from "./procFiles.ts";

/** Tells writes to the program's own stdout and stderr from those of children whose output went elsewhere. */
export class OutputPaths {
  private paths: Readonly<Record<OutputStream, string | undefined>>;

  /** @param paths what the streams are connected to; undefined to take any, until `take` */
  constructor(paths: Readonly<Record<OutputStream, string | undefined>>) {
    this.paths = paths;
  }

  /** Learns the paths from a process that has just started. */
  take(pid: number): void {
    this.paths = { stdout: pathOf(pid, 1), stderr: pathOf(pid, 2) };
  }

  /** @param path as strace prints it, with bytes that are not ASCII escaped; empty when it does not know */
  isOwn(stream: OutputStream, path: string): boolean {
    const own = this.paths[stream];
    return own === undefined || path === "" || path === own || escaped(own) === path;
  }
}

function pathOf(pid: number, descriptor: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
  } catch (error) {
    // It ended already, or closed the stream first thing.
    if (errorCode(error) === "") throw error;
    return undefined;
  }
}

/** A path as strace prints it: quotes, brackets and bytes that are not printable ASCII as escapes. */
function escaped(path: string): string {
  return [...Buffer.from(path)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (/["\\<>]/.test(character) || byte < 0x20 || byte > 0x7e) return `\\${byte.toString(8)}`;
      return character;
    })
    .join("");
}
