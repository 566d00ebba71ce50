import { Harness } from "../webview/harness.ts";

/**
 * The Live view under load: a recording that writes 50,000 lines a second, updated 30 times a second, in the system's Chromium.
 * `npm run bench liveView [SECONDS]` prints JSON; timings hold for this machine at this moment only, hence the calibration.
 */

interface Load {
  readonly seconds: number;
  readonly linesPerSecond: number;
}

interface Distribution {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** What a user would notice; times in milliseconds. */
interface Noticed {
  /** For a fixed piece of work. */
  readonly calibrationMs: number;
  readonly updates: number;
  /** Updates whose newest line was seen. */
  readonly seen: number;
  /** From an update to a frame with its newest line. */
  readonly latencyMs: Distribution;
  readonly longTasks: number;
  readonly longestTaskMs: number;
  readonly frameMs: Distribution;
  /** Elements of the page at the end. */
  readonly elements: number;
}

/** Runs in the page: plays the recording and measures what the user would notice. */
async function play({ seconds, linesPerSecond }: Load): Promise<Noticed> {
  const rate = 30;
  const percentile = (values: readonly number[], part: number): number =>
    [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0;

  // Calibration: how long this machine takes for a fixed piece of work right now.
  const begun = performance.now();
  let sum = 0;
  for (let i = 0; i < 20_000_000; i++) sum = (sum + i * 31) | 0;
  const calibrationMs = performance.now() - begun + (sum === 1 ? 1 : 0);

  const longTasks: number[] = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
    type: "longtask",
    buffered: false,
  });
  const frames: number[] = [];
  let running = true;
  const frame = (at: number): void => {
    frames.push(at);
    if (running) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);

  const { host } = window;
  const latencies: number[] = [];
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
    const seen = (): void => {
      const newest = [...document.querySelectorAll<HTMLElement>(".row:not(.pending)")].at(-1)?.dataset.position;
      if (Number(newest) >= lines - 1) latencies.push(performance.now() - sent);
      else if (running) requestAnimationFrame(seen);
    };
    requestAnimationFrame(seen);
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  running = false;
  const gaps = frames.slice(1).map((at, i) => at - (frames[i] ?? at));
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

const harness = await Harness.start();
try {
  const { page } = await harness.open({ width: 350, height: 1100, scale: 2 });
  const load: Load = { seconds: Number(process.argv[2] ?? 10), linesPerSecond: 50_000 };
  console.log(JSON.stringify({ bench: "liveView", ...(await page.evaluate(play, load)) }, null, 2));
} finally {
  await harness.stop();
}
