import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";
import { release, type } from "node:os";
import { dirname, resolve } from "node:path";
import { ExpectedError } from "../base/errors.ts";
import { formatBytes } from "../base/format.ts";
import { oneLine, truncate } from "../base/text.ts";
import { parseGpu } from "../engine/session/gpuParse.ts";
import type { DoctorCheck } from "../engine/view/doctor.ts";
import { RUNS_DIRECTORY } from "../protocol/runFiles.ts";
import { CONFIG_FILE, loadConfig, targetNames } from "./config.ts";
import { gpuQuery, NO_DEVICES } from "./gpuSampler.ts";
import { type InstallableTool, installLine } from "./packages.ts";
import { errorCode, readProcFile } from "./procFiles.ts";
import { DEFAULT_PATH, findOnPath } from "./program.ts";
import { isProbeFailure, probeStrace, yamaScope } from "./recorders/straceProbe.ts";
import { runTool } from "./runTool.ts";
import { findSymbolisers } from "./symbolise/tools.ts";
import { writeFailure } from "./writeFailure.ts";

export interface DoctorOptions {
  /** Where tools are looked for; default PATH. */
  readonly path?: string;
  /** The strace program asked for by a setting; empty or left out to look for it. */
  readonly stracePath?: string;
  /** Absolute folder whose `goldentrace.toml` is looked at; left out, none is. */
  readonly workspace?: string;
  /** Absolute; default `.goldentrace/runs` below the current directory. */
  readonly runsDirectory?: string;
}

/** Looks at everything that recording needs on this machine, by trying it where that is possible. Changes nothing. */
export async function runDoctor(options: DoctorOptions = {}): Promise<DoctorCheck[]> {
  const path = options.path ?? process.env.PATH ?? DEFAULT_PATH;
  const runs = options.runsDirectory ?? resolve(RUNS_DIRECTORY);
  const strace = options.stracePath || findOnPath("strace", path);
  const checks = await Promise.all([
    kernel(),
    ...(process.platform === "linux"
      ? [ptraceScope(), alreadyTraced(), container(), tracing(strace), seccomp(strace)]
      : []),
    straceFeatures(strace),
    symbolisers(path),
    tool("python3", path, "Python programs and the Python agent"),
    tool("git", path, "commit and branch of a run"),
    tool("cc", path, "building the C sample"),
    editor(path),
    nodeVersion(),
    ...(process.platform === "linux" ? [metrics(), gpus(path)] : []),
    ...(options.workspace === undefined ? [] : [configuration(options.workspace)]),
    runsWritable(runs),
    diskSpace(runs),
  ]);
  return checks;
}

/** Since 4.8 a seccomp filter and ptrace stops come in the order that tracing needs; 5.3 has PTRACE_GET_SYSCALL_INFO. */
const OLDEST_KERNEL = [4, 8] as const;
const GOOD_KERNEL = [5, 3] as const;

function kernel(): DoctorCheck {
  const check = { id: "kernel", title: "Kernel", detail: `${type()} ${release()}` };
  if (process.platform !== "linux") {
    const repair = "Record in a Linux container or over Remote-SSH; here only logs are recorded (recorder none).";
    return { ...check, state: "problem", repair };
  }
  if (isOlder(release(), OLDEST_KERNEL))
    return { ...check, state: "problem", repair: "Update the system: 4.8 or newer." };
  if (isOlder(release(), GOOD_KERNEL)) return { ...check, state: "warning", repair: "Tracing is slower before 5.3." };
  return { ...check, state: "ok" };
}

function ptraceScope(): DoctorCheck {
  const check = { id: "ptrace-scope", title: "Ptrace scope" };
  const scope = yamaScope();
  const isRoot = process.getuid?.() === 0;
  const relax = `${isRoot ? "" : "sudo "}sysctl kernel.yama.ptrace_scope=`;
  if (scope === undefined) return { ...check, state: "ok", detail: "not restricted (no Yama)" };
  if (scope === 0) return { ...check, state: "ok", detail: "0: not restricted" };
  if (scope === 3) {
    const repair = "Set kernel.yama.ptrace_scope to 1 in /etc/sysctl.d and restart the machine.";
    return { ...check, state: "problem", detail: "3: tracing is switched off until the machine restarts", repair };
  }
  if (isRoot) return { ...check, state: "ok", detail: `${scope}: does not restrict root` };
  if (scope === 2) return { ...check, state: "problem", detail: "2: only root may trace", repair: `${relax}1` };
  const detail = "1: programs can be run and recorded; attaching to running ones is refused";
  return { ...check, state: "warning", detail, repair: `${relax}0` };
}

function alreadyTraced(): DoctorCheck {
  const check = { id: "already-traced", title: "Other tracers" };
  const tracer = Number(/^TracerPid:\t(\d+)$/m.exec(readProcFile("/proc/self/status") ?? "")?.[1] ?? 0);
  if (tracer === 0) return { ...check, state: "ok", detail: "this process is not traced" };
  const name = oneLine((readProcFile(`/proc/${tracer}/comm`) ?? "").trim());
  return {
    ...check,
    state: "warning",
    detail: `this process is traced by ${tracer}${name === "" ? "" : ` (${name})`}; a program can have one tracer only`,
    repair: "Start Goldentrace outside of the other tracer or debugger.",
  };
}

function container(): DoctorCheck {
  const signs = ["/.dockerenv", "/run/.containerenv"].filter((sign) => existsSync(sign));
  const named = process.env.container ?? "";
  const inside = signs.length > 0 || named !== "" || process.env.KUBERNETES_SERVICE_HOST !== undefined;
  const detail = inside ? `inside one${named === "" ? "" : ` (${oneLine(truncate(named, 40))})`}` : "not in one";
  return { id: "container", title: "Container", state: "ok", detail };
}

/** The only sure way to know whether kernel, security modules and container allow tracing is to do it. */
async function tracing(strace: string | undefined): Promise<DoctorCheck> {
  const check = { id: "tracing", title: "Tracing" };
  if (strace === undefined) return { ...check, state: "problem", detail: "not tried: strace is missing" };
  const probe = await probeStrace(strace);
  if (!isProbeFailure(probe)) return { ...check, state: "ok", detail: "a program was traced" };
  return { ...check, state: "problem", detail: probe.reason, repair: probe.wayOut };
}

/** strace's `--seccomp-bpf` lets calls that are not asked for run at full speed. */
async function seccomp(strace: string | undefined): Promise<DoctorCheck> {
  const check = { id: "seccomp", title: "Seccomp filters" };
  const mode = /^Seccomp:\t(\d)$/m.exec(readProcFile("/proc/self/status") ?? "")?.[1];
  const around = mode === "2" ? "; this process runs under a filter itself" : "";
  if (mode === undefined) {
    return { ...check, state: "warning", detail: "the kernel has none: filters do not make recording faster" };
  }
  if (strace === undefined) return { ...check, state: "warning", detail: `not tried: strace is missing${around}` };
  const trial = ["-f", "--seccomp-bpf", "-qq", "-e", "trace=exit_group", "-o", "/dev/null", "--", "/bin/true"];
  const result = await runTool(strace, trial, { timeoutMs: 20_000, env: { ...process.env, LC_ALL: "C" } });
  if (result?.code === 0 && result.stderr === "") return { ...check, state: "ok", detail: `work${around}` };
  const said = truncate(oneLine(result?.stderr.trim().split("\n")[0] ?? ""), 200);
  const detail = `do not work: filters do not make recording faster${said === "" ? "" : ` (${said})`}${around}`;
  return { ...check, state: "warning", detail };
}

async function straceFeatures(strace: string | undefined): Promise<DoctorCheck> {
  const check = { id: "strace", title: "strace" };
  if (strace === undefined) {
    return { ...check, state: "problem", detail: "not found", repair: installLine("strace") };
  }
  const about = await runTool(strace, ["-V"]);
  const version = /^strace -- version (\S+)/m.exec(about?.stdout ?? "")?.[1];
  if (version === undefined) {
    const repair = `${installLine("strace")} (or correct the setting stracePath)`;
    return { ...check, state: "problem", detail: `${oneLine(strace)} does not answer as strace does`, repair };
  }
  const { unwinder, demangles } = straceFeaturesOf(about?.stdout ?? "");
  const detail = `${version} at ${oneLine(strace)}, stacks by ${unwinder ?? "nothing"}${demangles ? ", demangled" : ""}`;
  if (isOlder(version, [5, 6]))
    return { ...check, state: "problem", detail, repair: `${installLine("strace")} (5.6 or newer)` };
  if (unwinder === undefined) {
    const repair = "Install a strace built with libunwind or libdw to get source lines (--stacks).";
    return { ...check, state: "warning", detail, repair };
  }
  return { ...check, state: "ok", detail };
}

/** What `strace -V` says it was built with. */
export function straceFeaturesOf(version: string): {
  /** What `-k` unwinds with: addresses are offsets in files with libunwind, addresses of the module with libdw. */
  readonly unwinder: "libunwind" | "libdw" | undefined;
  readonly demangles: boolean;
} {
  const words = (/^Optional features enabled: (.*)$/m.exec(version)?.[1] ?? "").split(" ");
  const unwinder = (["libunwind", "libdw"] as const).find((name) => words.includes(`stack-trace=${name}`));
  return { unwinder, demangles: words.includes("stack-demangle") };
}

async function symbolisers(path: string): Promise<DoctorCheck> {
  const check = { id: "symboliser", title: "Source lines" };
  const tools = await findSymbolisers(path);
  if (tools.length === 0) {
    const detail = "neither llvm-symbolizer nor addr2line was found: stacks have no source lines";
    return { ...check, state: "warning", detail, repair: installLine("addr2line") };
  }
  return { ...check, state: "ok", detail: tools.map((found) => oneLine(found.path)).join(", ") };
}

async function tool(name: InstallableTool, path: string, use: string): Promise<DoctorCheck> {
  const check = { id: name, title: name };
  const found = findOnPath(name, path);
  const missing: DoctorCheck = {
    ...check,
    state: "warning",
    detail: `not found; for ${use}`,
    repair: installLine(name),
  };
  if (found === undefined) return missing;
  const result = await runTool(found, ["--version"], { timeoutMs: 20_000 });
  // Version managers put programs on PATH that only say that nothing is installed.
  if (result?.code !== 0) return { ...missing, detail: `${oneLine(found)} does not run; for ${use}` };
  const said = `${result.stdout}\n${result.stderr}`.trim().split("\n")[0] ?? "";
  return { ...check, state: "ok", detail: `${truncate(oneLine(said), 100)} at ${oneLine(found)}` };
}

/** Only looked for: starting it could open a window. */
function editor(path: string): DoctorCheck {
  const check = { id: "vscode", title: "VS Code" };
  const found = ["code", "code-insiders", "codium", "cursor"].map((name) => findOnPath(name, path)).find(Boolean);
  if (found !== undefined) return { ...check, state: "ok", detail: oneLine(found) };
  if (process.env.VSCODE_IPC_HOOK_CLI !== undefined || process.env.TERM_PROGRAM === "vscode") {
    return { ...check, state: "ok", detail: "this runs inside it" };
  }
  return {
    ...check,
    state: "warning",
    detail: "no code on PATH; the command line works without",
    repair: "Install it from https://code.visualstudio.com (then: Shell Command: Install 'code' command in PATH).",
  };
}

function nodeVersion(): DoctorCheck {
  const check = { id: "node", title: "Node.js", detail: process.version };
  if (isOlder(process.version.slice(1), [20, 0])) {
    return { ...check, state: "problem", repair: "Install Node.js 20 or newer from https://nodejs.org." };
  }
  return { ...check, state: "ok" };
}

function metrics(): DoctorCheck {
  const check = { id: "metrics", title: "Metrics" };
  const refused = ["stat", "status", "io", "schedstat"].filter((file) => {
    try {
      return (readProcFile(`/proc/self/${file}`) ?? "") === "";
    } catch (error) {
      if (errorCode(error) === "") throw error;
      return true;
    }
  });
  if (refused.length === 0) return { ...check, state: "ok", detail: "CPU, memory and I/O of processes can be read" };
  return {
    ...check,
    state: "warning",
    detail: `the system hides ${refused.join(", ")} of /proc/PID: some metrics are missing`,
  };
}

/** Without persistence mode the driver is loaded for each look: a second or more for every GPU. */
const GPU_TIMEOUT_MS = 20_000;

/** Asks as a recording does. Most machines have no GPU, and nothing is wrong with them. */
async function gpus(path: string): Promise<DoctorCheck> {
  const check = { id: "gpu", title: "GPU" };
  const program = findOnPath("nvidia-smi", path);
  if (program === undefined) {
    return { ...check, state: "ok", detail: "no nvidia-smi on PATH: figures of GPUs are not recorded" };
  }
  const env = { ...process.env, LC_ALL: "C" };
  const result = await runTool(program, gpuQuery(), { cwd: "/", timeoutMs: GPU_TIMEOUT_MS, env });
  const lines = result?.stdout.split("\n") ?? [];
  const names = lines.flatMap((line) => parseGpu(line)?.name ?? []);
  if (names.length > 0) return { ...check, state: "ok", detail: truncate(names.join(", "), 200) };
  if (result?.code === NO_DEVICES) return { ...check, state: "ok", detail: "nvidia-smi finds no GPU" };
  const said = oneLine(truncate(`${result?.stdout ?? ""} ${result?.stderr ?? ""}`.trim(), 200));
  const how =
    result?.code === null ? "took too long" : said || "cannot be executed or printed nothing that was understood";
  return {
    ...check,
    state: "warning",
    detail: `nvidia-smi does not tell the figures of a GPU, so they are not recorded: ${how}`,
    repair: "Run nvidia-smi; it says what is wrong with the driver.",
  };
}

/** A configuration with a mistake stops every recording in its workspace. */
function configuration(workspace: string): DoctorCheck {
  const check = { id: "config", title: "Configuration" };
  try {
    const names = targetNames(loadConfig(workspace));
    const detail = names.length === 0 ? `no targets in ${CONFIG_FILE}` : `targets: ${truncate(names.join(", "), 200)}`;
    return { ...check, state: "ok", detail: oneLine(detail) };
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    return { ...check, state: "problem", detail: oneLine(error.message), repair: `Correct ${CONFIG_FILE}.` };
  }
}

function runsWritable(runs: string): DoctorCheck {
  const check = { id: "runs", title: "Run folder" };
  const existing = nearestExisting(runs);
  const repair = "Choose another directory: goldentrace run --out DIR";
  if (!statSync(existing).isDirectory()) {
    return { ...check, state: "problem", detail: `${oneLine(existing)} is not a directory`, repair };
  }
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
    return { ...check, state: "ok", detail: `${oneLine(runs)} can be written` };
  } catch (error) {
    const detail = `${oneLine(existing)} cannot be written: ${writeFailure(error) ?? errorCode(error)}`;
    return { ...check, state: "problem", detail, repair };
  }
}

const LEAST_BYTES = 100 * (1 << 20);
const COMFORTABLE_BYTES = 1 << 30;

function diskSpace(runs: string): DoctorCheck {
  const check = { id: "disk", title: "Disk space" };
  const { bavail, bsize } = statfsSync(nearestExisting(runs));
  const free = bavail * bsize;
  const detail = `${formatBytes(free)} free where runs are kept`;
  const repair = "goldentrace clean";
  if (free < LEAST_BYTES) return { ...check, state: "problem", detail, repair };
  return free < COMFORTABLE_BYTES ? { ...check, state: "warning", detail, repair } : { ...check, state: "ok", detail };
}

function nearestExisting(path: string): string {
  let existing = path;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  return existing;
}

function isOlder(version: string, than: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10) || 0);
  return major < than[0] || (major === than[0] && minor < than[1]);
}
