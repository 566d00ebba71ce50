import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { DebugClient } from "@vscode/debugadapter-testsupport";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { LiveModel } from "../../src/engine/view/liveModel.ts";
import type { LiveUpdate } from "../../src/protocol/live.ts";
import { traceBatch } from "../support/batches.ts";
import { calibrate, calibrationLine } from "./calibration.ts";

/**
 * How long an event takes to be in a LiveUpdate, and how long it keeps the receiving event loop busy.
 * `npm run bench liveLatency [SECONDS]`
 *
 * Log lines come from a real program at 50,000 a second through the real adapter. No program can make 50,000 system calls a
 * second under strace, so their cost is measured on batches made up here.
 */

const ROOT = path.resolve(import.meta.dirname, "../..");
const LINES_PER_MS = 50;
const BATCH_MS = 40;
const seconds = Number(process.argv[2] ?? 10);

/** A program prints lines; this process is the client that shows them. */
async function measureProgram(folder: string, recorder: string): Promise<string> {
  const times = path.join(folder, "times");
  const client = new DebugClient("node", path.join(folder, "adapter.cjs"), "goldentrace", { stdio: "pipe" });
  const updates: { readonly at: bigint; readonly logLines: number }[] = [];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let longestMs = 0;
  await client.start();
  const handleData: (bytes: Buffer) => void = Reflect.get(client, "handleData").bind(client);
  Object.defineProperty(client, "handleData", {
    value: (bytes: Buffer) => {
      const begun = performance.now();
      handleData(bytes);
      longestMs = Math.max(longestMs, performance.now() - begun);
    },
  });
  client.on("goldentrace.update", ({ body }: DebugProtocol.Event) => {
    updates.push({ at: process.hrtime.bigint(), logLines: (body as LiveUpdate).logLines });
  });
  const terminated = new Promise((resolve) => client.once("terminated", resolve));
  delay.enable();
  await client.initializeRequest();
  const program = path.join(folder, "emitLines");
  const launch = { program, args: [String(LINES_PER_MS), String(seconds), times], workspace: folder, recorder };
  await Promise.all([client.send("launch", launch), client.configurationDoneRequest()]);
  await terminated;
  delay.disable();
  await client.stop();

  const written = readFileSync(times);
  const latencies: number[] = [];
  let next = 0;
  for (let ms = 0; ms * 8 < written.length; ms++) {
    let update = updates[next];
    while (update !== undefined && update.logLines < (ms + 1) * LINES_PER_MS) update = updates[++next];
    if (update === undefined) throw new Error(`The lines of millisecond ${ms} are in no update`);
    latencies.push(Number(update.at - written.readBigInt64LE(ms * 8)) / 1e6);
  }
  const elapsed = Number(written.readBigInt64LE(written.length - 8) - written.readBigInt64LE(0)) / 1e9;
  const rate = Math.round((latencies.length * LINES_PER_MS) / elapsed);
  return (
    `log line printed -> LiveUpdate received, recorder ${recorder}, ${rate} lines/s: ${distribution(latencies)}; ` +
    `${(updates.length / elapsed).toFixed(1)} updates/s; receiving event loop: longest block ${longestMs.toFixed(2)} ms, ` +
    `longest delay of a 1 ms timer ${(delay.max / 1e6).toFixed(1)} ms`
  );
}

/** What each batch costs the adapter, and its client, at 50,000 calls and 50,000 lines a second. */
function measureBatches(): string {
  const names = ["read", "write", "openat", "close", "futex", "mmap", "epoll_wait", "recvfrom"];
  const rows = LINES_PER_MS * BATCH_MS;
  const model = new LiveModel();
  const adapter: number[] = [];
  const client: number[] = [];
  for (let batch = 0; batch < (seconds * 1000) / BATCH_MS; batch++) {
    const at = batch * BATCH_MS * 1e6;
    const columns = traceBatch({
      calls: Array.from({ length: rows }, (_, i) => ({
        start: at + i * 20_000,
        duration: 900,
        name: names[i % names.length] ?? "",
      })),
      lines: Array.from({ length: rows }, (_, i) => ({
        time: at + i * 20_000,
        text: `a line with the number ${i} in batch ${batch}`,
        level: 5,
      })),
      metrics: [{ time: at, cpuPercent: 100 }],
      time: at,
    });
    let begun = performance.now();
    model.addBatch(columns);
    const json = JSON.stringify(model.update(at));
    adapter.push(performance.now() - begun);
    begun = performance.now();
    JSON.parse(json);
    client.push(performance.now() - begun);
  }
  return (
    `made-up batches of ${rows} calls and ${rows} lines every ${BATCH_MS} ms: ` +
    `batch -> update ${distribution(adapter)}; update -> object ${distribution(client)}`
  );
}

function distribution(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(2);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms`;
}

console.log(calibrationLine(calibrate()));
console.log(measureBatches());
const folder = mkdtempSync(path.join(tmpdir(), "goldentrace-bench-"));
try {
  execFileSync("cc", ["-O2", "-o", path.join(folder, "emitLines"), path.join(ROOT, "test/bench/emitLines.c")]);
  execFileSync(process.execPath, [path.join(ROOT, "esbuild.mjs"), "--only=adapter.cjs", `--dist=${folder}`], {
    cwd: ROOT,
  });
  for (const recorder of ["none", "strace"]) console.log(await measureProgram(folder, recorder));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
