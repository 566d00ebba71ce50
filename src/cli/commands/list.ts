import { formatAgo, formatBytes, formatCount, formatNs } from "../../base/format.ts";
import { shown } from "../../base/terminal/shown.ts";
import { textTable } from "../../base/terminal/textTable.ts";
import { outcomeOf, outcomeText } from "../../engine/view/runItems.ts";
import { loadConfig, targetNames } from "../../node/config.ts";
import { folderSize } from "../../node/folderSize.ts";
import { listRuns, type RunEntry } from "../../node/runFolder/listRuns.ts";
import { findWorkspace } from "../../node/workspace.ts";
import { atMost, parseCommandLine, parseCount } from "../commandLine.ts";
import type { CliContext } from "../context.ts";
import type { Command } from "../dispatch.ts";
import { runsDirectory } from "../runArgument.ts";
import { type Style, styleFor } from "../terminal/style.ts";

export const command: Command = async (argv, context) => {
  const line = parseCommandLine("list", argv);
  atMost(line, 0);
  const { stdout } = context;
  if (line.has("targets")) {
    await writeLines(targetNames(loadConfig(findWorkspace(context.cwd))), context);
    return 0;
  }
  const directory = runsDirectory(line, context);
  const all = await listRuns(directory);
  const limit = line.text("limit");
  const runs = limit === undefined ? all : all.slice(0, parseCount("limit", limit));
  if (line.has("names")) {
    await writeLines(
      runs.map((run) => run.id),
      context,
    );
    return 0;
  }
  const rows = await Promise.all(runs.map(describe));
  if (line.has("json")) {
    await stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
  } else if (all.length === 0) {
    await context.stderr.write(`No run was recorded in ${shown(directory)}\nRecord one: goldentrace run -- PROGRAM\n`);
  } else {
    const lines = rows.length === 0 ? [] : table(rows, stdout.columns, styleFor(stdout.colour));
    if (rows.length < all.length) lines.push(`… and ${formatCount(all.length - rows.length)} more`);
    await writeLines(lines, context);
  }
  return 0;
};

/** One run as `list --json` prints it. Times in nanoseconds, sizes in bytes; null where not known. */
interface ListedRun {
  readonly id: string;
  readonly folder: string;
  readonly name: string | null;
  readonly command: readonly string[] | null;
  readonly startedAt: string | null;
  readonly outcome: ReturnType<typeof outcomeOf> | "unreadable";
  readonly outcomeText: string;
  readonly complete: boolean;
  readonly exit: { readonly code: number | null; readonly signal: string | null } | null;
  readonly events: number | null;
  readonly lost: number | null;
  readonly wallNs: number | null;
  readonly bytes: number;
  readonly problem: string | null;
}

async function describe({ id, folder, manifest, alive, problem }: RunEntry): Promise<ListedRun> {
  const bytes = await folderSize(folder);
  if (manifest === undefined) {
    return {
      id,
      folder,
      name: null,
      command: null,
      startedAt: null,
      outcome: "unreadable",
      outcomeText: "unreadable",
      complete: false,
      exit: null,
      events: null,
      lost: null,
      wallNs: null,
      bytes,
      problem: problem ?? null,
    };
  }
  const outcome = outcomeOf(manifest, alive);
  return {
    id,
    folder,
    name: manifest.name,
    command: [manifest.command.program, ...manifest.command.args],
    startedAt: new Date(Number(BigInt(manifest.clocks.start.realtimeNs) / 1_000_000n)).toISOString(),
    outcome,
    outcomeText: outcomeText(outcome, manifest),
    complete: manifest.complete,
    exit: manifest.exit === null ? null : { code: manifest.exit.code, signal: manifest.exit.signal },
    // Counts are written when a recording ends; until then, or where it was killed, `show` counts the rows.
    events: manifest.recorder.id === "none" || manifest.state === "recording" ? null : manifest.counts.syscalls,
    lost: manifest.lost,
    wallNs: manifest.wallNs,
    bytes,
    problem: problem ?? null,
  };
}

const LEAST_OUTCOME = 12;
/** An id is there to be copied: up to this length the other columns give way to it. */
const WHOLE_ID = 48;

function table(runs: readonly ListedRun[], width: number, style: Style): string[] {
  const now = Date.now();
  const rows = runs.map((run) => [
    run.startedAt === null ? "" : formatAgo(Date.parse(run.startedAt), now),
    shown(run.name ?? ""),
    shown(run.outcomeText),
    run.events === null ? "" : formatCount(run.events),
    run.wallNs === null ? "" : formatNs(run.wallNs),
    formatBytes(run.bytes),
    shown(run.id),
  ]);
  const columns = [
    { title: "started", align: "left", optional: 5 },
    { title: "name", align: "left", flexible: true, optional: 4 },
    { title: "outcome", align: "left", flexible: true, minimum: LEAST_OUTCOME },
    { title: "calls", align: "right", optional: 3 },
    { title: "took", align: "right", optional: 2 },
    { title: "size", align: "right", optional: 1 },
    {
      title: "id",
      align: "left",
      flexible: true,
      minimum: Math.max(20, Math.min(WHOLE_ID, width - LEAST_OUTCOME - 2)),
    },
  ] as const;
  return textTable(columns, rows, width, style, (cell, row, column) => {
    if (column !== 2) return cell;
    const { outcome } = runs[row]!;
    if (outcome === "passed") return style.good(cell);
    return outcome === "recording" || outcome === "stopped" ? style.warn(cell) : style.bad(cell);
  });
}

async function writeLines(lines: readonly string[], { stdout }: CliContext): Promise<void> {
  if (lines.length > 0) await stdout.write(`${lines.join("\n")}\n`);
}
