import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Recording } from "../../src/engine/session/recording.ts";
import { completeOptions } from "../../src/node/buildRequest.ts";
import { openRun } from "../../src/node/runFolder/openRun.ts";
import { startRecording } from "../../src/node/startRecording.ts";
import { RUN_FILES } from "../../src/protocol/runFiles.ts";
import { Bench, fileAppears, processesWith, started, until } from "./support.ts";

const MIB = 1024 * 1024;
const BUSY = "GPU-f7c1496c-b7f5-b1d2-78ea-68826f778059";

/** Lines as the tool prints them on a server with two GPUs. */
const GPU_LINES = [
  `0, ${BUSY}, NVIDIA H100 80GB HBM3, 98, 74709, 81559, 412.57`,
  "1, GPU-4eac38f2-1a70-662a-f6f4-9b62d1778ef4, NVIDIA H100 80GB HBM3, 0, 5, 81559, 70.16",
];

/** A program that tells its pid and runs until the GPUs were looked at several times. */
const PROGRAM = 'echo $$ >"$0/pid"; until [ -e "$0/enough" ]; do sleep 0.02; done';

/**
 * Stands for NVIDIA's tool, which needs their hardware: looks at the same arguments and prints what that prints, at the interval
 * asked for. It tells of one process, the program's.
 */
const TOOL = `
[ "$2" = --format=csv,noheader,nounits ] && [ "$3" = -lms ] || exit 2
pause=$(($4 / 1000)).$(printf %03d $(($4 % 1000)))
rounds=0
while :; do
  case "$1" in
    --query-gpu=index,uuid,name,utilization.gpu,memory.used,memory.total,power.draw) cat "$here/gpus";;
    --query-compute-apps=gpu_uuid,pid,used_gpu_memory) echo "${BUSY}, $(cat "$here/pid"), 74698";;
    *) exit 2;;
  esac
  rounds=$((rounds + 1))
  [ $rounds = 3 ] && : >"$here/enough"
  sleep $pause
done`;

let bench: Bench;
let here = "";
let folders = 0;
let current: Recording | undefined;

beforeAll(async () => {
  bench = await Bench.make();
});
afterAll(() => bench.remove());
afterEach(async () => {
  vi.unstubAllEnvs();
  // What a failed test left behind.
  await current?.kill();
  for (const { pid } of tools()) process.kill(pid, "SIGKILL");
});

/** Puts a tool with this name first on PATH. */
function install(script: string, interpreter = "/bin/sh"): void {
  here = bench.directory(`machine ${process.pid}-${folders++}`);
  const directory = join(here, "bin");
  mkdirSync(directory);
  const head = `#!${interpreter}\nhere='${here}'\necho $$ >>"$here/calls"\n`;
  writeFileSync(join(directory, "nvidia-smi"), `${head}${script}\n`);
  chmodSync(join(directory, "nvidia-smi"), 0o755);
  writeFileSync(join(here, "gpus"), `${GPU_LINES.join("\n")}\n`);
  vi.stubEnv("PATH", `${directory}:${process.env.PATH}`);
}

/** The tool's processes that are alive, and those that watch over them. */
function tools(): { readonly pid: number }[] {
  const calls = join(here, "calls");
  if (here === "" || !existsSync(calls)) return [];
  const pids = readFileSync(calls, "utf8").trim().split("\n");
  return [...processesWith(join(here, "bin")), ...pids.flatMap((pid) => processesWith(`\0sh\0${pid}\0`))];
}

async function start(command: readonly string[], notices: string[] = []): Promise<Recording> {
  const recording = await startRecording({
    name: "gpu",
    what: {
      kind: "launch",
      program: command[0] ?? "",
      args: command.slice(1),
      cwd: bench.folder,
      env: process.env as Record<string, string>,
      stdio: { kind: "pipes" },
    },
    workspace: bench.folder,
    runsDirectory: bench.runs,
    options: completeOptions({ recorder: "none", traceLogs: false }),
    toolVersion: "0.0.0",
  });
  current = recording;
  recording.onNotice((notice) => notices.push(notice));
  return recording;
}

/** What was said about GPUs. */
function aboutGpus(messages: readonly string[]): string[] {
  return messages.filter((message) => message.includes("GPU"));
}

describe("GPUs", () => {
  it("are sampled while the program runs, with the memory that it holds, and nothing of it is left behind", async () => {
    install(TOOL);
    const recording = await start(["sh", "-c", PROGRAM, here]);
    const { end, manifest } = await recording.ended;
    expect(end.exitCode).toBe(0);
    await until(tools, (left) => left.length === 0);
    expect(aboutGpus(end.problems)).toEqual([]);
    expect(manifest.host.gpus).toEqual(["NVIDIA H100 80GB HBM3", "NVIDIA H100 80GB HBM3"]);

    const { gpus, problems } = (await openRun(end.runFolder)).trace;
    expect(problems).toEqual([]);
    expect(gpus.length).toBeGreaterThanOrEqual(4);
    const first = gpus.gpu.indexOf(0);
    expect(gpus.time[first]).toBeGreaterThan(0);
    expect(gpus.name[first]).toBe("NVIDIA H100 80GB HBM3");
    expect(gpus.utilizationPercent[first]).toBe(98);
    expect(gpus.memoryBytes[first]).toBe(74_709 * MIB);
    expect(gpus.memoryTotalBytes[first]).toBe(81_559 * MIB);
    expect(gpus.powerWatts[first]).toBe(412.57);
    const program = (gpu: number) => gpus.programMemoryBytes[gpus.gpu.lastIndexOf(gpu)];
    expect(program(0)).toBe(74_698 * MIB);
    expect(program(1)).toBe(0);
    const report = readFileSync(join(end.runFolder, RUN_FILES.report), "utf8");
    expect(report).toContain("## GPU");
    expect(report).toContain("`NVIDIA H100 80GB HBM3`");
  });

  it("leave nothing running when the recorder is killed, and what was sampled is in the run", async () => {
    // Processes that print nothing never find their pipe broken.
    install(TOOL.replace(/--query-compute-apps=.*;;/, "--query-compute-apps=*) ;;"));
    const job = bench.job(["sh", "-c", PROGRAM.replace("enough", "never"), here], { options: { recorder: "none" } });
    const recorder = bench.spawnRecorder(job, { stdio: "ignore" });
    const info = await started(job);
    await fileAppears(join(here, "enough"));
    const table = join(info.runFolder, RUN_FILES.gpus);
    await until(
      () => existsSync(table),
      (isThere) => isThere,
    );
    expect(tools().length).toBeGreaterThanOrEqual(4);
    recorder.kill("SIGKILL");
    await until(tools, (left) => left.length === 0);
    const { trace } = await openRun(info.runFolder);
    expect(trace.gpus.length).toBeGreaterThanOrEqual(2);
    expect(trace.problems.map(({ kind }) => kind)).toContain("recorder-died");
    for (const { pid } of processesWith(here)) process.kill(pid, "SIGKILL");
  });

  it.each<[what: string, script: string, interpreter: string, told: string]>([
    [
      "whose driver does not answer",
      'echo "NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver."; exit 9',
      "/bin/sh",
      "were not recorded: nvidia-smi ended with code 9: NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
    ],
    ["with a tool that cannot be executed", "", "/no/such/shell", "were not recorded: nvidia-smi could not be started"],
    ["with a tool that floods", 'exec yes "$(cat "$here/gpus")"', "/bin/sh", "printed more than it was asked for."],
    [
      "with a tool that talks nonsense",
      "i=0; while [ $i -lt 200 ]; do printf '\\033[2J[N/A], %s\\n' $i; i=$((i + 1)); done; sleep 1000",
      "/bin/sh",
      "were not recorded: nvidia-smi printed nothing that was understood.",
    ],
    [
      "with a tool that leaves another one behind",
      'sh -c "while :; do sleep 1; done" "$here/bin" & sleep 0.2; exec yes',
      "/bin/sh",
      "were not recorded: nvidia-smi printed",
    ],
    [
      "with a tool that dies",
      'cat "$here/gpus"; echo "Unable to determine the device handle for GPU 0000:01:00.0: Unknown Error" >&2; exit 15',
      "/bin/sh",
      "nvidia-smi ended with code 15: Unable to determine the device handle for GPU 0000:01:00.0: Unknown Error.",
    ],
  ])("of a machine %s are told as missing, once, and the run is whole", async (_, script, interpreter, told) => {
    install(script, interpreter);
    const notices: string[] = [];
    const recording = await start(["sleep", "1000"], notices);
    const [notice] = await until(
      () => aboutGpus(notices),
      (seen) => seen.length > 0,
    );
    expect(notice).toContain(told);
    await recording.kill();
    const { end } = await recording.ended;
    await until(tools, (left) => left.length === 0);
    expect(aboutGpus(end.problems)).toEqual([notice]);
    expect(end.complete).toBe(true);
    expect((await openRun(end.runFolder)).trace.problems).toEqual([]);
  });

  it.each([
    ["", "exit 6"],
    [", also when it leaves a process behind that holds its output", '(while :; do sleep 1; done; : "$0") & exit 6'],
  ])("of a machine without any are not missed, though the tool is there%s", async (_, ending) => {
    install(`echo "No devices were found"; ${ending}`);
    const recording = await start(["sh", "-c", 'until [ -e "$0/calls" ]; do sleep 0.02; done; sleep 0.1', here]);
    const { end, manifest } = await recording.ended;
    await until(tools, (left) => left.length === 0);
    expect(aboutGpus(end.problems)).toEqual([]);
    expect(manifest.host.gpus).toBeUndefined();
    expect(existsSync(join(end.runFolder, RUN_FILES.gpus))).toBe(false);
  });
});
