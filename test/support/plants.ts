import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Comparison, Divergence, DivergenceKind } from "../../src/protocol/comparison.ts";
import { markedLine } from "../node/programs.ts";

/** One change to a program, and how a comparison must tell it. */
export interface Plant {
  readonly name: string;
  /** Define that planted.c is compiled with. */
  readonly define: string;
  readonly kinds: readonly DivergenceKind[];
  /** Calls, of which one must be told. */
  readonly calls: RegExp;
  /** What the told call acts on. */
  readonly object?: RegExp;
  /** Lines of planted.c, of which one must be told. */
  readonly sites: readonly string[];
  /** A shell works through other programs: what the divergence's kind, thread, call, object, title and events must hold there. */
  readonly inShell: RegExp;
}

/** Changes of behaviour: each must be told by a divergence. */
export const PLANTS: readonly Plant[] = [
  {
    name: "extra-open",
    define: "EXTRA_OPEN",
    kinds: ["added", "count"],
    calls: /^openat$/,
    object: /options\.txt$/,
    sites: ["extra-open"],
    inShell: /options\.txt/,
  },
  {
    name: "missing-fsync",
    define: "NO_FSYNC",
    kinds: ["removed"],
    calls: /^fsync$/,
    sites: ["missing-fsync"],
    inShell: /sync/,
  },
  {
    name: "doubled-read",
    define: "DOUBLED_READ",
    kinds: ["count"],
    calls: /^read$/,
    object: /data\.bin$/,
    sites: ["doubled-read"],
    inShell: /cat/,
  },
  {
    name: "swapped-rename",
    define: "SWAPPED",
    kinds: ["order", "changed", "added", "removed"],
    calls: /^(?:rename|renameat2?|write)$/,
    sites: ["swapped-rename", "rename", "write"],
    inShell: /mv|rename|notes\.txt/,
  },
  {
    name: "connection",
    define: "CONNECTION",
    kinds: ["added"],
    calls: /^connect$/,
    object: /127\.0\.0\.1/,
    sites: ["connection"],
    inShell: /connect/,
  },
  { name: "thread", define: "NEW_THREAD", kinds: ["thread-added"], calls: /^main>/, sites: ["thread"], inShell: /./ },
  { name: "exit-code", define: "EXIT_CODE", kinds: ["exit"], calls: /./, sites: [], inShell: /^exit/ },
];

/** Changes of cost: performance must tell them, by one of these figures. */
export const COSTS: readonly { readonly name: string; readonly define: string; readonly metrics: readonly string[] }[] =
  [
    { name: "leak", define: "LEAK", metrics: ["mappedBytes", "peakRss"] },
    { name: "more-cpu", define: "MORE_CPU", metrics: ["cpu"] },
  ];

export const PLANTED_LANGUAGES = ["c", "py", "sh"] as const;
export type PlantedLanguage = (typeof PLANTED_LANGUAGES)[number];

/** What a language cannot do: the shell has no threads, and its sync(1) and mv(1) are programs of their own. */
export function canPlant(language: PlantedLanguage, plant: string): boolean {
  return language !== "sh" || plant !== "thread";
}

const SOURCES = join(import.meta.dirname, "..", "fixtures", "programs");
export const PLANTED_TARGET = "planted";

/** A workspace with the target `planted`, in which one change at a time is made. */
export class PlantedWorkspace {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), "goldentrace planted ")));
  /** Variables of the program that has the change. */
  env: Readonly<Record<string, string>> = {};
  private readonly source: string;
  private server: Server | undefined;

  /** @param spinMs processor time that the C program uses */
  constructor(
    readonly language: PlantedLanguage,
    private readonly spinMs = 0,
  ) {
    this.source = join(this.path, `planted.${language}`);
    copyFileSync(join(SOURCES, `planted.${language}`), this.source);
    writeFileSync(join(this.path, "data.bin"), Buffer.alloc(20 * 128, "data"));
    writeFileSync(join(this.path, "options.txt"), "2\n");
  }

  /** Something to connect to; the target is configured with its port. */
  async listen(): Promise<void> {
    const server = createServer((socket) => socket.on("error", () => {}).end());
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    const address = server.address();
    const port = address !== null && typeof address === "object" ? String(address.port) : "";
    const [program, ...args] = { c: ["./planted"], py: ["/usr/bin/python3", "planted.py"], sh: ["bash", "planted.sh"] }[
      this.language
    ] as [string, ...string[]];
    writeFileSync(
      join(this.path, "goldentrace.toml"),
      [
        `[targets.${PLANTED_TARGET}]`,
        `program = ${JSON.stringify(program)}`,
        `args = ${JSON.stringify([...args, port])}`,
        `stacks = ${this.language === "c"}`,
        "",
      ].join("\n"),
    );
  }

  /** Makes the program with a change, or without any. */
  plant(change?: { readonly name: string; readonly define: string }): void {
    this.env = { PLANT: change?.name ?? "" };
    if (this.language !== "c") return;
    const defines = change === undefined ? [] : [`-D${change.define}`];
    const args = ["-g", "-O2", "-pthread", `-DSPIN_MS=${this.spinMs}`, ...defines, "-o", "planted", "planted.c"];
    const { status, stderr, error } = spawnSync("cc", args, { cwd: this.path, encoding: "utf8" });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`cc ${args.join(" ")} failed:\n${stderr}`);
  }

  /** Runs the program once, so that the files it leaves behind are there in every recording. */
  warmUp(): void {
    const [program, args] = {
      c: ["./planted", []],
      py: ["/usr/bin/python3", ["planted.py"]],
      sh: ["bash", ["planted.sh"]],
    }[this.language] as [string, string[]];
    spawnSync(program, args, { cwd: this.path, env: { ...process.env, PLANT: "" } });
  }

  line(site: string): number {
    return markedLine(this.source, site);
  }

  dispose(): void {
    this.server?.close();
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** The divergence that tells a change; undefined when it was not found, or told as something else. */
export function toldAs(plant: Plant, { divergences }: Comparison, workspace: PlantedWorkspace): Divergence | undefined {
  if (workspace.language === "sh") {
    return divergences.find(({ kind, thread, name, object, title, golden, actual }) =>
      plant.inShell.test([kind, thread, name, object, title, ...golden.events, ...actual.events].join(" ")),
    );
  }
  const lines = workspace.language === "c" ? plant.sites.map((site) => workspace.line(site)) : [];
  return divergences.find(
    ({ kind, name, object, site, goldenSite }) =>
      plant.kinds.includes(kind) &&
      plant.calls.test(name) &&
      (plant.object === undefined || plant.object.test(object)) &&
      // Without debug information there are no lines.
      (lines.length === 0 || lines.includes((site ?? goldenSite)?.line ?? 0)),
  );
}
