// How long an event takes to be in a LiveUpdate, and how long it keeps the receiving event loop busy.
// `node test/bench/liveLatency.mjs [SECONDS]` prints one line of JSON per figure; timings hold for this machine at this
// moment only, hence the calibration. Log lines come from a real program at 50,000 a second through the real adapter. No
// program can make 50,000 system calls a second under strace, so their cost is measured on batches made up here.

import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";

const { DebugClient } = createRequire(import.meta.url)("@vscode/debugadapter-testsupport");

const root = path.resolve(import.meta.dirname, "../..");
const seconds = Number(process.argv[2] ?? 10);
const LINES_PER_TICK = 50; // a tick is a millisecond
const BATCH_MS = 40;

const folder = await mkdtemp(path.join(root, "node_modules/.goldentrace-bench-"));
try {
  print({ figure: "calibration", calibrationMs: calibrate() });
  const emitter = path.join(folder, "emitLines");
  execFileSync("cc", ["-O2", "-o", emitter, path.join(root, "test/bench/emitLines.c")]);
  execFileSync(process.execPath, [path.join(root, "esbuild.mjs"), "--only=adapter.cjs", `--dist=${folder}`], {
    cwd: root,
  });
  for (const recorder of ["none", "strace"]) await measureProgram(emitter, recorder);
  await measureBatches();
} finally {
  await rm(folder, { recursive: true });
}

/** A program prints lines; this process is the client that shows them. */
async function measureProgram(emitter, recorder) {
  const times = path.join(folder, "times");
  const client = new DebugClient("node", path.join(folder, "adapter.cjs"), "goldentrace", { stdio: "pipe" });
  const updates = [];
  let longestBlockMs = 0;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await client.start();
  const handleData = client.handleData.bind(client);
  client.handleData = (bytes) => {
    const begun = performance.now();
    handleData(bytes);
    longestBlockMs = Math.max(longestBlockMs, performance.now() - begun);
  };
  client.on("goldentrace.update", ({ body }) => updates.push([process.hrtime.bigint(), body.logLines]));
  const terminated = new Promise((resolve) => client.once("terminated", resolve));
  delay.enable();
  await client.initializeRequest();
  const args = [String(LINES_PER_TICK), String(seconds), times];
  await Promise.all([
    client.launchRequest({ program: emitter, args, workspace: folder, recorder }),
    client.configurationDoneRequest(),
  ]);
  await terminated;
  delay.disable();
  await client.stop();

  const written = await readFile(times);
  const latencies = [];
  let next = 0;
  for (let tick = 0; tick * 8 < written.length; tick++) {
    while (next < updates.length && updates[next][1] < (tick + 1) * LINES_PER_TICK) next++;
    if (next === updates.length) throw new Error(`The lines of tick ${tick} are in no update`);
    latencies.push(Number(updates[next][0] - written.readBigInt64LE(tick * 8)) / 1e6);
  }
  const elapsed = Number(written.readBigInt64LE(written.length - 8) - written.readBigInt64LE(0)) / 1e9;
  print({
    figure: "log line to update",
    recorder,
    linesPerSecond: Math.round((latencies.length * LINES_PER_TICK) / elapsed),
    updatesPerSecond: round(updates.length / elapsed),
    ...distribution(latencies),
    longestBlockMs: round(longestBlockMs),
    eventLoopDelayMs: round(delay.max / 1e6),
  });
}

/** What one batch of 40 ms at 50,000 calls and 50,000 lines a second costs the adapter, and its client. */
async function measureBatches() {
  const entry = path.join(folder, "entry.ts");
  await esbuild.build({
    stdin: {
      contents: `export * from "./src/engine/view/liveModel.ts"; export * from "./test/support/batches.ts";`,
      resolveDir: root,
    },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: `${entry}.mjs`,
    logLevel: "warning",
  });
  const { LiveModel, traceBatch } = await import(pathToFileURL(`${entry}.mjs`).href);
  const names = ["read", "write", "openat", "close", "futex", "mmap", "epoll_wait", "recvfrom"];
  const rows = 50 * BATCH_MS;
  const model = new LiveModel();
  const adapter = [];
  const client = [];
  for (let batch = 0; batch < seconds * (1000 / BATCH_MS); batch++) {
    const at = batch * BATCH_MS * 1e6;
    const rowsOfBatch = traceBatch({
      calls: Array.from({ length: rows }, (_, i) => ({ start: at + i * 20_000, duration: 900, name: names[i % 8] })),
      lines: Array.from({ length: rows }, (_, i) => ({
        time: at + i * 20_000,
        text: `a line with the number ${i} in batch ${batch}`,
        level: 5,
      })),
      metrics: [{ time: at, cpuPercent: 100 }],
      time: at,
    });
    let begun = performance.now();
    model.addBatch(rowsOfBatch);
    const json = JSON.stringify(model.update(at));
    adapter.push(performance.now() - begun);
    begun = performance.now();
    JSON.parse(json);
    client.push(performance.now() - begun);
  }
  const perSecond = (rows * 1000) / BATCH_MS;
  print({ figure: "batch to update", callsPerSecond: perSecond, linesPerSecond: perSecond, ...distribution(adapter) });
  print({ figure: "update to object", ...distribution(client) });
}

function distribution(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]);
  return { p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1) };
}

/** How long this machine takes for a fixed piece of work right now, milliseconds. */
function calibrate() {
  const begun = performance.now();
  let sum = 0;
  for (let i = 0; i < 20_000_000; i++) sum = (sum + i * 31) | 0;
  return round(performance.now() - begun + (sum === 1 ? 1 : 0));
}

function round(value) {
  return Number(value.toPrecision(3));
}

function print(figures) {
  console.log(JSON.stringify({ bench: "live latency", ...figures }));
}
