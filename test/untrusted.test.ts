// What runs a program or changes a file is not offered in untrusted workspaces; that it is refused there is tested in the editor.
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
const { contributes } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));

const RUNNING = [
  "run",
  "attach",
  "init",
  "rerun",
  "runTarget",
  "checkTarget",
  "acceptTarget",
  "acceptRun",
  "undoAccept",
  "acceptDivergence",
  "ignoreDivergence",
  "compareConfigurations",
].map((name) => `goldentrace.${name}`);

interface MenuEntry {
  readonly command: string;
  readonly when?: string;
}

/** True for a condition that fails in an untrusted workspace: each of its alternatives asks for trust, or it never holds. */
const needsTrust = (when = ""): boolean =>
  when === "false" ||
  when.split("||").every((part) => part.split("&&").some((term) => term.trim() === "isWorkspaceTrusted"));

test.each(RUNNING)("%s is in no menu of an untrusted workspace", (command) => {
  expect(contributes.commands.map((one: MenuEntry) => one.command)).toContain(command);
  const entries = Object.values<MenuEntry[]>(contributes.menus).flat();
  const mine = entries.filter((entry) => entry.command === command);
  expect(mine.filter(({ when }) => !needsTrust(when))).toEqual([]);
  // A command that the palette's menu does not name is always in the palette.
  const palette: MenuEntry[] = contributes.menus.commandPalette;
  expect(palette.filter((entry) => entry.command === command)).toHaveLength(1);
});

test.each<{ contents: string; when: string; view: string }>(contributes.viewsWelcome)(
  "the empty view $view offers to run nothing without trust ($when)",
  ({ contents, when }) => {
    const offered = [...contents.matchAll(/\(command:([\w.]+)/g)].map(([, command]) => command ?? "");
    if (offered.some((command) => RUNNING.includes(command))) expect(needsTrust(when)).toBe(true);
  },
);
