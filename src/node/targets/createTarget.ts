import { ExpectedError } from "../../base/errors.ts";
import { readProcFile } from "../procFiles.ts";
import { findOnPath, type ResolvedProgram } from "../program.ts";
import type { ChosenRecorder } from "../recorders/choose.ts";
import { IN_BACKGROUND, straceArguments } from "../recorders/straceArguments.ts";
import type { LaunchRequest, RecordingRequest } from "../recordingRequest.ts";
import type { StdioPlan } from "../stdioPlan.ts";
import { AttachedTarget } from "./attachedTarget.ts";
import { LaunchedTarget } from "./launchedTarget.ts";
import type { Target } from "./target.ts";
import { QUIET_SHELL, REPORTING_SHELL, TerminalTarget } from "./terminalTarget.ts";

export interface TargetParts {
  readonly recorder: ChosenRecorder;
  /** Undefined when attaching. */
  readonly program: ResolvedProgram | undefined;
  readonly plan: StdioPlan;
  /** Translated filter. */
  readonly filter: string;
  readonly seccomp: boolean;
  readonly envSet: Readonly<Record<string, string>>;
  /** Further descriptors for the program, as `Launch.inherited`. */
  readonly inherited: readonly number[];
  /** Called with the pid of a program in a terminal before its trace is read. */
  onTerminalPid(pid: number): void;
}

/** The target that a request asks for, not started yet. */
export function createTarget(request: RecordingRequest, parts: TargetParts): Target {
  const { what, options } = request;
  const { strace } = parts.recorder;
  const traceArguments = (output: string): string[] =>
    straceArguments({
      output,
      filter: parts.filter,
      seccomp: parts.seccomp,
      stacks: options.stacks,
      captureData: options.captureData,
      dumpOutput: parts.plan.capture === "tracer",
    });
  if (what.kind === "attach") {
    if (strace === undefined) throw new Error("Attaching without strace");
    return new AttachedTarget({ pid: what.pid, strace: strace.path, arguments: traceArguments });
  }
  const { program } = parts;
  if (program === undefined) throw new Error("A launch without a program");
  const env = programEnvironment(what, parts.envSet, program);
  const { kept, forTracee } = splitLoaderVariables(env, strace !== undefined);
  const prefix = strace === undefined ? [] : pinPrefix(options.pin);
  const tracer = (tracePath: string): string[] =>
    strace === undefined
      ? []
      : [
          ...[...prefix, strace.path, ...IN_BACKGROUND, ...traceArguments(tracePath)],
          ...forTracee.flatMap(([name, value]) => ["-E", `${name}=${value}`]),
          "--",
        ];

  if (what.stdio.kind === "terminal") {
    const { run } = what.stdio;
    const shell = strace === undefined ? REPORTING_SHELL : QUIET_SHELL;
    return new TerminalTarget({
      run,
      command: (path) => [...shell, ...(strace === undefined ? [path] : tracer(path)), ...program.argv],
      cwd: what.cwd,
      env: environmentChanges(kept),
      traced: strace !== undefined,
      seccomp: parts.seccomp,
      onPid: parts.onTerminalPid,
    });
  }
  return new LaunchedTarget({
    command: (path) => {
      const words = [...fileLimitPrefix(), ...tracer(path)];
      const [file, ...args] = words;
      if (file !== undefined) return { file, args: [...args, ...program.argv] };
      const [name, ...rest] = program.argv;
      // A shell's stand-in for a script without `#!` is its own program.
      return { file: name === "/bin/sh" ? name : program.path, args: rest, argv0: name ?? program.path };
    },
    cwd: what.cwd,
    env: kept,
    plan: parts.plan,
    traced: strace !== undefined,
    seccomp: parts.seccomp,
    inherited: parts.inherited,
    forward: what.stdio.kind === "inherit" && parts.plan.output === "pipe",
  });
}

/** The program's environment: the user's, what makes it talk, and `_` as a shell sets it. */
function programEnvironment(
  what: LaunchRequest,
  envSet: Readonly<Record<string, string>>,
  program: ResolvedProgram,
): Record<string, string> {
  const env = { ...what.env, ...envSet };
  if (env._ !== undefined) env._ = program.path;
  return env;
}

/** Variables of the dynamic loader and of libc are meant for the program, and must not reach its tracer. */
function splitLoaderVariables(
  env: Readonly<Record<string, string>>,
  traced: boolean,
): { kept: Record<string, string>; forTracee: [string, string][] } {
  if (!traced) return { kept: { ...env }, forTracee: [] };
  const isLoader = (name: string): boolean => /^(?:LD_|MALLOC_|GLIBC_TUNABLES$)/.test(name);
  const entries = Object.entries(env);
  return {
    kept: Object.fromEntries(entries.filter(([name]) => !isLoader(name))),
    forTracee: entries.filter(([name]) => isLoader(name)),
  };
}

/** What differs from this process' environment, for a terminal that starts from its own. */
function environmentChanges(env: Readonly<Record<string, string>>): Record<string, string | null> {
  const changes: Record<string, string | null> = {};
  // Removals first: VS Code turns these into the words of an `env` command line as they come, and `env` takes `-u` only
  // before its first assignment.
  for (const name of Object.keys(process.env)) if (env[name] === undefined) changes[name] = null;
  for (const [name, value] of Object.entries(env)) if (process.env[name] !== value) changes[name] = value;
  return changes;
}

/** Puts tracer and program on one CPU, which makes their hand-overs cheap. */
function pinPrefix(pin: boolean): string[] {
  if (!pin) return [];
  const taskset = findOnPath("taskset");
  const cpu = /^Cpus_allowed_list:\t(?:.*[,-])?(\d+)$/m.exec(readProcFile("/proc/self/status") ?? "")?.[1];
  if (taskset === undefined || cpu === undefined) {
    throw new ExpectedError("pin needs the program taskset", {
      wayOut: "Install it (sudo apt-get install util-linux), or record without pin.",
    });
  }
  return [taskset, "-c", cpu];
}

/**
 * Node raises its limit of open files to the most that is allowed, and its children inherit that. A program that closes
 * "all" descriptors, or prints the limit, would notice: it gets the limit of the process that started us.
 */
function fileLimitPrefix(): string[] {
  const ours = openFileLimits("self");
  const parents = openFileLimits(String(process.ppid));
  if (ours === undefined || parents === undefined || ours.hard !== parents.hard || ours.soft === parents.soft)
    return [];
  const prlimit = findOnPath("prlimit");
  return prlimit === undefined ? [] : [prlimit, `--nofile=${parents.soft}:${parents.hard}`, "--"];
}

function openFileLimits(process: string): { soft: string; hard: string } | undefined {
  const found = /^Max open files\s+(\S+)\s+(\S+)/m.exec(readProcFile(`/proc/${process}/limits`) ?? "");
  return found === null ? undefined : { soft: found[1] ?? "", hard: found[2] ?? "" };
}
