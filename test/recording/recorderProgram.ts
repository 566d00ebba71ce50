import { writeFileSync } from "node:fs";
import { ExpectedError } from "../../src/base/errors.ts";
import { completeOptions } from "../../src/node/buildRequest.ts";
import { startRecording } from "../../src/node/startRecording.ts";
import type { RecorderJob, RecorderOutcome } from "./recorderJob.ts";

/**
 * A recorder with nothing around it, as a process of its own: tests give it standard streams, signals and limits.
 * Reads a `RecorderJob` from its first argument and writes a `RecorderOutcome` to the job's file.
 */
async function main(): Promise<void> {
  const job = JSON.parse(process.argv[2] ?? "") as RecorderJob;
  // The program gets the signals of a terminal itself.
  process.on("SIGINT", () => undefined);
  const report = (outcome: RecorderOutcome): void => writeFileSync(job.outcome, JSON.stringify(outcome));
  try {
    const recording = await startRecording({
      name: job.name ?? "test",
      what: {
        kind: "launch",
        program: job.command[0] ?? "",
        args: job.command.slice(1),
        cwd: job.cwd ?? process.cwd(),
        env: job.env ?? (process.env as Record<string, string>),
        stdio: { kind: "inherit" },
      },
      workspace: job.workspace,
      runsDirectory: job.runs,
      options: completeOptions({ traceLogs: false, ...job.options }),
      toolVersion: "0.0.0",
    });
    const notices: string[] = [];
    recording.onNotice((notice) => notices.push(notice));
    process.on("SIGTERM", () => void recording.terminate());
    writeFileSync(`${job.outcome}.started`, JSON.stringify(recording.info));
    const { end, manifest } = await recording.ended;
    report({ kind: "ended", end, manifest, notices });
    process.exitCode = end.exitCode ?? 0;
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    report({ kind: "refused", code: error.code, message: error.message, wayOut: error.wayOut ?? "" });
    process.exitCode = 125;
  }
}

void main();
