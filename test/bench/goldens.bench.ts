import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findOnPath } from "../../src/node/program.ts";
import {
  COSTS,
  canPlant,
  PLANTED_LANGUAGES,
  PLANTED_TARGET,
  PLANTS,
  PlantedWorkspace,
  toldAs,
} from "../support/plants.ts";
import { acceptOnce, checkOnce } from "../support/targets.ts";
import { EDITS, PRELOADED, told } from "./goldens/plants.ts";
import { PROGRAMS, type TrialProgram } from "./goldens/programs.ts";
import { Tally } from "./goldens/tally.ts";
import { forgetResult, readResult, tryProgram } from "./goldens/trial.ts";
import { Workplace, whyNot } from "./goldens/workplace.ts";

/**
 * Real programs, each accepted and then checked unchanged in folders made anew: how often is a difference told where there is none? And
 * programs with one planted change at a time: is each of them found?
 *
 * `npm run bench goldens -- [--only NAME,…] [--checks N] [--fresh] [--report]`, `npm run bench goldens -- --planted [--only c,py,sh]`
 *
 * `--only` of `--planted` also takes the names of programs: into each of them a library is loaded that makes a change, and some are edited.
 *
 * Results are kept in test-results/goldens; a trial continues where the last one ended. `--fresh` begins anew, `--report` only prints.
 */

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    checks: { type: "string", default: "20" },
    fresh: { type: "boolean", default: false },
    report: { type: "boolean", default: false },
    planted: { type: "boolean", default: false },
  },
});
const only = values.only?.split(",");
const checks = Number(values.checks);
/** The port is part of what curl does: it has to be the same each time. */
const PORT = 47_113;
/** Another, so that both trials can run at a time. */
const PLANT_PORT = 47_114;
const SERVER = `require("node:http").createServer((request, response) => {
  response.setHeader("Content-Type", "text/plain").end("a line of a page\\n".repeat(2000));
}).listen(Number(process.argv[1]), "127.0.0.1", () => console.log("listening"));
process.stdin.resume().on("end", () => process.exit());`;
/** Processor time of the planted program: 20 % more of it must be found. */
const SPIN_MS = 1000;

if (values.planted) {
  await plantedInPrograms();
  await plantedChanges();
} else await unchangedPrograms();

async function unchangedPrograms(): Promise<void> {
  const server = await startServer(PORT);
  const programs = PROGRAMS.filter(({ name }) => only === undefined || only.includes(name));
  try {
    for (const program of programs) if (!values.report) await unchanged(program);
  } finally {
    server.kill();
  }
  report(programs);
}

/** In a process of its own: preparing a folder waits for what it starts. */
async function startServer(port: number): Promise<ChildProcess> {
  const server = spawn(process.execPath, ["-e", SERVER, String(port)], { stdio: ["pipe", "pipe", "inherit"] });
  await once(server.stdout, "data");
  return server;
}

async function unchanged(program: TrialProgram): Promise<void> {
  const reason = whyNot(program);
  if (reason !== undefined) {
    console.log(`${program.name}: skipped, ${reason}`);
    return;
  }
  if (values.fresh) forgetResult(program.name);
  try {
    await tryProgram(program, {
      checks,
      port: PORT,
      onCheck: (done, { verdict, told }) => {
        if (verdict !== "equivalent")
          console.log(`${program.name}: check ${done} ${verdict}\n    ${told.join("\n    ")}`);
      },
    });
  } catch (error) {
    console.log(`${program.name}: broken off, ${error instanceof Error ? error.message : error}`);
  }
  console.log(lineOf(program));
}

function lineOf({ name }: TrialProgram): string {
  const result = readResult(name);
  if (result === undefined) return `${name}: not tried`;
  const wrong = result.checks.filter(({ verdict }) => verdict !== "equivalent").length;
  const loads = result.checks.map(({ load }) => load);
  const load = loads.length === 0 ? "" : `, load ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`;
  const least = Math.min(...result.checks.map(({ confidence }) => confidence));
  const varies = result.varies.length === 0 ? "" : `, ${result.varies.length} learned variations`;
  const worse = result.checks.filter(({ regressed }) => regressed.length > 0).length;
  const cost = worse === 0 ? "" : `, ${worse} told as more costly`;
  return `${name} (${result.from}): ${wrong} false of ${result.checks.length}; ${result.calls} calls${varies}, confidence from ${least.toFixed(3)}${cost}${load}`;
}

function report(programs: readonly TrialProgram[]): void {
  const results = programs.map(({ name }) => readResult(name)).filter((each) => each !== undefined);
  const all = results.flatMap((result) => result.checks);
  const wrong = all.filter(({ verdict }) => verdict !== "equivalent").length;
  console.log("");
  for (const program of programs) console.log(lineOf(program));
  console.log(`\n${results.length} programs, ${all.length} checks, ${wrong} false alarms`);
  const figures = all.flatMap(({ regressed }) => regressed);
  console.log(`${figures.length} figures of performance told as worse: ${figures.join(", ")}`);
}

async function plantedInPrograms(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "goldentrace-preload-"));
  const library = join(folder, "plant.so");
  const source = join(import.meta.dirname, "../fixtures/programs/preload.c");
  execFileSync("cc", ["-shared", "-fPIC", "-O1", "-pthread", "-o", library, source]);
  const server = await startServer(PLANT_PORT);
  const tally = new Tally();
  try {
    for (const program of PROGRAMS) {
      if ((only !== undefined && !only.includes(program.name)) || whyNot(program) !== undefined) continue;
      await plantedIn(program, library, tally).catch((error: unknown) => {
        console.log(`${program.name}: broken off, ${error instanceof Error ? error.message : error}`);
      });
    }
  } finally {
    server.kill();
    rmSync(folder, { recursive: true });
  }
  tally.report();
}

async function plantedIn(program: TrialProgram, library: string, tally: Tally): Promise<void> {
  const workplace = new Workplace(program, PLANT_PORT);
  const { name } = program;
  const variables = {
    LD_PRELOAD: library,
    PLANT_PORT: String(PLANT_PORT),
    PLANT_WHEN: program.interpreted === true ? "end" : "begin",
  };
  try {
    workplace.configure();
    await acceptOnce(name, workplace.path, variables);
    for (const plant of PRELOADED) {
      const comparison = await checkOnce(name, workplace.path, { ...variables, PLANT: plant.name });
      tally.tell(name, plant.name, plant.isTold(comparison), comparison);
    }
    for (const edit of EDITS.filter((each) => each.program === name)) {
      await workplace.edited(edit.file, edit.from, edit.to, async (text) => {
        const comparison = await checkOnce(name, workplace.path, variables);
        const { line } = edit;
        const at = line === undefined ? undefined : text.split("\n").findIndex((each) => each.includes(line)) + 1;
        tally.tell(name, `${edit.name} (edited)`, told(comparison, edit.told, at), comparison);
      });
    }
  } finally {
    workplace.dispose();
  }
}

async function plantedChanges(): Promise<void> {
  const tally = new Tally();
  for (const language of PLANTED_LANGUAGES) {
    if (only !== undefined && !only.includes(language)) continue;
    if (language === "c" && findOnPath("cc") === undefined) {
      console.log("c: skipped, cc is not installed");
      continue;
    }
    const workspace = new PlantedWorkspace(language, SPIN_MS);
    try {
      await workspace.listen();
      workspace.plant();
      workspace.warmUp();
      await acceptOnce(PLANTED_TARGET, workspace.path, workspace.env);
      const same = await checkOnce(PLANTED_TARGET, workspace.path, workspace.env);
      console.log(`${language} unchanged: ${same.verdict}`);
      for (const plant of PLANTS) {
        if (!canPlant(language, plant.name)) continue;
        workspace.plant(plant);
        const comparison = await checkOnce(PLANTED_TARGET, workspace.path, workspace.env);
        const found = toldAs(plant, comparison, workspace);
        const line = (found?.site ?? found?.goldenSite)?.line;
        const by = found && `${found.title} (${line === undefined ? "no line" : `line ${line}`})`;
        tally.tell(language, plant.name, by, comparison);
        // The golden's files as the unchanged program leaves them.
        workspace.plant();
        workspace.warmUp();
      }
      if (language !== "c") continue;
      for (const cost of COSTS) {
        workspace.plant(cost);
        const comparison = await checkOnce(PLANTED_TARGET, workspace.path, workspace.env);
        const worse = comparison.performance.find(
          ({ metric, verdict }) => verdict === "regressed" && cost.metrics.includes(metric),
        );
        const change = Math.round(100 * (worse?.change ?? Number.NaN));
        tally.tell(
          language,
          cost.name,
          worse && `${worse.metric} ${change} % more, p ${worse.pValue?.toFixed(4)}`,
          comparison,
        );
        if (worse === undefined) for (const each of comparison.performance) console.log(`    ${JSON.stringify(each)}`);
      }
    } finally {
      workspace.dispose();
    }
  }
  tally.report();
}
