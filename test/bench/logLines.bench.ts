import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { LogReader } from "../../src/engine/read/logs/logReader.ts";

/**
 * Log lines to records, in lines a second of one core: one line of JSON per format. `npm run bench logLines`
 *
 * Figures are CPU time, not wall time, and stand beside a calibration: readline with one regular expression on the same lines.
 */

const LINES = 200_000;
const CHUNK = 64 * 1024;
const ROUNDS = 3;

const FORMATS: Readonly<Record<string, (i: number) => string>> = {
  plain: (i) => `step ${i} of the computation is done, the residual is 0.000${i}`,
  "not ASCII": (i) => `Schritt ${i} der größten Berechnung ist vorbei, Rest 0.000${i}`,
  "progress bar": (i) => `\r 50%|##  | ${i}/200000 [00:01<00:01, 1.00s/it]`,
  "Python logging, bars": (i) => `2026-02-05 10:30:15,123 | TRACE    | src.agents | step ${i} done`,
  "Python logging, dashes": (i) => `2026-02-05 10:30:15,123 - src.agents - DEBUG - step ${i} done`,
  "Python basicConfig": (i) => `DEBUG:src.agents:step ${i} done`,
  "Rust tracing": (i) => `2026-11-22T02:04:37.123456Z TRACE request{id=${i}}: my_crate::db: query done n=1`,
  env_logger: (i) => `[2026-11-22T02:53:42.907179Z TRACE rust_log::count] line ${i}: 8 words`,
  pino: (i) => `{"level":20,"time":1700000000000,"pid":12,"hostname":"host","msg":"step ${i} done"}`,
  logfmt: (i) => `time=2026-11-22T02:04:37Z level=DEBUG msg="step ${i} done" k=v`,
  log4j: (i) => `12:34:56.789 [main] DEBUG com.acme.Foo - step ${i} done`,
  glog: (i) => `I1122 02:04:37.123456 1234 file.cc:12] step ${i} done`,
};

/** The least CPU time of some rounds, in seconds. */
async function cpuSeconds(work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const begun = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(begun);
    least = Math.min(least, (user + system) / 1e6);
  }
  return least;
}

function chunksOf(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK) chunks.push(bytes.subarray(at, at + CHUNK));
  return chunks;
}

async function withReadline(chunks: readonly Buffer[]): Promise<number> {
  let levels = 0;
  for await (const line of createInterface({ input: Readable.from(chunks) })) {
    if (/\b(TRACE|DEBUG|INFO|WARN|ERROR)\b/.test(line)) levels++;
  }
  return levels;
}

for (const [format, line] of Object.entries(FORMATS)) {
  const chunks = chunksOf(Buffer.from(Array.from({ length: LINES }, (_, i) => `${line(i)}\n`).join("")));
  let records = 0;
  const ours = await cpuSeconds(() => {
    const reader = new LogReader({ addLog: () => records++ }, "stdout");
    for (const chunk of chunks) reader.push(chunk, 0);
    reader.end();
  });
  const readline = await cpuSeconds(() => withReadline(chunks));
  if (records !== LINES * ROUNDS) throw new Error(`${format}: ${records} records of ${LINES * ROUNDS}`);
  console.log(
    JSON.stringify({
      bench: "log lines",
      format,
      linesPerSecond: Math.round(LINES / ours),
      readlineLinesPerSecond: Math.round(LINES / readline),
      ratio: Number((readline / ours).toFixed(2)),
    }),
  );
}
