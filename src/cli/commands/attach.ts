import { readlinkSync } from "node:fs";
import { resolve } from "node:path";
import { ExpectedError } from "../../base/errors.ts";
import { shown } from "../../base/terminal/shown.ts";
import type { Recording } from "../../engine/session/recording.ts";
import { completeOptions, runsDirectoryOf } from "../../node/buildRequest.ts";
import { loadConfig } from "../../node/config.ts";
import { startRecording } from "../../node/startRecording.ts";
import { findWorkspace } from "../../node/workspace.ts";
import { atMost, parseCommandLine, seeHelp, usage } from "../commandLine.ts";
import type { Command } from "../dispatch.ts";
import { parseDuration } from "../duration.ts";
import { RecordingCounter, writeClosing } from "../followRecording.ts";
import { recordingOptions } from "../recordingOptions.ts";
import { Progress } from "../terminal/progress.ts";

const COULD_NOT_RECORD = 125;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const MAX_TIMER_MS = 2 ** 31 - 1;

export const command: Command = async (argv, context) => {
  const line = parseCommandLine("attach", argv);
  atMost(line, 1);
  const pid = parsePid(line.positionals[0]);
  const duration = line.text("duration");
  const durationMs =
    duration === undefined ? undefined : Math.min(MAX_TIMER_MS, parseDuration("duration", duration, "s"));
  const workspace = findWorkspace(context.cwd);
  const out = line.text("out");
  const quiet = line.has("quiet");
  let recording: Recording | undefined;
  let progress: Progress | undefined;
  let fail: (error: unknown) => void = () => {};
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  let isAskedToStop = false;
  // Every way to end us lets the process go first: it must not be left stopped. That holds while we attach, too.
  const detach = () => {
    isAskedToStop = true;
    void recording?.detach().catch(fail);
  };
  for (const signal of SIGNALS) process.on(signal, detach);
  let timer: NodeJS.Timeout | undefined;
  try {
    recording = await startRecording({
      name: line.text("name") || `attach-${pid}`,
      what: { kind: "attach", pid },
      workspace,
      runsDirectory: runsDirectoryOf(workspace, out === undefined ? undefined : resolve(context.cwd, out)),
      options: completeOptions(recordingOptions(line), loadConfig(workspace).defaults ?? {}),
      toolVersion: context.version,
    });
    const notices: string[] = [];
    recording.onNotice((notice) => notices.push(notice));
    const counter = new RecordingCounter(recording);
    progress = new Progress(context.stderr, () => `${counter.text()}  (Ctrl-C detaches)`);
    if (!quiet && !sharesTerminal(pid)) progress.start();
    if (isAskedToStop) detach();
    else if (durationMs !== undefined)
      timer = setTimeout(() => void recording?.detach("duration").catch(fail), durationMs);
    const result = await Promise.race([recording.ended, failure]);
    await progress.stop();
    await writeClosing(result, notices, { quiet, verbose: line.has("verbose") }, context);
    return result.manifest.state === "failed" ? COULD_NOT_RECORD : 0;
  } finally {
    clearTimeout(timer);
    for (const signal of SIGNALS) process.off(signal, detach);
    await progress?.stop();
  }
};

function parsePid(text: string | undefined): number {
  if (text === undefined) throw usage("Which process?", seeHelp("attach"));
  if (!/^[1-9]\d{0,8}$/.test(text)) throw usage(`Not a process id: ${shown(text)}`, "Find it with: pgrep -a NAME");
  if (Number(text) === process.pid) throw new ExpectedError("Goldentrace cannot record itself", { code: "usage" });
  return Number(text);
}

/** Whether the process prints to the terminal that our progress would be drawn on. Unknown counts as yes. */
function sharesTerminal(pid: number): boolean {
  try {
    const ours = readlinkSync("/proc/self/fd/2");
    return [1, 2].some((descriptor) => readlinkSync(`/proc/${pid}/fd/${descriptor}`) === ours);
  } catch {
    return true;
  }
}
