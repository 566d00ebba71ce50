import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { loadavg } from "node:os";
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
import { PROGRAMS, type TrialProgram } from "./goldens/programs.ts";
import { forgetResult, readResult, tryProgram } from "./goldens/trial.ts";
import { whyNot } from "./goldens/workplace.ts";

/**
 * Real programs, each accepted and then checked unchanged in folders made anew: how often is a difference told where there is none? And
 * programs with one planted change at a time: is each of them found?
 *
 * `npm run bench goldens -- [--only NAME,…] [--checks N] [--fresh] [--report]`, `npm run bench goldens -- --planted [--only c,py,sh]`
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
const SERVER = `require("node:http").createServer((request, response) => {
  response.setHeader("Content-Type", "text/plain").end("a line of a page\\n".repeat(2000));
}).listen(${PORT}, "127.0.0.1", () => console.log("listening"))`;
/** Processor time of the planted program: 20 % more of it must be found. */
const SPIN_MS = 1000;

if (values.planted) await plantedChanges();
else await unchangedPrograms();

async function unchangedPrograms(): Promise<void> {
  const server = await startServer();
  const programs = PROGRAMS.filter(({ name }) => only === undefined || only.includes(name));
  try {
    for (const program of programs) if (!values.report) await unchanged(program);
  } finally {
    server.kill();
  }
  report(programs);
}

/** In a process of its own: preparing a folder waits for what it starts. */
async function startServer(): Promise<ChildProcess> {
  const server = spawn(process.execPath, ["-e", SERVER], { stdio: ["ignore", "pipe", "inherit"] });
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

async function plantedChanges(): Promise<void> {
  let planted = 0;
  let found = 0;
  const tell = (language: string, name: string, by: string | undefined): void => {
    planted++;
    if (by !== undefined) found++;
    console.log(`${language} ${name}: ${by ?? "NOT FOUND"}`);
  };
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
        const told = toldAs(plant, comparison, workspace);
        tell(language, plant.name, told && `${told.title} (${(told.site ?? told.goldenSite)?.line ?? "no line"})`);
        if (told === undefined) {
          for (const each of comparison.divergences)
            console.log(`    ${each.kind} ${each.title} at ${each.site?.line ?? each.goldenSite?.line}`);
        }
        // The golden's files as the unchanged program leaves them.
        workspace.plant();
        workspace.warmUp();
      }
      if (language !== "c") continue;
      for (const cost of COSTS) {
        workspace.plant(cost);
        const { performance } = await checkOnce(PLANTED_TARGET, workspace.path, workspace.env);
        const worse = performance.find(
          ({ metric, verdict }) => verdict === "regressed" && cost.metrics.includes(metric),
        );
        const change = worse?.change ?? Number.NaN;
        tell(
          language,
          cost.name,
          worse && `${worse.metric} ${(100 * change).toFixed(0)} % more, p ${worse.pValue?.toFixed(4)}`,
        );
        if (worse === undefined) for (const each of performance) console.log(`    ${JSON.stringify(each)}`);
      }
    } finally {
      workspace.dispose();
    }
  }
  console.log(`\n${found} of ${planted} planted changes found; load ${loadavg()[0]?.toFixed(1)}`);
}
