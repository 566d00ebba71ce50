import { fstatSync, readlinkSync } from "node:fs";
import { isatty } from "node:tty";
import type { OutputStream } from "../engine/trace/trace.ts";
import type { StdioMode } from "./recordingRequest.ts";

/** How the program's standard streams are connected and how its lines are learnt. */
export interface StdioPlan {
  readonly stdin: "inherit" | "pipe";
  readonly output: "inherit" | "pipe";
  readonly capture: "pipe" | "tracer" | "off";
  /** With `tracer`: what each stream is connected to, as strace prints descriptors; undefined to take any. */
  readonly paths: Readonly<Record<OutputStream, string | undefined>>;
}

/**
 * Decides so that the program notices as little as possible: a terminal stays a terminal, and where stdout and stderr are
 * one file, their order is kept by leaving them alone.
 */
export function planStdio(stdio: StdioMode, traced: boolean): StdioPlan {
  const unseen = traced ? "tracer" : "off";
  const anywhere = { stdout: undefined, stderr: undefined };
  switch (stdio.kind) {
    case "pipes":
      return { stdin: "pipe", output: "pipe", capture: "pipe", paths: anywhere };
    case "terminal":
      return { stdin: "inherit", output: "inherit", capture: unseen, paths: anywhere };
    case "inherit":
      if (!isatty(1) && !isatty(2) && !isSameFile(1, 2)) {
        return { stdin: "inherit", output: "pipe", capture: "pipe", paths: anywhere };
      }
      return {
        stdin: "inherit",
        output: "inherit",
        capture: unseen,
        paths: { stdout: descriptorPath(1), stderr: descriptorPath(2) },
      };
  }
}

function isSameFile(a: number, b: number): boolean {
  const first = fstatSync(a);
  const second = fstatSync(b);
  return first.dev === second.dev && first.ino === second.ino;
}

/** What `/proc` calls the open file, which is what strace prints; undefined where there is no `/proc`. */
function descriptorPath(descriptor: number): string | undefined {
  return process.platform === "linux" ? readlinkSync(`/proc/self/fd/${descriptor}`) : undefined;
}
