import { spawnSync } from "node:child_process";
import { appendFileSync, copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { siteOfStacks } from "../../src/engine/trace/sites.ts";
import { findOnPath } from "../../src/node/program.ts";
import { ModuleIdentities } from "../../src/node/symbolise/moduleIdentity.ts";
import { type FrameAddress, type SymboliseOptions, Symboliser } from "../../src/node/symbolise/symbolise.ts";
import { findSymbolisers } from "../../src/node/symbolise/tools.ts";
import { markedLine, missing, ProgramWorkspace } from "./programs.ts";

const tools = await findSymbolisers();

const workspaces: ProgramWorkspace[] = [];
const symbolisers: Symboliser[] = [];

afterEach(() => {
  for (const workspace of workspaces.splice(0)) workspace.dispose();
  for (const symboliser of symbolisers.splice(0)) symboliser.dispose();
});

function newWorkspace(name?: string): ProgramWorkspace {
  const workspace = new ProgramWorkspace(name);
  workspaces.push(workspace);
  return workspace;
}

function newSymboliser(only?: readonly string[]): Symboliser {
  const symboliser = new Symboliser(only === undefined ? tools : tools.filter(({ kind }) => only.includes(kind)));
  symbolisers.push(symboliser);
  return symboliser;
}

/** The stacks of a program's write calls on descriptor 1, each innermost first, as `strace -k` prints them. */
function stacksOfWrites(
  workspace: ProgramWorkspace,
  program: string,
  env: Record<string, string> = {},
): FrameAddress[][] {
  const log = join(workspace.path, "strace.txt");
  const { status, stderr } = spawnSync("strace", ["-f", "-k", "-e", "trace=write", "-o", log, program], {
    cwd: workspace.path,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`strace failed: ${stderr}`);
  const stacks: FrameAddress[][] = [];
  const { stdout } = spawnSync("cat", [log], { encoding: "utf8" });
  for (const line of stdout.split("\n")) {
    if (/ write\(1, /.test(line)) stacks.push([]);
    const frame = /^ > (.*\/[^/(]*)\((.*?)(?:\+0x[0-9a-f]+)?\) \[0x([0-9a-f]+)\]$/.exec(line);
    if (frame !== null) {
      const [, module = "", symbol = "", address = ""] = frame;
      stacks.at(-1)?.push({ module, symbol, address: Number.parseInt(address, 16) });
    }
  }
  return stacks;
}

interface ShownSite {
  readonly file: string;
  readonly line: number;
  readonly function: string;
}

/** The site of each stack, and every workspace frame of the first one, innermost first. */
async function sitesOf(
  workspace: ProgramWorkspace,
  stacks: readonly (readonly FrameAddress[])[],
  options: Partial<SymboliseOptions> & { only?: readonly string[] } = {},
): Promise<{ sites: (ShownSite | undefined)[]; first: ShownSite[]; problems: string[] }> {
  const { only, ...rest } = options;
  const root = rest.workspace ?? workspace.path;
  const { sites, frameSites, problems } = await newSymboliser(only).symbolise(stacks.flat(), {
    workspace: root,
    ...rest,
  });
  const parent: number[] = [];
  const innermost: number[] = [];
  for (const stack of stacks) {
    innermost.push(parent.length);
    for (const [depth] of stack.entries()) parent.push(depth === stack.length - 1 ? -1 : parent.length + 1);
  }
  const ofNodes = siteOfStacks(Int32Array.from(parent), Int32Array.from(parent.keys()), frameSites, sites, root);
  const show = (index: number): ShownSite | undefined => {
    const site = sites[index];
    return site === undefined ? undefined : { file: site.file, line: site.line, function: site.function };
  };
  return {
    sites: innermost.map((node) => show(ofNodes[node] ?? -1)),
    first: frameSites
      .slice(0, stacks[0]?.length ?? 0)
      .flat()
      .map(show)
      .filter((site) => site !== undefined)
      .filter(({ file }) => file.startsWith(`${root}/`)),
    problems: problems.map(({ message }) => message),
  };
}

const KINDS = ["llvm-symbolizer", "addr2line"];

describe.skipIf(missing("strace") !== undefined)("source sites of C", () => {
  const builds: [string, string, string[]][] = [
    ["gcc, position independent", "gcc", ["-g", "-O2"]],
    ["gcc, at a fixed address", "gcc", ["-g", "-O2", "-no-pie"]],
    ["gcc, static and position independent", "gcc", ["-g", "-O2", "-static-pie"]],
    ["gcc, DWARF 4, compressed", "gcc", ["-gdwarf-4", "-gz", "-O2"]],
    ["gcc, not optimised", "gcc", ["-g", "-O0"]],
    ["clang, position independent", "clang", ["-g", "-O2"]],
    ["clang, at a fixed address", "clang", ["-g", "-O2", "-no-pie"]],
  ];
  for (const kind of KINDS) {
    for (const [name, compiler, flags] of builds) {
      const absent = missing(compiler, kind);
      it.skipIf(absent !== undefined)(
        `${name}, by ${kind}${absent === undefined ? "" : ` (no ${absent})`}`,
        async () => {
          const workspace = newWorkspace();
          const source = workspace.source("inlined.c");
          workspace.build(compiler, [...flags, "-o", "app", "inlined.c"]);
          const stacks = stacksOfWrites(workspace, join(workspace.path, "app"));
          const { sites, first, problems } = await sitesOf(workspace, stacks, { only: [kind] });
          const line = (mark: string): number => markedLine(source, mark);
          expect(problems).toEqual([]);
          // Inlined functions are frames of their own.
          expect(first).toEqual([
            { file: source, line: line("inner"), function: "inner" },
            { file: source, line: line("middle"), function: "middle" },
            { file: source, line: line("outer"), function: "outer" },
            { file: source, line: line("main"), function: "main" },
          ]);
          expect(sites).toEqual([
            { file: source, line: line("inner"), function: "inner" },
            // The write is made deep in libc, on behalf of this line.
            { file: source, line: line("flush"), function: "main" },
          ]);
        },
      );
    }
  }
});

/** The directory of an lld that calls itself `ld.lld`; Rust's toolchain brings one. */
function lldDirectory(): string | undefined {
  const onPath = findOnPath("ld.lld");
  if (onPath !== undefined) return dirname(onPath);
  if (missing("rustc") !== undefined) return undefined;
  const { stdout } = spawnSync("rustc", ["--print", "target-libdir"], { encoding: "utf8" });
  const directory = join(stdout.trim(), "..", "bin", "gcc-ld");
  return existsSync(join(directory, "ld.lld")) ? directory : undefined;
}

const lld = lldDirectory();
const noLld = missing("strace", "clang") ?? (lld === undefined ? "ld.lld" : undefined);

describe.skipIf(noLld !== undefined)(`binaries linked by lld${noLld === undefined ? "" : ` (no ${noLld})`}`, () => {
  const build = (flags: readonly string[]) => {
    const workspace = newWorkspace();
    const source = workspace.source("inlined.c");
    const options = ["-g", "-O2", `-B${lld}`, "-fuse-ld=lld", ...flags];
    workspace.build("clang", [...options, "-o", "app", "inlined.c"]);
    const app = join(workspace.path, "app");
    return { workspace, source, stacks: stacksOfWrites(workspace, app) };
  };
  const inner = (source: string) => ({ file: source, line: markedLine(source, "inner"), function: "inner" });

  it.each([["-no-pie"], ["-pie"]])(
    "have code at addresses that differ from its place in the file (%s)",
    async (pie) => {
      const { workspace, source, stacks } = build(["-fno-omit-frame-pointer", pie]);
      for (const only of KINDS.filter((kind) => missing(kind) === undefined)) {
        const { first } = await sitesOf(workspace, stacks, { only: [only] });
        expect(first.at(0)).toEqual(inner(source));
        expect(first.at(-1)).toEqual({ file: source, line: markedLine(source, "main"), function: "main" });
      }
    },
  );

  it("have stacks without some callers, and it is said", async () => {
    const { workspace, source, stacks } = build([]);
    const { sites, problems } = await sitesOf(workspace, stacks);
    expect(sites[0]).toEqual(inner(source));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/cannot unwind: its stacks may lack callers.*-fno-omit-frame-pointer/);
  });
});

describe.skipIf(missing("strace") !== undefined)("source sites of other languages", () => {
  for (const kind of KINDS) {
    for (const compiler of ["g++", "clang++"]) {
      const absent = missing(compiler, kind);
      it.skipIf(absent !== undefined)(`C++ by ${compiler} and ${kind}, demangled`, async () => {
        const workspace = newWorkspace();
        const source = workspace.source("shapes.cpp");
        workspace.build(compiler, ["-g", "-O2", "-o", "app", "shapes.cpp"]);
        const { first, problems } = await sitesOf(workspace, stacksOfWrites(workspace, join(workspace.path, "app")), {
          only: [kind],
        });
        expect(problems).toEqual([]);
        expect(first.map(({ line }) => line)).toEqual(["put", "draw", "main"].map((mark) => markedLine(source, mark)));
        expect(first[0]?.function).toMatch(/^drawing::Sink<std::.*string.*>::put\(/);
        expect(first[1]?.function).toMatch(/^drawing::Circle::draw\(drawing::Sink</);
      });
    }
    const absent = missing("rustc", kind);
    it.skipIf(absent !== undefined)(`Rust by ${kind}${absent === undefined ? "" : ` (no ${absent})`}`, async () => {
      const workspace = newWorkspace();
      const source = workspace.source("chain.rs");
      workspace.build("rustc", ["-g", "-O", "-Cforce-frame-pointers=yes", "-o", "app", "chain.rs"]);
      const { sites, first } = await sitesOf(workspace, stacksOfWrites(workspace, join(workspace.path, "app")), {
        only: [kind],
      });
      expect(sites.map((site) => site?.line)).toEqual([markedLine(source, "log"), markedLine(source, "log")]);
      expect(sites[0]?.function).toMatch(/(^|::)(Logger::)?log$/);
      const lines = first.map(({ line }) => line);
      expect(lines).toContain(markedLine(source, "closure"));
      expect(lines).toContain(markedLine(source, "twice"));
    });
  }

  it("follows a stack through a shared object", async () => {
    const workspace = newWorkspace();
    const library = workspace.source("library.c");
    const user = workspace.source("uses_library.c");
    workspace.build("cc", ["-g", "-O2", "-fPIC", "-shared", "-o", "libwriter.so", "library.c"]);
    workspace.build("cc", ["-g", "-O2", "-o", "app", "uses_library.c", "-L.", "-lwriter"]);
    const stacks = stacksOfWrites(workspace, join(workspace.path, "app"), { LD_LIBRARY_PATH: workspace.path });
    const { first } = await sitesOf(workspace, stacks);
    expect(first).toEqual([
      { file: library, line: markedLine(library, "library"), function: "library_write" },
      { file: user, line: markedLine(user, "main"), function: "main" },
    ]);
  });
});

describe.skipIf(missing("strace", "gcc", "objcopy", "strip") !== undefined)(
  "binaries that are not as they were",
  () => {
    function built(flags: readonly string[] = ["-g", "-O2"], name?: string) {
      const workspace = newWorkspace(name);
      const source = workspace.source("inlined.c");
      workspace.build("gcc", [...flags, "-o", "app", "inlined.c"]);
      const app = join(workspace.path, "app");
      return { workspace, source, app, stacks: stacksOfWrites(workspace, app) };
    }

    it("has no sites without debug information, and says how to get them", async () => {
      const { workspace, stacks, app } = built(["-O2", "-s"]);
      const { sites, problems } = await sitesOf(workspace, stacks);
      expect(sites).toEqual([undefined, undefined]);
      expect(problems).toEqual([`${app}: it has no debug information. Build it with -g to see source lines.`]);
    });

    it("reads separate debug information beside a stripped binary", async () => {
      const { workspace, source, app, stacks } = built();
      workspace.build("objcopy", ["--only-keep-debug", "app", "app.debug"]);
      workspace.build("strip", ["--strip-all", "app"]);
      workspace.build("objcopy", ["--add-gnu-debuglink=app.debug", "app"]);
      for (const only of KINDS.filter((kind) => missing(kind) === undefined)) {
        const { sites } = await sitesOf(workspace, stacks, { only: [only] });
        expect(sites[0]).toEqual({ file: source, line: markedLine(source, "inner"), function: "inner" });
      }
      // Debug information of another build is worse than none.
      workspace.build("gcc", ["-g", "-O1", "-o", "other", "inlined.c"]);
      copyFileSync(join(workspace.path, "other"), join(workspace.path, "app.debug"));
      const { sites, problems } = await sitesOf(workspace, stacks);
      expect(sites[0]).toBeUndefined();
      expect(problems).toEqual([`${app}: it has no debug information. Build it with -g to see source lines.`]);
    });

    it("has no sites for a binary that was rebuilt", async () => {
      const { workspace, app, stacks } = built();
      const modules = new ModuleIdentities();
      for (const frame of stacks.flat()) modules.note(frame.module);
      expect((await sitesOf(workspace, stacks, { modules })).sites[0]?.line).toBeGreaterThan(0);
      appendFileSync(join(workspace.path, "inlined.c"), "int more(int x) { return x + 1; }\n");
      workspace.build("gcc", ["-g", "-O1", "-o", "app", "inlined.c"]);
      const { sites, problems } = await sitesOf(workspace, stacks, { modules });
      expect(sites[0]).toBeUndefined();
      expect(problems).toEqual([`${app} was replaced after it ran: its lines are unknown. Record again.`]);
    });

    it("has no sites for a binary that changed after the recording", async () => {
      const { workspace, app, stacks } = built();
      utimesSync(app, 2_000_000_000, 2_000_000_000);
      const { sites, problems } = await sitesOf(workspace, stacks, { recordedUntilMs: 1_999_999_999_000 });
      expect(sites[0]).toBeUndefined();
      expect(problems).toEqual([`${app} was replaced after it ran: its lines are unknown. Record again.`]);
    });

    it("has no sites for a binary that is gone", async () => {
      const { workspace, app, stacks } = built();
      rmSync(app);
      const { sites, problems } = await sitesOf(workspace, stacks);
      expect(sites[0]).toBeUndefined();
      expect(problems).toEqual([`${app}: its lines are unknown, the file is gone.`]);
      const deleted = stacks.map((stack) => stack.map((frame) => ({ ...frame, module: `${frame.module} (deleted)` })));
      expect((await sitesOf(workspace, deleted)).problems).toContain(
        `${app} (deleted): its lines are unknown, the file is gone.`,
      );
    });

    it("says that a source is newer than its binary", async () => {
      const { workspace, source, app, stacks } = built();
      utimesSync(source, 2_000_000_000, 2_000_000_000);
      const { sites, problems } = await sitesOf(workspace, stacks);
      expect(sites[0]?.file).toBe(source);
      expect(problems).toEqual([
        `${source} is newer than ${app}, which was built from it: lines may be off. Build it again.`,
      ]);
    });

    it("reads a file that is no ELF file, and frames without a file, as nothing", async () => {
      const { workspace, source } = built();
      const frames = [
        { module: source, address: 100, symbol: "" },
        { module: "[vdso]", address: 100, symbol: "clock_gettime" },
        { module: "", address: 1, symbol: "" },
        { module: "/dev/null", address: 1, symbol: "" },
        { module: "/dev/zero", address: 1, symbol: "" },
      ];
      const { first, problems } = await sitesOf(workspace, [frames]);
      expect({ first, problems }).toEqual({ first: [], problems: [] });
    });

    it("works in directories with hostile names", async () => {
      const { workspace, source, stacks } = built(["-g", "-O2"], "a \"b' $c (d) +0x1 ü");
      for (const only of KINDS.filter((kind) => missing(kind) === undefined)) {
        const { sites } = await sitesOf(workspace, stacks, { only: [only] });
        expect(sites[0]).toEqual({ file: source, line: markedLine(source, "inner"), function: "inner" });
      }
    });

    it("takes the next symboliser when one fails", async () => {
      const { workspace, stacks } = built();
      const symboliser = new Symboliser([{ kind: "llvm-symbolizer", path: "/bin/false" }, ...tools]);
      symbolisers.push(symboliser);
      const { sites } = await symboliser.symbolise(stacks.flat(), { workspace: workspace.path });
      expect(sites.some(({ function: name }) => name === "inner")).toBe(true);
      const lone = new Symboliser([{ kind: "addr2line", path: "/bin/false" }]);
      symbolisers.push(lone);
      const { sites: none, problems } = await lone.symbolise(stacks.flat(), { workspace: workspace.path });
      expect(none).toEqual([]);
      expect(problems.map(({ message }) => message).join("\n")).toMatch(
        /app: its lines are unknown, addr2line ended \(exit code 1\)/,
      );
    });

    it("says so when there is no symboliser", async () => {
      const { workspace, stacks } = built();
      const symboliser = new Symboliser([]);
      const { problems } = await symboliser.symbolise(stacks.flat(), { workspace: workspace.path });
      expect(problems[0]?.message).toMatch(/^Source lines are missing: neither llvm-symbolizer nor addr2line/);
    });

    it("stops when it is asked to, and answers again afterwards", async () => {
      const { workspace, stacks } = built();
      const symboliser = newSymboliser();
      const stop = new AbortController();
      const asked = symboliser.symbolise(stacks.flat(), {
        workspace: workspace.path,
        signal: stop.signal,
      });
      stop.abort(new Error("enough"));
      await expect(asked).rejects.toThrow("enough");
      const again = await symboliser.symbolise(stacks.flat(), { workspace: workspace.path });
      expect(again.sites.length).toBeGreaterThan(0);
    });

    it("tells its progress", async () => {
      const { workspace, stacks } = built();
      const seen: [number, number][] = [];
      const frames = stacks.flat();
      await newSymboliser().symbolise(frames, {
        workspace: workspace.path,
        onProgress: (done, total) => seen.push([done, total]),
      });
      expect(seen.at(-1)).toEqual([frames.length, frames.length]);
      expect(seen.every(([done], index) => done >= (seen[index - 1]?.[0] ?? 0))).toBe(true);
    });
  },
);

describe.skipIf(missing("strace", "gcc") !== undefined)("paths of sources", () => {
  it("finds the workspace through links, `..` and relative names", async () => {
    const workspace = newWorkspace();
    const source = workspace.source("inlined.c");
    mkdirSync(join(workspace.path, "build"));
    workspace.build("gcc", ["-g", "-O2", "-o", "build/up", "build/../inlined.c"]);
    workspace.build("gcc", ["-g", "-O2", `-ffile-prefix-map=${workspace.path}=.`, "-o", "build/relative", "inlined.c"]);
    for (const name of ["up", "relative"]) {
      const stacks = stacksOfWrites(workspace, join(workspace.path, "build", name));
      for (const only of KINDS.filter((kind) => missing(kind) === undefined)) {
        expect((await sitesOf(workspace, stacks, { only: [only] })).sites[0]?.file).toBe(source);
      }
    }
    // The user opened the workspace by a link: sites are named as the user sees them.
    const other = newWorkspace("link");
    const link = join(other.path, "link");
    symlinkSync(workspace.path, link);
    const stacks = stacksOfWrites(workspace, join(workspace.path, "build", "up"));
    const { sites } = await sitesOf(workspace, stacks, { workspace: link });
    expect(sites[0]?.file).toBe(join(link, "inlined.c"));
  });

  it("gives no site to a source outside of the workspace", async () => {
    const workspace = newWorkspace();
    workspace.source("inlined.c");
    workspace.build("gcc", ["-g", "-O2", "-o", "app", "inlined.c"]);
    const inner = join(workspace.path, "inner");
    mkdirSync(inner);
    const { sites } = await sitesOf(workspace, stacksOfWrites(workspace, join(workspace.path, "app")), {
      workspace: inner,
    });
    expect(sites).toEqual([undefined, undefined]);
  });
});
