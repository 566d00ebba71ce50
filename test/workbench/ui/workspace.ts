// Workspaces for the UI tests: real programs in a temporary folder with a launch configuration each.
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** Logs at TRACE and computes until a file named `stop` appears; then ends with exit code 0. */
const WORKER = `import logging, os, sys, time

logging.addLevelName(5, "TRACE")
logging.basicConfig(stream=sys.stdout, level=5, format="%(asctime)s | %(levelname)-8s | %(name)s | %(message)s")
log = logging.getLogger("worker")
log.info("ready with pid %d", os.getpid())
step = 0
while not os.path.exists("stop"):
    step += 1
    log.log(5, "step %d begins", step)
    with open("scratch", "w") as scratch:
        scratch.write("x" * 10000)
    sum(i * i for i in range(20000))
    log.debug("step %d done", step)
    if step % 10 == 0:
        print(f"worker.py:14: warning: step {step} is a round number", flush=True)
    time.sleep(0.02)
log.info("stopped after %d steps", step)
`;

export interface TestWorkspace {
  readonly folder: string;
  /** Lets the program `worker.py` end. */
  finish(): Promise<void>;
  /** Lets later runs of `worker.py` go on again. */
  resume(): Promise<void>;
  remove(): Promise<void>;
}

/** On PATH there may be a version manager's script, which starts dozens of processes first. */
function pythonItself(): string {
  return execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();
}

/** A folder whose name has a blank, with worker.py and configurations that record it. */
export async function makeWorkspace(): Promise<TestWorkspace> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), "goldentrace ui ")));
  await mkdir(path.join(folder, ".vscode"));
  await writeFile(path.join(folder, "worker.py"), WORKER);
  const configuration = {
    type: "goldentrace",
    request: "launch",
    name: "Record worker",
    program: pythonItself(),
    args: ["${workspaceFolder}/worker.py"],
    cwd: "${workspaceFolder}",
  };
  await writeFile(
    path.join(folder, ".vscode", "launch.json"),
    JSON.stringify({ version: "0.2.0", configurations: [configuration] }, undefined, 2),
  );
  return {
    folder,
    resume: () => rm(path.join(folder, "stop"), { force: true }),
    finish: () => writeFile(path.join(folder, "stop"), ""),
    // The adapter of a closed window may still be writing the end of its run.
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 40, retryDelay: 250 }),
  };
}
