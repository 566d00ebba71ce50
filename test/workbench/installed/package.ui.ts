// The package as a user installs it: nothing but what the VSIX holds, in a VS Code that has never seen this project.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repositoryRoot } from "../location.mjs";
import { useWorkbench } from "../workbench.ts";

interface Manifest {
  readonly publisher: string;
  readonly name: string;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category: string; readonly title: string }[];
    readonly menus: { readonly commandPalette: readonly { readonly command: string }[] };
    readonly viewsContainers: { readonly activitybar: readonly { readonly title: string }[] };
  };
}

const manifest = JSON.parse(await readFile(path.join(repositoryRoot, "package.json"), "utf8")) as Manifest;

const id = `${manifest.publisher}.${manifest.name}`;
const [container] = manifest.contributes.viewsContainers.activitybar;
const installedData = process.env.GOLDENTRACE_INSTALLED_DATA;
if (installedData === undefined || container === undefined) {
  throw new Error("Run this through test/workbench/vsix.mjs");
}
const file = useWorkbench({ dataDirectory: installedData, extensions: [] });
let workspace = "";

beforeAll(async () => {
  workspace = await mkdtemp(path.join(tmpdir(), "goldentrace installed "));
  const launch = {
    version: "0.2.0",
    configurations: [{ type: manifest.name, request: "launch", name: "ls", program: "/bin/ls", args: [workspace] }],
  };
  await mkdir(path.join(workspace, ".vscode"));
  await writeFile(path.join(workspace, ".vscode", "launch.json"), JSON.stringify(launch));
});
afterAll(() => rm(workspace, { recursive: true, force: true }));

test("the installed package shows its views, offers its commands and records a program on F5", async () => {
  // The palette draws the commands for which there is room.
  const workbench = await file.open({ folder: workspace, size: { width: 1280, height: 3000 } });
  await workbench.showContainer(container.title);
  // Showing a view activates the extension, and then every command without a condition is there.
  const hidden = new Set(manifest.contributes.menus.commandPalette.map(({ command }) => command));
  const expected = manifest.contributes.commands
    .filter(({ command }) => !hidden.has(command))
    .map(({ category, title }) => `${category}: ${title}`);
  await expect
    .poll(() => workbench.offeredCommands(`${container.title}: `), { timeout: 60_000 })
    .toEqual(expect.arrayContaining(expected));
  await expect.poll(() => file.server.extensionHostLog(), { timeout: 60_000 }).toContain(`_doActivateExtension ${id}`);
  expect(await file.server.extensionHostLog()).not.toContain(`Activating extension ${id} failed`);

  await workbench.startDebugging();
  const runs = path.join(workspace, ".goldentrace", "runs");
  await expect
    .poll(
      async () => {
        const [run] = await readdir(runs).catch(() => []);
        return run === undefined
          ? undefined
          : JSON.parse(await readFile(path.join(runs, run, "run.json"), "utf8")).exit;
      },
      { timeout: 120_000, message: "a finished run in the workspace" },
    )
    .toMatchObject({ code: 0 });
});
