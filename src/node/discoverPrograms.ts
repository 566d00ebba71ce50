import { open, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parse as parseToml } from "smol-toml";
import * as z from "zod/mini";
import { configFileSchema, type Target } from "../protocol/launch.ts";

/** A program found in a workspace folder that could be recorded. Paths are relative to the folder, with `/`. */
export interface FoundProgram {
  readonly kind: "target" | "cargo" | "native" | "python";
  /** What to call it: `server`, `train.py`. */
  readonly label: string;
  /** The executable relative to the folder; for Python the script, for a target its name. */
  readonly path: string;
  /** For a target: what `goldentrace.toml` says about it. */
  readonly target?: Target;
}

/** A look around must stay quick in any workspace: how deep it goes, and how many entries it looks at. */
const MAX_DEPTH = 4;
const MAX_ENTRIES = 5000;
const MAX_FOUND = 40;
const SKIPPED = new Set([
  "node_modules",
  ".git",
  ".goldentrace",
  ".venv",
  "venv",
  "__pycache__",
  ".tox",
  "site-packages",
  "CMakeFiles",
]);
const ELF_MAGIC = 0x7f454c46;

const cargoManifest = z.object({
  package: z.optional(z.object({ name: z.string() })),
  bin: z.optional(z.array(z.object({ name: z.optional(z.string()) }))),
});

/**
 * Programs worth offering in a folder: targets of `goldentrace.toml`, Cargo binaries and examples, executables that CMake
 * or Make built, Python scripts with a main guard. Reads names and first bytes only; runs nothing. Unreadable folders and
 * files are passed over: this is an offer, not a check.
 */
export async function discoverPrograms(folder: string): Promise<FoundProgram[]> {
  const found: FoundProgram[] = [];
  const budget = { entries: MAX_ENTRIES };
  await visit(folder, "", 0, budget, found);
  const order = { target: 0, cargo: 1, native: 2, python: 3 };
  const unique = new Map(found.map((program) => [`${program.kind}:${program.path}`, program]));
  const cargoPaths = new Set(found.filter(({ kind }) => kind === "cargo").map((program) => program.path));
  return [...unique.values()]
    .filter(({ kind, path: file }) => kind !== "native" || !cargoPaths.has(file))
    .sort((a, b) => order[a.kind] - order[b.kind] || a.path.localeCompare(b.path))
    .slice(0, MAX_FOUND);
}

async function visit(
  root: string,
  relative: string,
  depth: number,
  budget: { entries: number },
  found: FoundProgram[],
): Promise<void> {
  const entries = await readdir(path.join(root, relative), { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
    if (budget.entries-- <= 0) return;
    const file = path.posix.join(relative, entry.name);
    if (entry.isDirectory()) {
      if (depth < MAX_DEPTH && !SKIPPED.has(entry.name)) await visit(root, file, depth + 1, budget, found);
    } else if (entry.isFile()) {
      found.push(...(await look(root, file, entry.name)));
    }
  }
}

async function look(root: string, file: string, name: string): Promise<FoundProgram[]> {
  if (name === "goldentrace.toml" && file === name) return tomlOffers(path.join(root, file));
  if (name === "Cargo.toml") return cargoOffers(root, file);
  if (name.endsWith(".py")) return pythonOffer(root, file);
  // Executables below target/ are Cargo's: offered from its manifest, not with every dependency's build script.
  if (file.split("/").includes("target") || path.extname(name) !== "") return [];
  return nativeOffer(root, file);
}

async function tomlOffers(file: string): Promise<FoundProgram[]> {
  const config = await parsedToml(file, configFileSchema);
  return Object.entries(config?.targets ?? {}).map(([name, target]) => ({
    kind: "target",
    label: name,
    path: name,
    target: { ...config?.defaults, ...target },
  }));
}

async function cargoOffers(root: string, file: string): Promise<FoundProgram[]> {
  const manifest = await parsedToml(path.join(root, file), cargoManifest);
  if (manifest === undefined) return [];
  const directory = path.posix.dirname(file);
  const source = path.join(root, directory, "src");
  const names = new Set<string>();
  for (const bin of manifest.bin ?? []) if (bin.name !== undefined) names.add(bin.name);
  if (manifest.package !== undefined && (await exists(path.join(source, "main.rs")))) names.add(manifest.package.name);
  for (const name of await rustSources(path.join(source, "bin"))) names.add(name);
  const examples = await rustSources(path.join(root, directory, "examples"));
  const program = (name: string, below: string): FoundProgram => ({
    kind: "cargo",
    label: name,
    path: path.posix.join(directory, "target/debug", below, name),
  });
  return [...[...names].map((name) => program(name, "")), ...examples.map((name) => program(name, "examples"))];
}

async function pythonOffer(root: string, file: string): Promise<FoundProgram[]> {
  const text = await readStart(path.join(root, file), 256 * 1024);
  if (text === undefined || !/^if __name__ == ["']__main__["']/m.test(text.toString("utf8"))) return [];
  return [{ kind: "python", label: path.posix.basename(file), path: file }];
}

async function nativeOffer(root: string, file: string): Promise<FoundProgram[]> {
  const start = await readStart(path.join(root, file), 18);
  if (start === undefined || start.length < 18 || start.readUInt32BE(0) !== ELF_MAGIC) return [];
  // e_type: 2 is a fixed-address executable, 3 a shared object or PIE; libraries have a file extension.
  const type = start.readUInt16LE(16);
  return type === 2 || type === 3 ? [{ kind: "native", label: path.posix.basename(file), path: file }] : [];
}

async function parsedToml<T extends z.ZodMiniType>(file: string, schema: T): Promise<z.infer<T> | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const result = schema.safeParse(parseToml(text));
    return result.success ? result.data : undefined;
  } catch {
    // A manifest that does not parse offers nothing; the tool that owns it reports the mistake.
    return undefined;
  }
}

async function rustSources(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => name.endsWith(".rs")).map((name) => name.slice(0, -3));
}

async function readStart(file: string, length: number): Promise<Buffer | undefined> {
  const handle = await open(file, "r").catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function exists(file: string): Promise<boolean> {
  const handle = await open(file, "r").catch(() => undefined);
  await handle?.close();
  return handle !== undefined;
}
