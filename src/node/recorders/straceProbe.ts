import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { errorCode } from "../procFiles.ts";
import { findOnPath } from "../program.ts";
import { runTool } from "../runTool.ts";

/** A strace that was seen to work here. */
export interface WorkingStrace {
  readonly path: string;
  /** `6.1` */
  readonly version: string;
  /** The library that it unwinds stacks with (`libunwind`, `libdw`); empty when it was built without. */
  readonly stackTraces: string;
}

export interface ProbeFailure {
  readonly code: "tracer-missing" | "ptrace-refused";
  readonly reason: string;
  readonly wayOut: string;
}

const INSTALL = "Install it: sudo apt-get install strace (or dnf, pacman, apk add strace).";

/** Long enough for a loaded machine; the program that is traced ends at once. */
const PROBE_TIMEOUT_MS = 20_000;

/** Oldest strace with `--syscall-times=ns`, `-DDD` and `--seccomp-bpf`. */
const OLDEST = [5, 6] as const;

/**
 * Finds strace and traces a trivial program with it, which is the only sure way to learn whether the kernel, its security
 * modules and the container allow it.
 * @param asked path of the strace program, or empty to search PATH
 */
export async function probeStrace(asked: string): Promise<WorkingStrace | ProbeFailure> {
  if (process.platform !== "linux") {
    return {
      code: "tracer-missing",
      reason: `strace works on Linux only, and this is ${process.platform}`,
      wayOut: "Record in a Linux container or over Remote-SSH to trace system calls.",
    };
  }
  const path = asked.includes("/") ? resolve(asked) : findOnPath(asked === "" ? "strace" : asked);
  if (path === undefined && asked === "") {
    return { code: "tracer-missing", reason: "strace is not installed", wayOut: INSTALL };
  }
  const unusable = path === undefined ? `there is no ${asked} on PATH` : whyNotStartable(path);
  if (path === undefined || unusable !== undefined) return wrongPath(asked, `strace cannot be started: ${unusable}`);
  const tool = { timeoutMs: PROBE_TIMEOUT_MS, env: { ...process.env, LC_ALL: "C" } };
  const about = await runTool(path, ["-V"], tool);
  const version = /^strace -- version (\S+)/m.exec(about?.stdout ?? "")?.[1];
  if (version === undefined) return wrongPath(asked, `${path} is not strace: it does not answer as strace does`);
  if (isTooOld(version)) {
    return {
      code: "tracer-missing",
      reason: `strace ${version} is too old (${OLDEST.join(".")} or newer is needed)`,
      wayOut: INSTALL,
    };
  }
  const trial = await runTool(path, ["-f", "-qq", "-o", "/dev/null", "--", "/bin/sh", "-c", "exit 7"], tool);
  if (trial?.code === 7 && trial.stderr === "") {
    return { path, version, stackTraces: /\bstack-trace=(\w+)/.exec(about?.stdout ?? "")?.[1] ?? "" };
  }
  return { code: "ptrace-refused", ...whyRefused(trial?.stderr ?? "") };
}

function wrongPath(asked: string, reason: string): ProbeFailure {
  const wayOut =
    asked === ""
      ? "It was found on PATH: name the right one with stracePath (--strace)."
      : "Correct stracePath (the setting goldentrace.stracePath, or --strace), or leave it empty to search PATH.";
  return { code: "tracer-missing", reason, wayOut };
}

/** Why a file cannot be run, as far as that shows without running it. */
function whyNotStartable(path: string): string | undefined {
  try {
    if (!statSync(path).isFile()) return `${path} is not a file`;
    accessSync(path, constants.X_OK);
    return undefined;
  } catch (error) {
    switch (errorCode(error)) {
      case "":
        throw error;
      case "ENOENT":
      case "ENOTDIR":
        return `there is no file ${path}`;
      case "EACCES":
        return `${path} is not executable`;
      default:
        return `${path} (${errorCode(error)})`;
    }
  }
}

export function isProbeFailure(probe: WorkingStrace | ProbeFailure): probe is ProbeFailure {
  return "code" in probe;
}

/** What stops ptrace on this machine, as far as the system tells, and the line that changes it. */
export function whyRefused(straceSays: string): { reason: string; wayOut: string } {
  const said = straceSays.trim().split("\n")[0] ?? "";
  const scope = yamaScope();
  if (scope === 3) {
    return {
      reason: "tracing is switched off on this machine (kernel.yama.ptrace_scope is 3)",
      wayOut: "Set kernel.yama.ptrace_scope to 1 in /etc/sysctl.d and restart the machine.",
    };
  }
  if (scope === 2 && process.getuid?.() !== 0) {
    return {
      reason: "only root may trace on this machine (kernel.yama.ptrace_scope is 2)",
      wayOut: "sudo sysctl kernel.yama.ptrace_scope=1",
    };
  }
  if (isContainer() || /Operation not permitted/.test(said)) {
    return {
      reason: `the system refuses ptrace${said === "" ? "" : ` (${said})`}`,
      wayOut:
        "In a container: start it with --cap-add=SYS_PTRACE (docker, podman) or add it to runArgs in devcontainer.json.",
    };
  }
  return {
    reason: `strace does not work here${said === "" ? "" : ` (${said})`}`,
    wayOut: "goldentrace doctor shows what is wrong.",
  };
}

/** `kernel.yama.ptrace_scope`; undefined where the kernel has no Yama. */
export function yamaScope(): number | undefined {
  try {
    return Number(readFileSync("/proc/sys/kernel/yama/ptrace_scope", "utf8"));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function isContainer(): boolean {
  return ["/.dockerenv", "/run/.containerenv"].some((path) => {
    try {
      accessSync(path);
      return true;
    } catch {
      return false;
    }
  });
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10) || 0);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
