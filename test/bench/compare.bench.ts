import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Behaviour } from "../../src/engine/golden/behaviour.ts";
import { behaviourOf } from "../../src/engine/golden/behaviourOf.ts";
import { compareBehaviours } from "../../src/engine/golden/compare/compareBehaviours.ts";
import { readTraceFile } from "../../src/node/readTraceFile.ts";
import { behaviourFrom, goldenFrom } from "../support/behaviours.ts";
import { calibrate, calibrationLine } from "./calibration.ts";

/**
 * The whole comparison of two behaviours, from matching threads to the lines of the editor, and the making of behaviours from traces in
 * which every call is another. CPU time of the process. `npm run bench compare [EVENTS [DISTINCT CALLS]]`
 */

const EVENTS = Number(process.argv[2] ?? 1_000_000);
const DISTINCT = Number(process.argv[3] ?? 200_000);
const ROUNDS = 3;
const VOCABULARY = 3000;

function randomSource(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const vocabulary = behaviourFrom(
  Array.from({ length: VOCABULARY }, (_, i) => `read f${i} 10 @load${i % 50}:${i}`).join("; "),
);

/** One thread with these events, each at a line of its own. */
function behaviourWith(shapes: readonly number[]): Behaviour {
  const { length } = shapes;
  const shape = Int32Array.from(shapes);
  const [main] = vocabulary.threads;
  if (main === undefined) throw new Error("No thread");
  return {
    ...vocabulary,
    threads: [{ ...main, to: length }],
    events: {
      length,
      shape,
      site: shape,
      thread: new Int32Array(length),
      row: Int32Array.from(shape.keys()),
      startup: new Uint8Array(length),
    },
  };
}

function calls(seed: number, edited: number): number[] {
  const random = randomSource(seed);
  const edits = randomSource(2);
  const result: number[] = [];
  for (let i = 0; i < EVENTS; i++) {
    const call = Math.floor(VOCABULARY * random() ** 3);
    const edit = edits() < edited;
    if (edit && edits() < 0.5) continue;
    if (edit) result.push(call);
    result.push(call);
  }
  return result;
}

const CASES: Readonly<Record<string, () => number[]>> = {
  equal: () => calls(1, 0),
  "1 % edited": () => calls(1, 0.01),
  "10 % edited": () => calls(1, 0.1),
  unrelated: () => calls(9, 0),
  "halves swapped": () => {
    const all = calls(1, 0);
    return [...all.slice(EVENTS / 2), ...all.slice(0, EVENTS / 2)];
  },
};

/** The least of some rounds, in seconds of CPU. */
function cpuSeconds(work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const begun = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(begun);
    least = Math.min(least, (user + system) / 1e6);
  }
  return Number(least.toFixed(2));
}

console.log(calibrationLine(calibrate()));
const golden = goldenFrom(behaviourWith(calls(1, 0)));
for (const [name, make] of Object.entries(CASES)) {
  const actual = behaviourWith(make());
  const compare = () =>
    compareBehaviours(golden, actual, { mode: "observable", mapSite: (file, line) => ({ file, line }) });
  const { divergences, confidence, notes } = compare();
  const seconds = cpuSeconds(compare);
  const told = { divergences: divergences.length, confidence: Number(confidence.toFixed(3)), notes };
  console.log(JSON.stringify({ bench: "compare", case: name, events: EVENTS, seconds, ...told }));
}
console.log(`peak of all comparisons: ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);

/** Reads at ever other places, and opens of ever other files. */
function distinctLine(i: number): string {
  const time = `1700000000.${String(i * 2).padStart(9, "0")}`;
  const file = `/home/ann/app/data/part-${i}/file.${i}.txt`;
  return i % 2 === 0
    ? `4000  ${time} pread64(3</home/ann/app/big.bin>, ""..., ${4096 + i}, ${i * 4096}) = ${4096 + i} <0.000010000>\n`
    : `4000  ${time} openat(AT_FDCWD</home/ann/app>, "${file}", O_RDONLY) = 3<${file}> <0.000010000>\n`;
}

const folder = await mkdtemp(path.join(tmpdir(), "goldentrace-compare-"));
try {
  const file = path.join(folder, "distinct.strace");
  writeFileSync(file, Array.from({ length: DISTINCT }, (_, i) => distinctLine(i)).join(""));
  const { trace } = await readTraceFile(file);
  const workspace = "/home/ann/app";
  const seconds = cpuSeconds(() => behaviourOf(trace, { workspace, cwd: workspace, command: [] }));
  const each = Number(((seconds / DISTINCT) * 1e6).toFixed(1));
  console.log(
    JSON.stringify({ bench: "compare", case: "every call another", calls: DISTINCT, seconds, microsecondsEach: each }),
  );
} finally {
  await rm(folder, { recursive: true });
}
