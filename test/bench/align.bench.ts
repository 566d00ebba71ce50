import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { align } from "../../src/engine/golden/align/align.ts";
import { calibrate, calibrationLine } from "./calibration.ts";

/**
 * Alignment of two sequences of a million elements, and `git diff --no-index` on the same as the lines of golden files.
 * Figures are CPU time of the process; the ratio is git's over ours, so more is better. `npm run bench align [ELEMENTS]`
 */

const ELEMENTS = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = 3;
/** Git's default algorithm needs minutes for inputs that have little in common: seconds after which it is stopped. */
const GIT_TIMEOUT = 30;

interface Pair {
  readonly a: Int32Array;
  readonly b: Int32Array;
}

function randomSource(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Like a trace: a few calls are frequent, most are rare. */
function skewed(length: number, vocabulary: number, seed: number): Int32Array {
  const random = randomSource(seed);
  return Int32Array.from({ length }, () => Math.floor(vocabulary * random() ** 3));
}

/** A third of the edits each delete, insert and replace. */
function edited(a: Int32Array, share: number, vocabulary: number, seed: number): Int32Array {
  const random = randomSource(seed);
  const result: number[] = [];
  for (const element of a) {
    const dice = random() / share;
    const other = Math.floor(vocabulary * random() ** 3);
    if (dice < 1 / 3) continue;
    if (dice < 2 / 3) result.push(element, other);
    else result.push(dice < 1 ? other : element);
  }
  return Int32Array.from(result);
}

const loop = (length: number, noise: number, seed: number): Int32Array => {
  const random = randomSource(seed);
  return Int32Array.from({ length }, (_, i) => (random() < noise ? 40 + Math.floor(random() * 200) : i % 9));
};

const base = (): Int32Array => skewed(ELEMENTS, 3000, 1);

const CASES: Readonly<Record<string, () => Pair>> = {
  "1 % edited": () => ({ a: base(), b: edited(base(), 0.01, 3000, 2) }),
  "5 % edited": () => ({ a: base(), b: edited(base(), 0.05, 3000, 3) }),
  "10 % edited": () => ({ a: base(), b: edited(base(), 0.1, 3000, 4) }),
  unrelated: () => ({ a: base(), b: skewed(ELEMENTS, 3000, 5) }),
  "random, 40 words": () => ({ a: skewed(ELEMENTS, 40, 6), b: skewed(ELEMENTS, 40, 7) }),
  "no word in common": () => ({ a: base(), b: base().map((element) => element + 3000) }),
  "loops with 2 % noise": () => ({ a: loop(ELEMENTS, 0.02, 8), b: loop(ELEMENTS * 0.8, 0.02, 9) }),
  "one word repeated": () => ({ a: new Int32Array(ELEMENTS), b: new Int32Array(ELEMENTS * 0.8) }),
  "halves swapped": () => {
    const a = base();
    const half = a.length >> 1;
    return { a, b: Int32Array.from([...a.subarray(half), ...a.subarray(0, half)]) };
  },
};

/** Each element as the line of an event in a golden file. */
function linesOf(elements: Int32Array): string {
  const lines = Array.from(
    elements,
    (element) =>
      `{"name":"read","args":["<workspace>/data/part-${element}.bin","","65536"],"result":65536,"thread":0,"source":{"file":"src/load.c","line":17,"function":"load"}},`,
  );
  return `${lines.join("\n")}\n`;
}

/** The least of some rounds, in seconds of CPU. */
function cpuSeconds(rounds: number, work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const begun = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(begun);
    least = Math.min(least, (user + system) / 1e6);
  }
  return least;
}

/** CPU time of `git diff --no-index` in seconds; undefined when it had to be stopped. */
function gitSeconds(folder: string): number | undefined {
  // `time` of bash reports the CPU time of a child, which Node does not.
  const script = 'TIMEFORMAT="%U %S"; time timeout "$0" git diff --no-index --numstat a b > /dev/null';
  const { stderr, status } = spawnSync("bash", ["-c", script, String(GIT_TIMEOUT)], { cwd: folder, encoding: "utf8" });
  if (status === 124) return undefined;
  const [user, system] = stderr.trim().split(/\s+/).map(Number);
  return (user ?? Number.NaN) + (system ?? Number.NaN);
}

console.log(calibrationLine(calibrate()));
// All alignments before the first text is made, so that the peak is theirs.
const aligned = Object.entries(CASES).map(([name, make]) => {
  const { a, b } = make();
  let result = align(a, b);
  const seconds = cpuSeconds(ROUNDS, () => {
    result = align(a, b);
  });
  const lost = result.givenUp.reduce((sum, box) => sum + box.aTo - box.aFrom, 0);
  return { name, make, seconds, edits: a.length + b.length - 2 * result.matched, lost: lost / a.length };
});
console.log(
  `peak of all alignments: ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB, Node and inputs included`,
);

const folder = mkdtempSync(path.join(tmpdir(), "goldentrace-align-"));
try {
  for (const { name, make, seconds, edits, lost } of aligned) {
    const { a, b } = make();
    writeFileSync(path.join(folder, "a"), linesOf(a));
    writeFileSync(path.join(folder, "b"), linesOf(b));
    const git = gitSeconds(folder);
    console.log(
      JSON.stringify({
        bench: "align",
        case: name,
        elements: [a.length, b.length],
        seconds: Number(seconds.toFixed(2)),
        edits,
        givenUp: `${(100 * lost).toFixed(1)} %`,
        gitSeconds: git === undefined ? `> ${GIT_TIMEOUT}` : Number(git.toFixed(2)),
        ratio: git === undefined ? null : Number((git / seconds).toFixed(1)),
      }),
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
