import type { Disposable } from "../../base/disposable.ts";
import { describeError, ExpectedError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import { StringTable } from "../../base/stringTable.ts";
import { oneLine } from "../../base/text.ts";
import { isInside } from "../../engine/trace/sites.ts";
import type { Frame, Site, TraceProblem } from "../../engine/trace/trace.ts";
import { errorCode } from "../procFiles.ts";
import { AddressProcess } from "./addressProcess.ts";
import { findDebugFile } from "./debugFile.ts";
import { addressOfOffset, type ElfFile, readElf } from "./elf.ts";
import { identityOf, type ModuleIdentity, sameModule } from "./moduleIdentity.ts";
import { SourcePaths } from "./sourcePaths.ts";
import type { SourceFrame } from "./symboliserOutput.ts";
import { findSymbolisers, type SymboliserTool } from "./tools.ts";

export interface SymboliseOptions {
  /** Absolute; only stale or missing information about it is worth telling. */
  readonly workspace: string;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
  /**
   * What `address` of a frame is. strace with libunwind prints the offset in the module's file (the default), strace with
   * libdw the address in the module's own address space; `strace -V` tells which it is.
   */
  readonly addresses?: "file-offset" | "virtual";
  /** What the modules were while they ran; a module that is something else by now gets no sites. */
  readonly modules?: { get(module: string): ModuleIdentity | undefined };
  /** End of the recording (CLOCK_REALTIME, ms): a module changed after it gets no sites, if `modules` does not know it. */
  readonly recordedUntilMs?: number;
}

export interface Symbolised {
  readonly sites: Site[];
  /** For each frame its source frames, innermost inlined first; indexes into `sites`. */
  readonly frameSites: number[][];
  /** What could not be found, for the user; none of it makes a trace incomplete. */
  readonly problems: TraceProblem[];
}

export type FrameAddress = Pick<Frame, "module" | "address" | "symbol">;

/** Turns frames into source positions once, and ends the processes it needed. See `Symboliser.symbolise`. */
export async function symbolise(frames: readonly FrameAddress[], options: SymboliseOptions): Promise<Symbolised> {
  const symboliser = new Symboliser();
  try {
    return await symboliser.symbolise(frames, options);
  } finally {
    symboliser.dispose();
  }
}

/** Addresses asked for at once: large enough to keep the symboliser busy, small enough to show progress and to stop soon. */
const BATCH = 1024;
/** Symbolisers that are kept alive; each holds the debug information of its binary in memory. */
const MAX_PROCESSES = 6;
const MAX_PROBLEMS = 20;

interface ModuleCache {
  readonly frames: Map<number, SourceFrame[]>;
  process: AddressProcess | undefined;
  used: number;
}

interface SitesOfModule {
  readonly frames: ReadonlyMap<number, SourceFrame[]>;
  /** What the user should know although there are sites. */
  readonly remark: string | undefined;
  readonly modifiedMs: number;
}

/** A module without sites, and whether and why to tell the user. */
class NoSites {
  constructor(readonly problem: string | undefined) {}
}

/** Keeps symboliser processes and their answers, by build-id, for one request after the other. */
export class Symboliser implements Disposable {
  private readonly caches = new Map<string, ModuleCache>();
  private clock = 0;

  /** @param tools symbolisers to use, best first; looked for on PATH when left out */
  constructor(private tools?: readonly SymboliserTool[]) {}

  /**
   * The source positions of each frame. The counters of a stack are return addresses, so each is looked up one byte before:
   * the call itself, and not what follows it. Rejects with the signal's reason when it is aborted; a module that cannot be
   * symbolised is a problem in the result and never an error.
   */
  async symbolise(frames: readonly FrameAddress[], options: SymboliseOptions): Promise<Symbolised> {
    const { signal } = options;
    signal?.throwIfAborted();
    this.tools ??= await findSymbolisers();
    const byModule = new Map<string, number[]>();
    for (const [index, { module }] of frames.entries()) {
      const known = byModule.get(module);
      if (known === undefined) byModule.set(module, [index]);
      else known.push(index);
    }
    const problems = new ProblemList();
    if (this.tools.length === 0 && [...byModule.keys()].some((module) => module.startsWith("/"))) {
      problems.add("Source lines are missing: neither llvm-symbolizer nor addr2line is installed.", frames.length);
    }
    const sites = new SiteTable(options.workspace, problems);
    const frameSites: number[][] = frames.map(() => []);
    let done = 0;
    for (const [module, indexes] of byModule) {
      const addresses = indexes.map((index) => frames[index]?.address ?? 0);
      const before = done;
      const found = await this.ofModule(module, addresses, options, (answered) =>
        options.onProgress?.(before + answered, frames.length),
      );
      if (found instanceof NoSites) {
        if (found.problem !== undefined) problems.add(found.problem, indexes.length);
      } else {
        if (found.remark !== undefined) problems.add(found.remark, undefined);
        for (const index of indexes) {
          const sourceFrames = found.frames.get(frames[index]?.address ?? 0) ?? [];
          frameSites[index] = sourceFrames.map((frame) => sites.add(frame, module, found.modifiedMs));
        }
      }
      done += indexes.length;
      options.onProgress?.(done, frames.length);
    }
    sites.reportStale();
    return { sites: sites.all, frameSites, problems: problems.all() };
  }

  dispose(): void {
    for (const cache of this.caches.values()) cache.process?.dispose();
    this.caches.clear();
  }

  private async ofModule(
    module: string,
    addresses: readonly number[],
    options: SymboliseOptions,
    onProgress: (answered: number) => void,
  ): Promise<SitesOfModule | NoSites> {
    const shown = oneLine(module);
    // Not files: `[vdso]`, code made at run time, what the tracer could not name.
    if (!module.startsWith("/")) return new NoSites(undefined);
    if (module.endsWith(" (deleted)")) return new NoSites(`${shown}: its lines are unknown, the file is gone.`);
    let elf: ElfFile | undefined;
    try {
      elf = readElf(module);
    } catch (error) {
      const code = errorCode(error);
      if (code === "") throw error;
      const why = code === "ENOENT" || code === "ENOTDIR" ? "the file is gone" : `it cannot be read (${code})`;
      return new NoSites(`${shown}: its lines are unknown, ${why}.`);
    }
    // Something mapped that is no program: code made at run time in a file.
    if (elf === undefined) return new NoSites(undefined);
    if (wasReplaced(elf, module, options)) {
      return new NoSites(`${shown} was replaced after it ran: its lines are unknown. Record again.`);
    }
    const debugFile = findDebugFile(module, elf);
    if (debugFile === undefined) {
      const mine = isInside(options.workspace, module);
      const advice = "it has no debug information. Build it with -g to see source lines.";
      return new NoSites(mine ? `${shown}: ${advice}` : undefined);
    }
    const cache = this.cacheOf(elf, debugFile);
    const virtual = new Map<number, number>();
    for (const address of addresses) {
      const own = options.addresses === "virtual" ? address : addressOfOffset(elf, address - 1);
      if (own !== undefined) virtual.set(address, options.addresses === "virtual" ? own - 1 : own);
    }
    const wanted = [...new Set(virtual.values())].filter((address) => !cache.frames.has(address));
    try {
      await this.fill(cache, debugFile, wanted, options.signal, onProgress);
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      return new NoSites(`${shown}: its lines are unknown, ${describeError(error)}.`);
    }
    const frames = new Map<number, SourceFrame[]>();
    for (const [address, own] of virtual) frames.set(address, cache.frames.get(own) ?? []);
    return { frames, remark: stackRemark(elf, module, options), modifiedMs: elf.modifiedMs };
  }

  /** Asks the best symboliser; the next one when it fails or knows not a single line. */
  private async fill(
    cache: ModuleCache,
    debugFile: string,
    addresses: readonly number[],
    signal: AbortSignal | undefined,
    onProgress: (answered: number) => void,
  ): Promise<void> {
    let failure: ExpectedError | undefined;
    for (const tool of this.tools ?? []) {
      if (addresses.length === 0) return;
      try {
        const process = cache.process ?? new AddressProcess(tool, debugFile);
        cache.process = process;
        this.retireProcesses();
        let lines = 0;
        for (let at = 0; at < addresses.length; at += BATCH) {
          const batch = addresses.slice(at, at + BATCH);
          const answers = await untilAborted(process.query(batch), signal);
          for (const [index, address] of batch.entries()) {
            const frames = answers[index] ?? [];
            if (frames.some(({ line }) => line > 0)) lines++;
            cache.frames.set(address, frames);
          }
          onProgress(at + batch.length);
        }
        failure = undefined;
        if (lines > 0) return;
      } catch (error) {
        if (!(error instanceof ExpectedError)) {
          this.stop(cache);
          throw error;
        }
        failure = error;
      }
      this.stop(cache);
    }
    if (failure !== undefined) throw failure;
  }

  private cacheOf(elf: ElfFile, debugFile: string): ModuleCache {
    const key = elf.buildId === "" ? `${debugFile}\n${elf.inode}\n${elf.modifiedMs}\n${elf.bytes}` : elf.buildId;
    let cache = this.caches.get(key);
    if (cache === undefined) {
      cache = { frames: new Map(), process: undefined, used: 0 };
      this.caches.set(key, cache);
    }
    cache.used = ++this.clock;
    return cache;
  }

  private retireProcesses(): void {
    const live = [...this.caches.values()].filter(({ process }) => process !== undefined);
    live.sort((a, b) => b.used - a.used);
    for (const cache of live.slice(MAX_PROCESSES)) this.stop(cache);
  }

  private stop(cache: ModuleCache): void {
    cache.process?.dispose();
    cache.process = undefined;
  }
}

const PAGE = 4096;

/**
 * libunwind (up to 1.6 at least) finds unwind tables only of segments that begin on a page of the file, as GNU ld lays them
 * out; of others it follows frame pointers, and loses callers of functions that keep none.
 */
function stackRemark(elf: ElfFile, module: string, options: SymboliseOptions): string | undefined {
  const readable = elf.segments.every(({ executable, offset }) => !executable || offset % PAGE === 0);
  if (readable || options.addresses === "virtual" || !isInside(options.workspace, module)) return undefined;
  return (
    `${oneLine(module)} is laid out in a way (by lld) that strace cannot unwind: its stacks may lack callers. ` +
    "Build it with frame pointers: -fno-omit-frame-pointer, for Rust -C force-frame-pointers=yes."
  );
}

function wasReplaced(elf: ElfFile, module: string, options: SymboliseOptions): boolean {
  const known = options.modules?.get(module);
  if (known !== undefined) return !sameModule(known, identityOf(elf));
  return options.recordedUntilMs !== undefined && elf.modifiedMs > options.recordedUntilMs;
}

/** Settles with the promise, or rejects with the signal's reason as soon as it is aborted. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Sites by identity, and which source files are newer than the binary that names them. */
class SiteTable {
  readonly all: Site[] = [];
  private readonly ids = new StringTable();
  private readonly paths: SourcePaths;
  private readonly stale = new Map<string, string>();

  constructor(
    workspace: string,
    private readonly problems: ProblemList,
  ) {
    this.paths = new SourcePaths(workspace);
  }

  add(frame: SourceFrame, module: string, moduleModifiedMs: number): number {
    const source = this.paths.find(frame.file, module);
    if (source.inWorkspace && source.modifiedMs !== undefined && source.modifiedMs > moduleModifiedMs) {
      this.stale.set(source.path, module);
    }
    const id = this.ids.intern([source.path, frame.line, frame.column, frame.function].join("\0"));
    if (id === this.all.length) {
      this.all.push({ file: source.path, line: frame.line, column: frame.column, function: frame.function });
    }
    return id;
  }

  reportStale(): void {
    for (const [path, module] of this.stale) {
      this.problems.add(
        `${oneLine(path)} is newer than ${oneLine(module)}, which was built from it: lines may be off. Build it again.`,
        undefined,
        "stale-source",
      );
    }
  }
}

class ProblemList {
  private readonly problems: TraceProblem[] = [];

  add(message: string, count: number | undefined, kind: TraceProblem["kind"] = "unsymbolised"): void {
    this.problems.push({ kind, message, ...(count === undefined ? {} : { count }), losesData: false });
  }

  /** Everything, or the first ones and how many were left out. */
  all(): TraceProblem[] {
    const more = this.problems.length - MAX_PROBLEMS;
    if (more <= 0) return this.problems;
    const message = `${plural(more, "more remark")} about source lines.`;
    return [...this.problems.slice(0, MAX_PROBLEMS), { kind: "unsymbolised", message, count: more, losesData: false }];
  }
}
