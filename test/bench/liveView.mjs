// The Live view under load: a recording that writes 50,000 lines a second, updated 30 times a second, in the system's Chromium.
// `node test/bench/liveView.mjs [SECONDS]` prints one line of JSON per figure; timings hold for this machine at this moment only, hence the calibration.

import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";

const root = path.resolve(import.meta.dirname, "../..");
const webview = path.join(root, "test/webview");

/** Bundles the tests' harness, which is TypeScript, beside the modules that it imports. */
async function loadHarness() {
  const folder = await mkdtemp(path.join(root, "node_modules/.goldentrace-bench-"));
  try {
    const outfile = path.join(folder, "harness.mjs");
    await esbuild.build({
      entryPoints: [path.join(webview, "harness.ts")],
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
      define: { "import.meta.dirname": JSON.stringify(webview) },
      outfile,
      logLevel: "warning",
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs in the page: plays the recording and measures what the user would notice. */
async function play({ seconds, linesPerSecond }) {
  const rate = 30;
  const percentile = (values, part) =>
    [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0;

  // Calibration: how long this machine takes for a fixed piece of work right now.
  const begun = performance.now();
  let sum = 0;
  for (let i = 0; i < 20_000_000; i++) sum = (sum + i * 31) | 0;
  const calibrationMs = performance.now() - begun + (sum === 1 ? 1 : 0);

  const longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
    type: "longtask",
    buffered: false,
  });
  const frames = [];
  let running = true;
  const frame = (at) => {
    frames.push(at);
    if (running) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);

  const { host } = window;
  const latencies = [];
  host.log.lines = 1;
  await host.start({}, { elapsedNs: 0 });
  const start = performance.now();
  const updates = seconds * rate;
  for (let i = 1; i <= updates; i++) {
    const due = start + (i * 1000) / rate;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const lines = Math.floor((i * linesPerSecond) / rate);
    host.log.lines = lines;
    const elapsedNs = (i / rate) * 1e9;
    const topSyscalls = [
      "read",
      "write",
      "futex",
      "epoll_wait",
      "openat",
      "mmap",
      "close",
      "brk",
      "lseek",
      "fstat",
      "poll",
      "recvmsg",
    ].map((name, k) => ({ name, calls: i * (k + 1) * 10, errors: k % 3, totalNs: ((i * 7919 * (k + 3)) % 1e9) * 10 }));
    const sent = performance.now();
    const samples = i % 3 === 0 ? host.samples(elapsedNs - 1e8, elapsedNs) : [];
    void host.update({ elapsedNs, syscalls: i * 1000, samples, topSyscalls });
    const seen = () => {
      const newest = [...document.querySelectorAll(".row:not(.pending)")].at(-1)?.dataset.position;
      if (Number(newest) >= lines - 1) latencies.push(performance.now() - sent);
      else if (running) requestAnimationFrame(seen);
    };
    requestAnimationFrame(seen);
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  running = false;
  const gaps = frames.slice(1).map((at, i) => at - frames[i]);
  return {
    calibrationMs,
    updates,
    seen: latencies.length,
    latencyMs: { p50: percentile(latencies, 0.5), p95: percentile(latencies, 0.95), max: percentile(latencies, 1) },
    longTasks: longTasks.length,
    longestTaskMs: Math.max(0, ...longTasks),
    frameMs: { p50: percentile(gaps, 0.5), p95: percentile(gaps, 0.95), max: percentile(gaps, 1) },
    elements: document.querySelectorAll("*").length,
  };
}

/** @param {number} seconds how long the recording is played */
export async function measureLiveView(seconds = 10) {
  const { Harness } = await loadHarness();
  const harness = await Harness.start();
  try {
    const { page } = await harness.open({ width: 350, height: 1100, scale: 2 });
    return await page.evaluate(play, { seconds, linesPerSecond: 50_000 });
  } finally {
    await harness.stop();
  }
}

if (process.argv[1] === import.meta.filename) {
  console.log(
    JSON.stringify({ bench: "liveView", ...(await measureLiveView(Number(process.argv[2] ?? 10))) }, null, 2),
  );
}
