import { formatBytes, formatCount, formatNs, plural } from "../../base/format.ts";
import { shortFunctionName } from "../../base/functionName.ts";
import type { RunManifest, RunStop } from "../../protocol/runFolder.ts";
import type { RunSummary, SlowCall } from "../query/summary.ts";
import { stopText, wasStopped } from "../view/endText.ts";
import { code, plain, table } from "./markdownText.ts";
import { reportGpus } from "./reportGpus.ts";
import { shellWord } from "./shellWord.ts";
import { straceRows } from "./straceSummary.ts";

const TOP_SYSCALLS = 20;
const TOP_ERRORS = 20;
const TOP_LINES = 20;
const TOP_THREADS = 50;

const NOT_RECORDED = "not recorded";

const PASS = "✅ PASS";
const FAIL = "❌ FAIL";
const NOTE = "⚠️ NOTE";

/**
 * The report of a run as GitHub-flavoured Markdown, for failing and unfinished runs too. Everything that came from the program is
 * inside code spans.
 *
 * @param manifest of the run folder; undefined for a trace that another tool wrote
 */
export function writeReport(summary: RunSummary, manifest: RunManifest | undefined): string {
  const sections = [
    heading(summary),
    configuration(summary, manifest),
    results(summary),
    statistics(summary, manifest),
    topSyscalls(summary),
    slowest(summary.slowest),
    errors(summary),
    metrics(summary, manifest),
    reportGpus(summary.gpus),
    logs(summary),
    lines(summary),
    threads(summary),
    artifacts(summary),
    verdict(summary),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function heading(summary: RunSummary): string {
  const unix = summary.startedAt === null ? "unknown" : String(Math.floor(Date.parse(summary.startedAt) / 1000));
  return [
    `# ${code(summary.name) || "Program"} Execution Trace`,
    "",
    `**Timestamp**: ${summary.startedAt ?? "unknown"}  `,
    `**Unix Timestamp**: ${unix}`,
    ...warnings(summary),
  ].join("\n");
}

function warnings(summary: RunSummary): string[] {
  if (summary.complete && summary.problems.length === 0) return [];
  const first = summary.complete
    ? []
    : [
        "",
        summary.state === "recording"
          ? "> ⚠️ **This trace is incomplete**: the recording has not ended, or its recorder was killed."
          : "> ⚠️ **This trace is incomplete.** Do not draw conclusions from what is missing in it.",
      ];
  const told = summary.problems.map(
    ({ message, losesData }) => `> - ${losesData ? "**Lost**: " : ""}${plain(message)}`,
  );
  return [...first, ...(told.length > 0 ? [first.length > 0 ? ">" : "", ...told] : [])];
}

function configuration(summary: RunSummary, manifest: RunManifest | undefined): string {
  const items: [string, string][] = [
    ["Command", code(summary.command.map(shellWord).join(" "))],
    ["Working directory", code(summary.cwd)],
    ["Run", code(summary.run)],
    ["Recorder", plain([summary.recorder.id, summary.recorder.version].join(" ").trim())],
    ["Chosen because", plain(summary.recorder.reason)],
    [
      "Filter",
      summary.recorder.id === "none"
        ? ""
        : summary.recorder.filter === ""
          ? "every system call"
          : code(summary.recorder.filter),
    ],
  ];
  if (manifest !== undefined) {
    const { recorder, host, git } = manifest;
    items.push(
      ["Call stacks", recorder.stacks ? "yes" : "no"],
      ["One CPU (pin)", recorder.pinned ? "yes" : "no"],
      ["Metrics interval", `${manifest.metricsIntervalMs} ms`],
      [
        "Output captured",
        { pipe: "through pipes", tracer: "from the tracer's view of the writes", off: "no" }[manifest.capture],
      ],
      [
        "Host",
        `${code(host.hostname)}, ${plain(`${host.os} ${host.kernel}`)}, ${plain(host.arch)}, ${plural(host.cpus, "CPU")}, ${formatBytes(host.memoryBytes)} memory`,
      ],
      [
        "Git",
        git === null
          ? "not a repository"
          : `${code(git.commit.slice(0, 12))} on ${code(git.branch) || "no branch"}${git.dirty ? ", with uncommitted changes" : ""}`,
      ],
      ["Goldentrace", plain(manifest.tool)],
    );
  }
  for (const [name, value] of Object.entries(summary.meta)) items.push([`Mark ${code(name)}`, code(value)]);
  for (const [name, value] of Object.entries(summary.envSet)) items.push([`Set ${code(name)}`, code(value)]);
  return [
    "## Configuration",
    "",
    ...items.filter(([, value]) => value !== "").map(([name, value]) => `- **${name}**: ${value}`),
  ].join("\n");
}

interface Check {
  readonly name: string;
  readonly status: typeof PASS | typeof FAIL | typeof NOTE;
  readonly details: string;
}

function checks(summary: RunSummary): readonly Check[] {
  const failing = (summary.logs.ERROR ?? 0) + (summary.logs.CRITICAL ?? 0);
  const list: Check[] = [
    programCheck(summary),
    {
      name: "Trace is complete",
      status: summary.complete ? PASS : FAIL,
      details: summary.complete ? "nothing is known to be missing" : incompleteness(summary),
    },
    summary.recorder.id === "none"
      ? { name: "System calls recorded", status: NOTE, details: "recorded without system calls" }
      : {
          name: "System calls recorded",
          status: summary.events > 0 ? PASS : FAIL,
          details: summary.events > 0 ? plural(summary.events, "event") : "none: an empty trace proves nothing",
        },
    {
      name: "No error logged",
      status: failing === 0 ? PASS : NOTE,
      details: failing === 0 ? "no line at ERROR or above" : `${plural(failing, "line")} at ERROR or above`,
    },
  ];
  const bad = summary.artifacts.filter((artifact) => artifact.state !== "verified").length;
  if (summary.artifacts.length > 0) {
    list.push({
      name: "Artifacts intact",
      status: bad === 0 ? PASS : FAIL,
      details:
        bad === 0
          ? `${plural(summary.artifacts.length, "file")} match their SHA-256`
          : `${plural(bad, "file")} changed or missing`,
    });
  }
  return list;
}

function programCheck({ exit, state, stopped }: RunSummary): Check {
  const name = "Program succeeded";
  if (wasStopped(exit, stopped ?? undefined)) return { name, status: NOTE, details: stopText(stopped as RunStop) };
  if (exit === null) {
    const details = state === "recording" ? "its end was not recorded" : "its exit is not known";
    return { name, status: NOTE, details };
  }
  if (exit.signal !== null) return { name, status: FAIL, details: `killed by ${plain(exit.signal)}` };
  return { name, status: exit.code === 0 ? PASS : FAIL, details: `exit code ${exit.code}` };
}

function incompleteness(summary: RunSummary): string {
  const losses = summary.problems.filter((problem) => problem.losesData).map((problem) => plain(problem.message));
  if (summary.lost > 0) losses.unshift(`${plural(summary.lost, "event")} lost`);
  if (losses.length > 0) return losses.join("; ");
  return summary.state === "recording" ? "the recording has not ended" : "the recording did not end properly";
}

function results(summary: RunSummary): string {
  const rows = checks(summary).map(({ name, status, details }) => [name, status, details]);
  return `## Results\n\n${table(["Check", "Status", "Details"], "lll", rows)}`;
}

function statistics(summary: RunSummary, manifest: RunManifest | undefined): string {
  const calls = sum(summary.syscalls.map((row) => row.calls));
  const failed = sum(summary.syscalls.map((row) => row.errors));
  const processes = summary.threads.filter((thread) => thread.role !== "thread").length;
  const traced = summary.recorder.id !== "none";
  const items: [string, string][] = [
    ["Wall time", time(summary.wallNs)],
    [
      "Time in system calls, all threads",
      traced ? formatNs(sum(summary.syscalls.map((row) => row.totalNs))) : NOT_RECORDED,
    ],
    [
      "System calls",
      traced
        ? `${formatCount(calls)} returned, ${formatCount(sum(summary.unreturned.map((row) => row.calls)))} did not, ${formatCount(failed)} failed`
        : NOT_RECORDED,
    ],
    ["Different system calls", traced ? formatCount(summary.syscalls.length) : NOT_RECORDED],
    ["Events lost", formatCount(summary.lost)],
    ["Processes", traced ? formatCount(processes) : NOT_RECORDED],
    ["Threads", traced ? formatCount(summary.threads.length) : NOT_RECORDED],
    [
      "Signals",
      summary.signals.length === 0
        ? traced
          ? "none"
          : NOT_RECORDED
        : summary.signals.map(({ signal, count }) => `${plain(signal)} × ${formatCount(count)}`).join(", "),
    ],
  ];
  if (manifest !== undefined) {
    items.push(
      ["Standard output", `${formatBytes(manifest.counts.stdoutBytes)}`],
      ["Standard error", `${formatBytes(manifest.counts.stderrBytes)}`],
    );
  }
  return ["## Summary Statistics", "", ...items.map(([name, value]) => `- **${name}**: ${value}`)].join("\n");
}

function topSyscalls(summary: RunSummary): string {
  const title = "## Top System Calls";
  if (summary.syscalls.length === 0) {
    const said = summary.recorder.id === "none" ? "System calls were not recorded." : "No system call was recorded.";
    return `${title}\n\n${said}`;
  }
  const shown = summary.syscalls.slice(0, TOP_SYSCALLS);
  const { rows, total } = straceRows(summary.syscalls);
  const body = shown.map((row, index) => {
    const [percent, seconds, usecs, calls, failed] = rows[index]!;
    return [
      percent,
      seconds,
      usecs,
      calls,
      failed,
      code(row.name),
      formatNs(row.p50Ns),
      formatNs(row.p99Ns),
      formatNs(row.maxNs),
    ];
  });
  const [percent, seconds, usecs, calls, failed] = total;
  body.push([percent, seconds, usecs, calls, failed, "**total**", "", "", ""]);
  const header = ["% time", "seconds", "usecs/call", "calls", "errors", "syscall", "p50", "p99", "max"];
  return [
    title,
    "",
    "Time is wall time between entry and return as the tracer saw it; percentiles are nearest-rank.",
    "",
    table(header, "rrrrrlrrr", body),
    ...more(summary.syscalls.length, TOP_SYSCALLS, "system call"),
  ].join("\n");
}

function slowest(calls: readonly SlowCall[]): string {
  if (calls.length === 0) return "";
  const rows = calls.map((call) => [
    formatNs(call.durationNs),
    formatNs(call.startNs),
    String(call.tid),
    code(`${call.name}(${call.args})`),
    code(call.result),
    call.site === null ? "" : code(`${call.site.file}:${call.site.line}`),
  ]);
  const header = ["Duration", "At", "Thread", "Call", "Result", "Line"];
  return `## Slowest Calls\n\n${table(header, "rrrlll", rows)}`;
}

function errors(summary: RunSummary): string {
  if (summary.errors.length === 0) {
    const said = summary.recorder.id === "none" ? "System calls were not recorded." : "No system call failed.";
    return `## Errors\n\n${said}`;
  }
  const rows = summary.errors
    .slice(0, TOP_ERRORS)
    .map((row) => [formatCount(row.count), plain(row.errno), code(row.syscall), code(row.path)]);
  return [
    "## Errors",
    "",
    table(["Count", "Errno", "System call", "Path"], "rlll", rows),
    ...more(summary.errors.length, TOP_ERRORS, "kind of error", "kinds of error"),
  ].join("\n");
}

function metrics(summary: RunSummary, manifest: RunManifest | undefined): string {
  if (summary.cpuNs === null && summary.peakRssBytes === null) {
    return "## Metrics\n\nNo sample was taken: the program ended before the first one, or metrics were not available.";
  }
  const share =
    summary.cpuNs !== null && summary.wallNs
      ? ` (${((summary.cpuNs / summary.wallNs) * 100).toFixed(0)} % of one CPU)`
      : "";
  const items: [string, string][] = [
    ["CPU time", `${time(summary.cpuNs)}${share}`],
    ["Peak memory (RSS)", size(summary.peakRssBytes)],
    ["Read", size(summary.readBytes)],
    ["Written", size(summary.writtenBytes)],
  ];
  const how =
    manifest === undefined
      ? ""
      : `Sampled from /proc over the whole process tree, ${plural(manifest.counts.metricSamples, "sample")}, every ${manifest.metricsIntervalMs} ms.`;
  return [
    "## Metrics",
    "",
    ...(how === "" ? [] : [how, ""]),
    ...items.map(([name, value]) => `- **${name}**: ${value}`),
  ].join("\n");
}

function logs(summary: RunSummary): string {
  const rows = Object.entries(summary.logs).map(([level, count]) => [
    level === "none" ? "without a level" : level,
    formatCount(count),
  ]);
  if (rows.length === 0) return "## Logs by Level\n\nThe program printed nothing.";
  return `## Logs by Level\n\n${table(["Level", "Lines"], "lr", rows)}`;
}

function lines(summary: RunSummary): string {
  if (summary.sites.length === 0) return `## Hot Lines\n\n${plain(summary.sitesMissing ?? "No source line is known.")}`;
  const rows = summary.sites
    .slice(0, TOP_LINES)
    .map((site) => [
      formatNs(site.totalNs),
      formatCount(site.calls),
      code(`${site.file}:${site.line}`),
      code(shortFunctionName(site.function)),
    ]);
  return [
    "## Hot Lines",
    "",
    table(["Time in calls", "Calls", "Line", "Function"], "rrll", rows),
    ...more(summary.sites.length, TOP_LINES, "line"),
  ].join("\n");
}

function threads(summary: RunSummary): string {
  if (summary.threads.length === 0) return "";
  const rows = summary.threads
    .slice(0, TOP_THREADS)
    .map((thread) => [
      String(thread.pid),
      String(thread.tid),
      thread.parentTid === null ? "" : String(thread.parentTid),
      thread.role,
      code(thread.name),
      formatNs(thread.startNs),
      thread.endNs === null ? "not seen" : formatNs(thread.endNs),
      threadEnd(thread.exit),
      formatCount(thread.syscalls),
    ]);
  const header = ["Process", "Thread", "Parent", "Role", "Name", "Start", "End", "Exit", "Calls"];
  return [
    "## Threads",
    "",
    table(header, "rrrllrrlr", rows),
    ...more(summary.threads.length, TOP_THREADS, "thread"),
  ].join("\n");
}

function threadEnd(exit: RunSummary["exit"]): string {
  if (exit === null) return "";
  return exit.signal === null ? String(exit.code) : plain(exit.signal);
}

function artifacts(summary: RunSummary): string {
  if (summary.artifacts.length === 0) return "";
  const rows = summary.artifacts.map((file) => [
    code(file.path),
    formatBytes(file.bytes),
    code(file.sha256),
    file.state,
  ]);
  return `## Artifacts\n\n${table(["File", "Size", "SHA-256", "State"], "lrll", rows)}`;
}

function verdict(summary: RunSummary): string {
  const all = checks(summary);
  const passed = all.filter((check) => check.status === PASS).length;
  const failed = all.filter((check) => check.status === FAIL).length;
  const judged = passed + failed;
  return [
    "## Summary",
    "",
    `- **Total Checks**: ${judged}`,
    `- **Passed**: ${passed}`,
    `- **Failed**: ${failed}`,
    `- **Success Rate**: ${judged === 0 ? "0.0" : ((passed / judged) * 100).toFixed(1)}%`,
    "",
    failed === 0 ? "🎉 **All checks passed.**" : "⚠️ **Some checks failed - review required**",
  ].join("\n");
}

function more(total: number, shown: number, noun: string, many?: string): string[] {
  return total > shown ? ["", `… and ${plural(total - shown, noun, many)} more.`] : [];
}

function time(ns: number | null): string {
  return ns === null ? "not known" : formatNs(ns);
}

function size(bytes: number | null): string {
  return bytes === null ? "not known" : formatBytes(bytes);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
