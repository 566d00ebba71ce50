import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { acceptRun } from "../../src/node/golden/accept.ts";
import { compareSubject } from "../../src/node/golden/compareSubject.ts";
import { compareWithGolden, lineMapper } from "../../src/node/golden/compareWithGolden.ts";
import { readAhead } from "../../src/node/golden/goldenAhead.ts";
import { goldenPaths } from "../../src/node/golden/goldenPaths.ts";
import { goldenSettings } from "../../src/node/golden/goldenSettings.ts";
import { loadGolden } from "../../src/node/golden/loadGolden.ts";
import { recordToEnd, targetRequest } from "../../src/node/golden/recordTarget.ts";
import { subjectOf } from "../../src/node/golden/subject.ts";
import { openRun } from "../../src/node/runFolder/openRun.ts";
import { calibrate, calibrationLine } from "./calibration.ts";

/**
 * From the end of a program that has a golden to the outcome in its run folder, which the editor's decorations are drawn from: really recorded
 * by strace, accepted, recorded and compared. Wall time and, for the steps of comparing, CPU time of the process; the least of some rounds.
 * `npm run bench afterRun [CALLS]`
 */

const CALLS = process.argv[2] ?? "1000000";
const FILES = "200";
const ROUNDS = 3;

const folder = mkdtempSync(path.join(tmpdir(), "goldentrace-after-"));
try {
  console.log(calibrationLine(calibrate()));
  const source = path.join(import.meta.dirname, "afterRun.c");
  execFileSync("cc", ["-O2", "-o", path.join(folder, "program"), source]);
  writeFileSync(path.join(folder, "goldentrace.toml"), "");
  const times = path.join(folder, "times");
  const config = {
    targets: { program: { program: path.join(folder, "program"), args: [CALLS, FILES, times] } },
  };
  const place = { workspace: folder, config, env: process.env, toolVersion: "bench" };
  const request = targetRequest("program", place);
  const record = async (): Promise<string> => {
    const { end } = await recordToEnd(request, 600_000, new AbortController().signal);
    const since = Number(process.hrtime.bigint() - readFileSync(times).readBigInt64LE()) / 1e6;
    print("program's end to the run folder complete", since);
    console.log(`${end.syscalls} calls recorded`);
    return end.runFolder;
  };

  const print = (what: string, wallMs: number, cpuMs?: number): void =>
    console.log(
      JSON.stringify({
        bench: "afterRun",
        what,
        wallMs: Math.round(wallMs),
        ...(cpuMs && { cpuMs: Math.round(cpuMs) }),
      }),
    );
  async function step<T>(what: string, work: () => Promise<T> | T): Promise<T> {
    let wall = Number.POSITIVE_INFINITY;
    let cpu = Number.POSITIVE_INFINITY;
    let first = 0;
    let result: T | undefined;
    for (let round = 0; round < ROUNDS; round++) {
      const used = process.cpuUsage();
      const begun = performance.now();
      result = await work();
      const took = performance.now() - begun;
      const { user, system } = process.cpuUsage(used);
      if (round === 0) first = took;
      wall = Math.min(wall, took);
      cpu = Math.min(cpu, (user + system) / 1000);
    }
    print(what, wall, cpu);
    print(`${what}, the first time`, first);
    return result as T;
  }

  // The files that it reads are there from now on.
  execFileSync(path.join(folder, "program"), [CALLS, FILES, times], { cwd: folder });
  await acceptRun({ runFolder: await record(), workspace: folder, config });
  const runFolder = await record();
  const settings = goldenSettings(folder, config, "program");
  const comparing = { runFolder, workspace: folder, config };
  const ahead = await readAhead(runFolder, folder);
  const whole = await step("golden read ahead: to the outcome", () => compareWithGolden({ ...comparing, ahead }));
  await step("nothing read ahead: to the outcome", () => compareWithGolden(comparing));
  console.log(`${whole?.verdict}, ${whole?.actualEvents} events`);
  const opened = await step("open the run", () => openRun(runFolder));
  const subject = await step("normalise it", () => subjectOf(opened, settings));
  const paths = goldenPaths(settings.dir, "program");
  const loaded = await step("read the golden", () => loadGolden(paths, "program", subject.context));
  if (loaded === undefined) throw new Error("There is no golden");
  const { golden } = loaded;
  const mapSite = await step("follow lines", () => lineMapper(folder, golden));
  const actual = { name: "program", path: runFolder, ...subject };
  await step("compare", () => compareSubject({ golden, goldenPath: loaded.path, actual, mapSite, settings }));
} finally {
  rmSync(folder, { recursive: true });
}
