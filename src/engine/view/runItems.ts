import { formatAgo, formatBytes, formatCount, formatNs, plural } from "../../base/format.ts";
import { oneLine } from "../../base/text.ts";
import type { RunManifest } from "../../protocol/runFolder.ts";
import { endText, wasStopped } from "./endText.ts";

/** How a run ended, as the list of runs shows it. */
export type RunOutcome = "recording" | "passed" | "failed" | "killed" | "stopped" | "incomplete" | "unreadable";

/** A row of the Runs view: plain text, safe to show. */
export interface RunItem {
  readonly id: string;
  readonly label: string;
  /** Relative time and the outcome in words. */
  readonly description: string;
  readonly outcome: RunOutcome;
  /** Facts for the tooltip: label and value. */
  readonly facts: readonly (readonly [string, string])[];
  /** What the user must know, one sentence each. */
  readonly problems: readonly string[];
}

/**
 * @param alive whether the recorder of a run in state `recording` still runs; a dead one left an incomplete run
 * @param nowMs CLOCK_REALTIME in milliseconds
 */
export function runItem(manifest: RunManifest, alive: boolean, nowMs: number): RunItem {
  const outcome = outcomeOf(manifest, alive);
  const startedMs = Number(BigInt(manifest.clocks.start.realtimeNs) / 1_000_000n);
  const { counts } = manifest;
  const facts: [string, string][] = [
    ["Command", oneLine([manifest.command.program, ...manifest.command.args].join(" "))],
    [
      "Started",
      new Date(startedMs)
        .toISOString()
        .replace("T", " ")
        .replace(/\.\d+Z$/, " UTC"),
    ],
    ["Outcome", outcomeText(outcome, manifest)],
  ];
  if (manifest.wallNs !== null) facts.push(["Wall time", formatNs(manifest.wallNs)]);
  // Counts are written when a recording ends.
  if (manifest.state !== "recording") {
    facts.push(
      ["System calls", manifest.recorder.id === "none" ? "not recorded" : formatCount(counts.syscalls)],
      ["Log lines", formatCount(counts.logLines)],
      ["Output", formatBytes(counts.stdoutBytes + counts.stderrBytes)],
      ["Threads", formatCount(counts.threads)],
    );
  }
  facts.push(["Recorder", oneLine(`${manifest.recorder.id} ${manifest.recorder.version}`.trim())]);
  if (manifest.git !== null) {
    facts.push(["Commit", `${manifest.git.commit.slice(0, 10)}${manifest.git.dirty ? " with changes" : ""}`]);
  }
  const problems = manifest.problems.map(({ message }) => oneLine(message));
  if (outcome === "incomplete" && problems.length === 0) {
    problems.push("The recorder was ended before the run was; everything up to its last batch is here.");
  }
  return {
    id: manifest.id,
    label: oneLine(manifest.name),
    description: `${formatAgo(startedMs, nowMs)} · ${outcomeText(outcome, manifest)}`,
    outcome,
    facts,
    problems,
  };
}

/** The row of a folder whose manifest cannot be read. */
export function unreadableRunItem(id: string, reason: string): RunItem {
  return {
    id,
    label: oneLine(id),
    description: "unreadable",
    outcome: "unreadable",
    facts: [],
    problems: [oneLine(reason)],
  };
}

/** @param alive as in `runItem` */
export function outcomeOf(manifest: RunManifest, alive: boolean): RunOutcome {
  if (manifest.state === "recording") return alive ? "recording" : "incomplete";
  if (manifest.state === "failed") return "failed";
  if (!manifest.complete) return "incomplete";
  if (wasStopped(manifest.exit, manifest.stopped)) return "stopped";
  if (manifest.exit?.signal != null) return "killed";
  return manifest.exit?.code === 0 || manifest.exit === null ? "passed" : "failed";
}

/** The outcome in words: `exit code 1`, `killed by SIGSEGV`, `stopped by you`, `incomplete`. */
export function outcomeText(outcome: RunOutcome, { exit, stopped }: RunManifest): string {
  switch (outcome) {
    case "recording":
      return "recording";
    case "incomplete":
      return "incomplete";
    case "killed":
      return endText(exit, stopped);
    case "stopped":
      return endText(exit, stopped);
    case "failed":
      return exit?.code === undefined || exit.code === null ? "could not be recorded" : endText(exit, stopped);
    case "passed":
      return exit === null ? "detached" : "exit code 0";
    case "unreadable":
      return "unreadable";
  }
}

/** One line about many runs, for confirmations: `3 runs` or the single run's name. */
export function describeRuns(items: readonly RunItem[]): string {
  const [only] = items;
  return items.length === 1 && only !== undefined ? `“${only.label}”` : plural(items.length, "run");
}
