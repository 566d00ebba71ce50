import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { acceptRun } from "../../src/node/golden/accept.ts";
import { compareWithGolden } from "../../src/node/golden/compareWithGolden.ts";
import { readAhead } from "../../src/node/golden/goldenAhead.ts";
import { goldenPaths } from "../../src/node/golden/goldenPaths.ts";
import { goldenSettings } from "../../src/node/golden/goldenSettings.ts";
import { normaliseContext } from "../../src/node/golden/normaliseContext.ts";
import { recordToEnd, targetRequest } from "../../src/node/golden/recordTarget.ts";
import { readManifest } from "../../src/node/runFolder/manifest.ts";

const folder = mkdtempSync(join(tmpdir(), "goldentrace-ahead-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a golden that was read ahead is used while it is the same", async () => {
  writeFileSync(join(folder, "goldentrace.toml"), "");
  writeFileSync(join(folder, "in.txt"), "one\n");
  const config = { targets: { cat: { program: "cat", args: ["in.txt"] } } };
  const place = { workspace: folder, config, env: process.env, toolVersion: "test" };
  const { end } = await recordToEnd(targetRequest("cat", place), 60_000, new AbortController().signal);
  const { runFolder } = end;
  expect(await readAhead(runFolder, folder)).toBeUndefined();
  const { path } = await acceptRun({ runFolder, workspace: folder, config });

  const settings = goldenSettings(folder, config, "cat");
  const paths = goldenPaths(settings.dir, "cat");
  const context = normaliseContext(readManifest(runFolder), settings);
  const ahead = await readAhead(runFolder, folder);
  expect((await ahead?.(paths, context))?.golden.behaviour.events.length).toBeGreaterThan(0);
  expect(await ahead?.(goldenPaths(settings.dir, "other"), context)).toBeUndefined();
  expect(await ahead?.(paths, { ...context, rulesOff: ["ports"] })).toBeUndefined();
  expect(await compareWithGolden({ runFolder, workspace: folder, ahead })).toEqual(
    await compareWithGolden({ runFolder, workspace: folder }),
  );

  writeFileSync(path, readFileSync(path, "utf8").replaceAll("in.txt", "IN.txt"));
  expect(await ahead?.(paths, context)).toBeUndefined();
  expect((await compareWithGolden({ runFolder, workspace: folder, ahead }))?.verdict).toBe("diverged");

  const damaged = await readAhead(runFolder, folder);
  appendFileSync(paths.performance, "x");
  expect(await damaged?.(paths, context)).toBeUndefined();
});
