import { argumentText } from "../query/argumentText.ts";
import { splitArguments } from "../query/splitArguments.ts";
import { normalizePosixPath, relativeToWorkspace } from "../trace/sites.ts";
import { SyscallState, type ThreadExit, type Trace } from "../trace/trace.ts";
import type { Behaviour, BehaviourSite, BehaviourThread, EventShape } from "./behaviour.ts";
import { CREATING_CALLS } from "./creatingCalls.ts";
import { CodeLoading } from "./loading.ts";
import { CallMemo } from "./normalise/callMemo.ts";
import type { NormaliseContext } from "./normalise/normaliseContext.ts";
import { Normaliser } from "./normalise/normaliser.ts";
import { isShim } from "./normalise/programFolders.ts";
import type { CallShape } from "./normalise/shapes.ts";
import { Shapes } from "./normalise/shapes.ts";
import { tracerText } from "./normalise/tracerText.ts";
import { StartupCuts } from "./startup.ts";
import { type ThreadOrigin, threadOrigins } from "./threadKeys.ts";
import { orderThreads } from "./threadOrder.ts";

/** Calls after which something is known that later calls depend on. */
const TELLING: ReadonlySet<string> = new Set([
  ..."socket socketpair connect bind accept accept4 getsockname chdir fchdir execve execveat".split(" "),
]);
/** Folders that are told apart; a program that visits more of them keeps the last. */
const MAX_FOLDERS = 1 << 20;
/** Thread ids are below this on every kernel. */
const MAX_TID = 1 << 22;

export type { NormaliseContext } from "./normalise/normaliseContext.ts";

/**
 * What a run did, in a form that two runs can be compared in.
 * @throws ExpectedError for a rule of the user that cannot be used
 */
export function behaviourOf(trace: Trace, context: NormaliseContext): Behaviour {
  return new BehaviourMaker(trace, context).make();
}

class BehaviourMaker {
  /** As files of sites are written; paths of calls are in the tracer's escaped form. */
  private readonly workspace: string;
  private readonly normaliser: Normaliser;
  private readonly shapes: Shapes;
  private readonly memo: CallMemo;
  private readonly processOf: Int32Array;
  /** Directory that relative paths of a process count from, as an index into `folders`. */
  private readonly cwdOf: Int32Array;
  private readonly folders: string[];
  private readonly folderIds = new Map<string, number>();
  private readonly origins: readonly ThreadOrigin[];
  /** For a process that runs a version manager's scripts, the row of their first exec. */
  private readonly shimSince = new Map<number, number>();
  private readonly shapeOf: Int32Array;
  private readonly startup: Uint8Array;
  private readonly cuts: StartupCuts;
  private readonly loading: CodeLoading;

  constructor(
    private readonly trace: Trace,
    context: NormaliseContext,
  ) {
    const { syscalls, threads } = trace;
    this.normaliser = Normaliser.forTrace(trace, context);
    const { isOn } = this.normaliser;
    this.shapes = new Shapes({ streamChunks: isOn("stream-chunks"), environmentFiles: isOn("environment-files") });
    this.memo = new CallMemo(syscalls.argBytes);
    this.shapeOf = new Int32Array(syscalls.length);
    this.startup = new Uint8Array(syscalls.length);
    this.cuts = new StartupCuts(this.startup);
    this.loading = new CodeLoading(this.cuts.scripts);
    this.workspace = normalizePosixPath(context.workspace);
    const cwd = tracerText(context.cwd);
    this.folders = [cwd];
    this.folderIds.set(cwd, 0);
    this.processOf = new Int32Array(threads.length);
    for (const [index, { role, parent }] of threads.entries()) {
      this.processOf[index] =
        role === "thread" && parent >= 0 && parent < index ? (this.processOf[parent] as number) : index;
    }
    this.cwdOf = new Int32Array(threads.length).fill(-1);
    this.origins = threadOrigins(threads, this.creationSites(), (path) => this.programName(path));
  }

  make(): Behaviour {
    const { syscalls } = this.trace;
    const { normaliser, shapes, shapeOf, startup, processOf } = this;
    const telling = syscalls.names.map((name) => TELLING.has(name));
    const creating = syscalls.names.map((name) => CREATING_CALLS.has(name));
    const loads = normaliser.isOn("code-loading");
    for (let row = 0; row < syscalls.length; row++) {
      const thread = syscalls.thread[row] as number;
      const name = syscalls.name[row] as number;
      const process = processOf[thread] as number;
      const shape = this.shapeAt(row, name, process, creating[name] === true);
      shapeOf[row] = shape;
      const event = shapes.all[shape] as EventShape;
      const isLoading = loads && this.loading.event(thread, event, this.cuts.mark(process));
      this.cuts.event(process, row, event, isLoading);
      if (isLoading || (creating[name] === true && this.isOwnThread(process, event))) startup[row] = 1;
      if (telling[name] === true && syscalls.errno[row] === 0) this.learn(row, process, event.name, event.args);
      else if (telling[name] === true && event.name === "connect") this.learn(row, process, event.name, event.args);
    }
    this.cuts.endAll();
    return this.arranged(loads);
  }

  /** A thread that a run-time system made for itself. */
  private isOwnThread(process: number, shape: EventShape): boolean {
    return this.cuts.goProcesses.has(process) && shape.args[0] === "thread" && this.normaliser.isOn("runtime-threads");
  }

  private shapeAt(row: number, name: number, process: number, creates: boolean): number {
    const { syscalls } = this.trace;
    const { shapes, normaliser } = this;
    const cwd = this.cwd(process);
    const id = this.memo.value(
      syscalls.argStart[row] as number,
      syscalls.argEnd[row] as number,
      name * MAX_FOLDERS + cwd,
      normaliser.version,
      () => {
        const text = argumentText(syscalls, row);
        const args = splitArguments(text);
        const raw = { name: syscalls.names[name] as string, args };
        const call = normaliser.call(raw, this.folders[cwd] as string);
        return { value: shapes.call(call).id, lasting: !normaliser.mayChange(text) };
      },
    );
    const call = shapes.callAt(id);
    const errno = syscalls.errno[row] as number;
    if (errno !== 0) return shapes.failed(call, syscalls.errnos[errno] as string);
    const result = syscalls.result[row] as number;
    if (creates && result > 0) return shapes.made(call, this.created(row, result));
    if (call.chunk) return shapes.made(call, "");
    if (syscalls.state[row] !== SyscallState.returned) return shapes.returned(call, Number.NaN, "");
    return this.outcome(row, call, result);
  }

  private outcome(row: number, call: CallShape, result: number): number {
    const { syscalls } = this.trace;
    const { shapes, normaliser } = this;
    const text = syscalls.resultText[row] as number;
    switch (call.result) {
      case "fd":
        return this.madeDescriptor(call, text, result);
      case "ptr":
        if (normaliser.isOn("addresses")) return shapes.made(call, "");
        break;
      case "pid":
        if (normaliser.isOn("process-ids")) return shapes.made(call, "");
        break;
      case "environment":
        if (normaliser.isOn("environment-values")) return shapes.made(call, "");
        break;
    }
    if (text === -1) return shapes.returned(call, result, Number.isSafeInteger(result) ? "" : String(result));
    const printed = syscalls.resultTexts[text] ?? "";
    if (/^\d+</.test(printed)) return this.madeDescriptor(call, text, result);
    if (printed.startsWith("0x")) return shapes.returned(call, result > 0xffff ? 0 : result, "");
    return shapes.returned(call, result, Number.isSafeInteger(result) ? "" : printed);
  }

  private madeDescriptor(call: CallShape, text: number, result: number): number {
    const { shapes, normaliser } = this;
    if (!normaliser.isOn("descriptors")) return shapes.returned(call, result, "");
    return shapes.made(
      call,
      text === -1 ? "" : normaliser.resultObject(this.trace.syscalls.resultTexts[text] as string),
    );
  }

  /** What a call that created a process or thread made. */
  private created(row: number, tid: number): string {
    const { syscalls } = this.trace;
    const child = this.childOf(syscalls.thread[row] as number, tid, syscalls.start[row] as number);
    return child === -1 ? "" : (this.origins[child]?.path ?? "");
  }

  private childOf(parent: number, tid: number, time: number): number {
    const { threads } = this.trace;
    const candidates = this.childrenByTid.get(parent * MAX_TID + tid) ?? [];
    let best = -1;
    for (const child of candidates) {
      const info = threads[child];
      if (info === undefined) continue;
      // Ids are reused; the first that began after the call is meant, or the last if times are out of order.
      if (best === -1 || (threads[best]?.start ?? 0) < time) best = child;
    }
    return best;
  }

  private childLists: Map<number, number[]> | undefined;

  private childTids: Map<number, number[]> | undefined;

  private get childrenByTid(): Map<number, number[]> {
    if (this.childTids === undefined) {
      this.childTids = new Map();
      for (const [index, { parent, tid }] of this.trace.threads.entries()) {
        const key = parent * MAX_TID + tid;
        const list = this.childTids.get(key);
        if (list === undefined) this.childTids.set(key, [index]);
        else list.push(index);
      }
    }
    return this.childTids;
  }

  private get children(): Map<number, number[]> {
    if (this.childLists === undefined) {
      this.childLists = new Map();
      for (const [index, { parent }] of this.trace.threads.entries()) {
        const list = this.childLists.get(parent);
        if (list === undefined) this.childLists.set(parent, [index]);
        else list.push(index);
      }
    }
    return this.childLists;
  }

  /** Function in which each thread or process was created, where stacks were recorded. */
  private creationSites(): Map<number, string> {
    const { syscalls, stacks, sites } = this.trace;
    const found = new Map<number, string>();
    const creating = syscalls.names.map((name) => CREATING_CALLS.has(name));
    for (let row = 0; row < syscalls.length; row++) {
      if (creating[syscalls.name[row] as number] !== true || !((syscalls.result[row] as number) > 0)) continue;
      const stack = syscalls.stack[row] as number;
      const site = stack === -1 ? undefined : sites[stacks.site[stack] as number];
      if (site === undefined || site.function === "") continue;
      const thread = syscalls.thread[row] as number;
      const child = this.childOf(thread, syscalls.result[row] as number, syscalls.start[row] as number);
      if (child !== -1) found.set(child, site.function);
    }
    return found;
  }

  private cwd(process: number): number {
    let cwd = this.cwdOf[process] as number;
    if (cwd !== -1) return cwd;
    const parent = this.trace.threads[process]?.parent ?? -1;
    cwd = parent === -1 ? 0 : this.cwd(this.processOf[parent] as number);
    this.cwdOf[process] = cwd;
    return cwd;
  }

  private setCwd(process: number, folder: string): void {
    let index = this.folderIds.get(folder);
    if (index === undefined) {
      if (this.folders.length >= MAX_FOLDERS) return;
      index = this.folders.push(folder) - 1;
      this.folderIds.set(folder, index);
    }
    this.cwdOf[process] = index;
  }

  /** Notes what a call tells about later ones. */
  private learn(row: number, process: number, name: string, args: readonly string[]): void {
    const { syscalls, threads } = this.trace;
    const raw = splitArguments(argumentText(syscalls, row));
    const resultText = syscalls.resultTexts[syscalls.resultText[row] as number] ?? "";
    if (name === "chdir" || name === "fchdir") {
      // A child has the folder that its parent had when it was made, not the one it has now.
      for (const child of this.children.get(process) ?? []) {
        if (this.cwdOf[child] === -1 && (threads[child]?.start ?? 0) <= (syscalls.start[row] as number))
          this.cwd(child);
      }
      const folder = this.normaliser.rawFolder(name, raw, this.folders[this.cwd(process)] as string);
      if (folder !== undefined) this.setCwd(process, folder);
    } else if (name === "execve" || name === "execveat") {
      const at = name === "execve" ? 0 : 1;
      const cwd = this.normaliser.path(this.folders[this.cwd(process)] as string);
      const path = unquoted(args[at] ?? "");
      const argv = strings(args[at + 1] ?? "");
      this.cuts.executed(process, path, argv, cwd);
      if (this.normaliser.isOn("program-folders")) this.leaveShim(process, row, isShim(path, argv));
    } else {
      this.normaliser.learn(name, raw, resultText);
    }
  }

  /** What a version manager's scripts do until they execute the real program is start-up, with all the processes they make. */
  private leaveShim(process: number, row: number, isInShim: boolean): void {
    const since = this.shimSince.get(process);
    if (isInShim) {
      if (since === undefined) this.shimSince.set(process, row);
      return;
    }
    if (since === undefined) return;
    this.shimSince.delete(process);
    const { syscalls, threads } = this.trace;
    const from = syscalls.start[since] as number;
    const ofShim = new Uint8Array(threads.length);
    for (const [thread, { parent, start }] of threads.entries()) {
      const own = this.processOf[thread] === process;
      // Parents stand in front of what they made.
      if (own || (parent >= 0 && parent < thread && ofShim[parent] === 1 && start >= from)) ofShim[thread] = 1;
    }
    for (let each = since; each < row; each++) {
      if (ofShim[syscalls.thread[each] as number] === 1) this.startup[each] = 1;
    }
  }

  private programName(path: string): string {
    const name = this.normaliser.path(path);
    return name.slice(name.lastIndexOf("/") + 1);
  }

  private arranged(loads: boolean): Behaviour {
    const { trace, shapes, shapeOf, startup } = this;
    const { syscalls, threads } = trace;
    const isModule = loads ? shapes.all.map((shape) => this.loading.isModule(shape)) : [];
    const owner = this.owners();
    // Chunks of a stream in a row count as one: the last event of a thread that counts, or -1.
    const lastOf = new Int32Array(threads.length).fill(-1);
    const counts = new Int32Array(threads.length);
    const kept = new Uint8Array(syscalls.length);
    const observable = shapes.all.map((shape) => shape.observable);
    for (let row = 0; row < syscalls.length; row++) {
      const shape = shapeOf[row] as number;
      if (loads && isModule[shape] === true) startup[row] = 1;
      const thread = owner[syscalls.thread[row] as number] as number;
      if (observable[shape] === true) {
        const mark = shape * 2 + (startup[row] as number);
        if (shapes.chunks[shape] === true && lastOf[thread] === mark) continue;
        lastOf[thread] = mark;
      }
      kept[row] = 1;
      counts[thread] = (counts[thread] as number) + 1;
    }
    const rows = groupRows(syscalls.thread, kept, owner, counts);
    const members = [...threads.keys()].filter((thread) => owner[thread] === thread);
    const ordered = orderThreads({
      members,
      origins: this.origins,
      parentOf: (thread) => {
        const parent = threads[thread]?.parent ?? -1;
        return parent === -1 ? -1 : (owner[parent] as number);
      },
      shapes: shapes.all,
      shapeOf,
      rows,
      startup,
    });
    return this.behaviour(ordered, rows, owner);
  }

  /** Which thread's events each thread's count as: its own, but one for all threads of a run-time system that moves tasks. */
  private owners(): Int32Array {
    const { threads } = this.trace;
    const owner = Int32Array.from(threads.keys());
    if (!this.normaliser.isOn("runtime-threads")) return owner;
    for (const process of this.cuts.goProcesses) {
      for (const [index] of threads.entries()) if (this.processOf[index] === process) owner[index] = process;
    }
    if (this.cuts.goProcesses.size > 0) this.normaliser.count("runtime-threads");
    return owner;
  }

  private behaviour(
    ordered: ReturnType<typeof orderThreads>,
    rows: ReadonlyMap<number, Int32Array>,
    owner: Int32Array,
  ): Behaviour {
    const { trace, shapes, shapeOf, startup } = this;
    const { syscalls, threads, stacks } = trace;
    let length = 0;
    for (const list of rows.values()) length += list.length;
    const events = {
      length,
      shape: new Int32Array(length),
      thread: new Int32Array(length),
      site: new Int32Array(length),
      row: new Int32Array(length),
      startup: new Uint8Array(length),
    };
    const sites = new Sites(trace, this.workspace);
    const position = new Map(ordered.map(({ thread }, index) => [thread, index]));
    const used = new Int32Array(shapes.all.length).fill(-1);
    const usedShapes: EventShape[] = [];
    const made: BehaviourThread[] = [];
    let at = 0;
    for (const [index, { thread, key, pool }] of ordered.entries()) {
      const from = at;
      for (const row of rows.get(thread) ?? []) {
        const shape = shapeOf[row] as number;
        let id = used[shape] as number;
        if (id === -1) {
          id = usedShapes.push(shapes.all[shape] as EventShape) - 1;
          used[shape] = id;
        }
        events.shape[at] = id;
        events.thread[at] = index;
        const stack = syscalls.stack[row] as number;
        events.site[at] = stack === -1 ? -1 : sites.of(stacks.site[stack] as number);
        events.row[at] = row;
        events.startup[at] = startup[row] as number;
        at++;
      }
      const info = threads[thread] as (typeof threads)[number];
      made.push({
        key,
        role: info.role,
        parent: info.parent === -1 ? -1 : (position.get(owner[info.parent] as number) ?? -1),
        execs: info.execs.map((path) => this.normaliser.path(path)),
        exit: exitOf(info.exit),
        pool,
        from,
        to: at,
      });
    }
    return {
      threads: made,
      events,
      shapes: usedShapes,
      sites: sites.all,
      exit: exitOf(threads[0]?.exit),
      ruleHits: this.normaliser.hits,
    };
  }
}

/** Rows of each thread, in order. */
function groupRows(
  threadOf: Int32Array,
  kept: Uint8Array,
  owner: Int32Array,
  counts: Int32Array,
): Map<number, Int32Array> {
  const lists = Array.from(counts, (count) => new Int32Array(count));
  const filled = new Int32Array(counts.length);
  for (let row = 0; row < kept.length; row++) {
    if (kept[row] === 0) continue;
    const thread = owner[threadOf[row] as number] as number;
    const at = filled[thread] as number;
    (lists[thread] as Int32Array)[at] = row;
    filled[thread] = at + 1;
  }
  return new Map(lists.entries());
}

/** Sites of the trace as a behaviour has them. */
class Sites {
  readonly all: BehaviourSite[] = [];
  private readonly ids: Int32Array;
  private readonly byText = new Map<string, number>();

  constructor(
    private readonly trace: Trace,
    private readonly workspace: string,
  ) {
    this.ids = new Int32Array(trace.sites.length).fill(-1);
  }

  of(site: number): number {
    if (site < 0 || site >= this.ids.length) return -1;
    const known = this.ids[site] as number;
    if (known !== -1) return known;
    const { file, line, function: name } = this.trace.sites[site] as Trace["sites"][number];
    const relative = relativeToWorkspace(this.workspace, file);
    const key = `${relative}\0${line}\0${name}`;
    let id = this.byText.get(key);
    if (id === undefined) {
      id = this.all.push({ file: relative, line, function: name }) - 1;
      this.byText.set(key, id);
    }
    this.ids[site] = id;
    return id;
  }
}

function exitOf(exit: ThreadExit | undefined): number | string | null {
  if (exit?.kind === "exited") return exit.code;
  return exit?.kind === "killed" ? exit.signal : null;
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, text.lastIndexOf('"')) : text;
}

/** The strings of an argument list as the tracer prints it: `["python3", "-m", "x"]`. */
function strings(text: string): string[] {
  return splitArguments(text.replace(/^\[|\](?:\.\.\.)?$/g, "")).map(unquoted);
}
