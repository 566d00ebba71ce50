import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  ATTACH_ATTRIBUTES,
  type AttributeDefinition,
  COLORS,
  COMMANDS,
  DEBUG_TYPE_LABEL,
  HIDDEN_COMMANDS,
  LAUNCH_ATTRIBUTES,
  PROBLEM_MATCHER,
  SETTINGS,
  TASK_COMMANDS,
  TASK_TYPE,
  VIEW_CONTAINER,
  VIEWS,
  WALKTHROUGH,
} from "../src/protocol/contributions.ts";
import { DEBUG_TYPE } from "../src/protocol/dap.ts";
import { attachArgsSchema, launchArgsSchema, recordingOptionsSchema } from "../src/protocol/launch.ts";
import { RECORDING_DEFAULTS } from "../src/protocol/recordingDefaults.ts";

const root = path.resolve(import.meta.dirname, "..");
const read = (file: string): string => readFileSync(path.join(root, file), "utf8");
const manifest = JSON.parse(read("package.json"));
const contributes = manifest.contributes;
const reference = read("docs/reference.md");

/** The rows of the table below a heading of docs/reference.md: the first cell without backquotes -> all cells. */
function documented(heading: string): Map<string, string[]> {
  const section = reference.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  expect(section, `docs/reference.md has a section "${heading}"`).toBeDefined();
  const rows = (section as string).split("\n").filter((line) => /^\| `/.test(line));
  return new Map(
    rows.map((row) => {
      const cells = row
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll("\\|", "|"));
      return [(cells[0] as string).replaceAll("`", ""), cells];
    }),
  );
}

interface Attribute {
  readonly type: unknown;
  readonly description: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
}

function expectAttributes(actual: Record<string, Attribute>, expected: Readonly<Record<string, AttributeDefinition>>) {
  const { ...plain } = Object.fromEntries(
    Object.entries(expected).map(([name, { required: _, ...attribute }]) => [name, attribute]),
  );
  expect(actual).toEqual(plain);
}

describe("package.json equals protocol/contributions.ts", () => {
  it("commands", () => {
    const titles = Object.fromEntries(
      contributes.commands.map((command: { command: string; title: string }) => [command.command, command.title]),
    );
    expect(titles).toEqual({ ...COMMANDS, ...HIDDEN_COMMANDS });
    for (const command of contributes.commands) expect(command.category).toBe("Goldentrace");
  });

  it("settings", () => {
    const properties = contributes.configuration.properties;
    expect(Object.keys(properties)).toEqual(Object.keys(SETTINGS));
    for (const [id, setting] of Object.entries(SETTINGS)) {
      expect(properties[id], id).toMatchObject({
        type: setting.type,
        default: setting.default,
        markdownDescription: setting.description,
        ...(setting.enum === undefined ? {} : { enum: [...setting.enum] }),
        ...(setting.minimum === undefined ? {} : { minimum: setting.minimum, maximum: setting.maximum }),
      });
    }
    const restricted = Object.keys(SETTINGS).filter((id) => SETTINGS[id]?.restricted);
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual(restricted);
  });

  it("views and their container", () => {
    expect(contributes.viewsContainers.activitybar.map((container: { id: string }) => container.id)).toEqual([
      VIEW_CONTAINER,
    ]);
    const views = Object.fromEntries(
      contributes.views[VIEW_CONTAINER].map((view: { id: string; name: string }) => [view.id, view.name]),
    );
    expect(views).toEqual(VIEWS);
  });

  it("the debugger and its attributes", () => {
    const [debug] = contributes.debuggers;
    expect(debug).toMatchObject({ type: DEBUG_TYPE, label: DEBUG_TYPE_LABEL });
    expectAttributes(debug.configurationAttributes.launch.properties, LAUNCH_ATTRIBUTES);
    expectAttributes(debug.configurationAttributes.attach.properties, ATTACH_ATTRIBUTES);
    expect(debug.configurationAttributes.launch.required).toEqual(["program"]);
    expect(debug.configurationAttributes.attach.required).toEqual(["processId"]);
  });

  it("colours, for every kind of theme", () => {
    const colors = contributes.colors.map((color: { id: string; description: string }) => [
      color.id,
      color.description,
    ]);
    expect(Object.fromEntries(colors)).toEqual(COLORS);
    const themes = ["dark", "light", "highContrast", "highContrastLight"];
    for (const { defaults } of contributes.colors) expect(Object.keys(defaults)).toEqual(themes);
  });

  it("tasks and the walkthrough", () => {
    expect(contributes.problemMatchers.map((matcher: { name: string }) => matcher.name)).toEqual([PROBLEM_MATCHER]);
    expect(contributes.taskDefinitions[0].type).toBe(TASK_TYPE);
    expect(contributes.taskDefinitions[0].properties.command.enum).toEqual([...TASK_COMMANDS]);
    expect(contributes.walkthroughs.map((walkthrough: { id: string }) => walkthrough.id)).toEqual([WALKTHROUGH]);
  });
});

describe("what is declared is accepted, defaulted and shipped", () => {
  it("every launch attribute is read by the adapter", () => {
    const internal = ["name", "workspace", "noDebug"];
    expect(
      Object.keys(launchArgsSchema.shape)
        .filter((key) => !internal.includes(key))
        .sort(),
    ).toEqual(Object.keys(LAUNCH_ATTRIBUTES).sort());
    expect(
      Object.keys(attachArgsSchema.shape)
        .filter((key) => !internal.includes(key) && key !== "artifacts")
        .sort(),
    ).toEqual(Object.keys(ATTACH_ATTRIBUTES).sort());
  });

  it("every recording option has one default", () => {
    expect(Object.keys(RECORDING_DEFAULTS).sort()).toEqual(Object.keys(recordingOptionsSchema.shape).sort());
    for (const [name, value] of Object.entries(RECORDING_DEFAULTS)) {
      expect(LAUNCH_ATTRIBUTES[name]?.default, name).toEqual(value);
    }
  });

  it("every file that the manifest names exists", () => {
    const files = [
      manifest.icon,
      contributes.viewsContainers.activitybar[0].icon,
      ...contributes.walkthroughs[0].steps.map((step: { media: { markdown: string } }) => step.media.markdown),
      ...contributes.grammars.map((grammar: { path: string }) => grammar.path),
      ...contributes.jsonValidation.map((validation: { url: string }) => validation.url),
    ];
    for (const file of files) expect(existsSync(path.join(root, file)), file).toBe(true);
  });
});

describe("everything is documented and reachable", () => {
  it("commands", () => {
    const rows = documented("Commands");
    expect([...rows.keys()]).toEqual(Object.keys(COMMANDS));
    for (const [id, title] of Object.entries(COMMANDS)) expect(rows.get(id)?.[1]).toBe(`Goldentrace: ${title}`);
  });

  it("no command is hidden from every surface", () => {
    const hidden = new Set(
      contributes.menus.commandPalette
        .filter((entry: { when: string }) => entry.when === "false")
        .map((entry: { command: string }) => entry.command),
    );
    const inMenus = new Set(
      Object.entries(contributes.menus)
        .filter(([menu]) => menu !== "commandPalette")
        .flatMap(([, entries]) => (entries as { command: string }[]).map((entry) => entry.command)),
    );
    expect(Object.keys(COMMANDS).filter((id) => hidden.has(id) && !inMenus.has(id))).toEqual([]);
    for (const id of Object.keys(HIDDEN_COMMANDS)) expect(JSON.stringify(contributes)).toContain(`\${command:${id}}`);
  });

  it("settings", () => {
    const rows = documented("Settings");
    expect([...rows.keys()]).toEqual(Object.keys(SETTINGS));
    for (const [id, setting] of Object.entries(SETTINGS)) {
      expect(rows.get(id)?.slice(1), id).toEqual([`\`${JSON.stringify(setting.default)}\``, setting.description]);
    }
  });

  it.each([
    ["Launch attributes", LAUNCH_ATTRIBUTES],
    ["Attach attributes", ATTACH_ATTRIBUTES],
  ])("%s", (heading, attributes) => {
    const rows = documented(heading);
    expect([...rows.keys()]).toEqual(Object.keys(attributes));
    for (const [name, attribute] of Object.entries(attributes)) {
      expect(rows.get(name)?.at(-1), name).toBe(attribute.description);
    }
  });

  it("views and tasks", () => {
    expect([...documented("Views").keys()]).toEqual(Object.keys(VIEWS));
    expect([...documented("Tasks").keys()]).toEqual([...TASK_COMMANDS]);
    expect([...documented("Colours").keys()]).toEqual(Object.keys(COLORS));
  });
});
