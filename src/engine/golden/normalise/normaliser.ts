import { endOfAnnotation, endOfString } from "../../query/tracerText.ts";
import { normalizePosixPath } from "../../trace/sites.ts";
import type { SyscallColumns, Trace } from "../../trace/trace.ts";
import { type Call, CallRules, type StandardStreams } from "./callRules.ts";
import { lookupSockets } from "./lookupSockets.ts";
import type { Drawn } from "./names.ts";
import type { NormaliseContext } from "./normaliseContext.ts";
import { PathRules } from "./paths.ts";
import { RULES, type RuleId } from "./rules.ts";
import { semaphoreFiles } from "./semaphores.ts";
import { Sockets } from "./sockets.ts";
import { tracerText } from "./tracerText.ts";
import { compileUserRules } from "./userRules.ts";

const RULE_IDS: ReadonlySet<string> = new Set(RULES.map(({ id }) => id));
/** Texts whose meaning depends on what happened to a socket before. */
const CHANGING = /socket:\[|[A-Z]:\[|htons\(/;

/** All rules that are on, and what they learn while a trace is read. */
export class Normaliser {
  /** How many texts each rule changed. */
  readonly hits = new Map<string, number>();
  readonly workspace: string;
  readonly isOn: (rule: RuleId) => boolean;
  private readonly sockets = new Sockets();
  private readonly paths: PathRules;
  private readonly calls: CallRules;
  private readonly objects = new Map<string, string>();
  private objectsVersion = 0;

  private constructor(
    context: NormaliseContext,
    known: { recordedMs: number; pids: ReadonlySet<string>; standard: StandardStreams },
  ) {
    const off = new Set(context.rulesOff ?? []);
    this.isOn = (rule) => !off.has(rule);
    const hit = (rule: string): void => {
      this.hits.set(rule, (this.hits.get(rule) ?? 0) + 1);
    };
    const compiled = compileUserRules(context.rules ?? [], RULE_IDS).filter(({ id }) => !off.has(id));
    this.workspace = tracerText(normalizePosixPath(context.workspace));
    const host = context.hostname ?? "";
    this.paths = new PathRules(
      {
        workspace: tracerText(context.workspace),
        home: tracerText(context.home ?? ""),
        user: context.user ?? "",
        // Shorter names are words of paths too often.
        hostname: host.length < 4 || host === "localhost" ? "" : host,
        tempDirs: ["/tmp", "/var/tmp", ...(context.tempDirs ?? []).map(tracerText)],
        recordedMs: known.recordedMs,
        pids: known.pids,
      },
      this.isOn,
      compiled,
      hit,
    );
    this.calls = new CallRules(this.paths, this.sockets, known.standard, this.isOn, hit, context.captureData ?? false);
  }

  static forTrace(trace: Trace, context: NormaliseContext): Normaliser {
    const normaliser = new Normaliser(context, {
      recordedMs: Number(trace.clock.originRealtimeNs / 1_000_000n),
      pids: new Set(trace.threads.flatMap(({ pid, tid }) => [String(pid), String(tid)])),
      standard: standardStreams(trace.syscalls),
    });
    for (const path of semaphoreFiles(trace.syscalls)) normaliser.paths.made(path, "", undefined);
    for (const [target, address] of lookupSockets(trace.syscalls)) normaliser.sockets.forLookup(target, address);
    return normaliser;
  }

  /** For texts that were normalised before, such as those of a golden file. */
  static forTexts(context: NormaliseContext): Normaliser {
    return new Normaliser(context, { recordedMs: 0, pids: new Set(), standard: [undefined, undefined, undefined] });
  }

  /** Grows when what calls look like may change; see `mayChange`. */
  get version(): number {
    return this.sockets.version;
  }

  mayChange(text: string): boolean {
    return CHANGING.test(text);
  }

  count(rule: RuleId): void {
    this.hits.set(rule, (this.hits.get(rule) ?? 0) + 1);
  }

  call(raw: Call, cwd: string): Call {
    const { name, args } = raw;
    if (name === "openat" && (args[2] ?? "").includes("O_EXCL")) {
      const shared = args[3] !== "0600";
      const how = creatorOf(args[2] ?? "", shared);
      if (how !== undefined || !shared) this.temporary(args[1] ?? "", targetOf(args[0] ?? "") ?? cwd, how);
    } else if (name.startsWith("mkdir") && args.at(-1) === "0700") {
      this.temporary(args.at(-2) ?? "", "", undefined);
    }
    return this.calls.call(raw, cwd);
  }

  path(path: string): string {
    return this.paths.path(path);
  }

  text(text: string): string {
    return this.paths.text(text);
  }

  /** What stands for a result, as it was normalised before. */
  label(value: string): string {
    return /^[/<]/.test(value) ? this.paths.path(value) : value;
  }

  /** What a new descriptor points to. @param text the printed result, `3</path>` */
  resultObject(text: string): string {
    if (this.objectsVersion !== this.version || this.objects.size > 100_000) {
      this.objects.clear();
      this.objectsVersion = this.version;
    }
    let object = this.objects.get(text);
    if (object === undefined) {
      object = this.calls.descriptor(text) ?? "";
      this.objects.set(text, object);
    }
    return object;
  }

  /** The folder that a process went to, raw and absolute; undefined where the tracer did not say. */
  rawFolder(name: string, args: readonly string[], cwd: string): string | undefined {
    const arg = args[0] ?? "";
    if (name === "fchdir") {
      const folder = targetOf(arg);
      return folder?.startsWith("/") ? folder : undefined;
    }
    if (!arg.startsWith('"')) return undefined;
    const path = arg.slice(1, endOfString(arg, 0));
    return normalizePosixPath(path.startsWith("/") ? path : `${cwd}/${path}`);
  }

  /**
   * Notes what a successful call tells about names that come later.
   * @param args raw arguments
   * @param result the printed result
   */
  learn(name: string, args: readonly string[], result: string): void {
    const socket = targetOf(args[0] ?? "");
    const made = targetOf(result);
    switch (name) {
      case "socket":
        if (made !== undefined) this.sockets.created(made, args);
        break;
      case "socketpair":
        for (const match of (args[3] ?? "").matchAll(/socket:\[\d+\]/g)) this.sockets.created(match[0], args, true);
        break;
      case "connect":
        if (socket !== undefined) this.sockets.connected(socket, args[1] ?? "");
        break;
      case "bind":
        if (socket !== undefined) this.sockets.bound(socket, args[1] ?? "");
        break;
      case "accept":
      case "accept4":
        if (made !== undefined && socket !== undefined) this.sockets.accepted(made, socket);
        break;
      case "getsockname":
        this.sockets.told(args[1] ?? "");
        break;
    }
  }

  private temporary(arg: string, folder: string, how: Drawn | undefined): void {
    if (!arg.startsWith('"')) return;
    const path = arg.slice(1, endOfString(arg, 0));
    if (path.startsWith("/") || folder.startsWith("/")) this.paths.made(path, folder, how);
  }
}

/** Who makes files in this way; undefined for anyone. */
function creatorOf(flags: string, shared: boolean): Drawn | undefined {
  if (!flags.includes("O_RDWR")) return undefined;
  if (shared) return "shared";
  return flags.includes("O_NOFOLLOW") ? "library" : "private";
}

function targetOf(text: string): string | undefined {
  const open = text.indexOf("<");
  return open === -1 ? undefined : text.slice(open + 1, endOfAnnotation(text, open));
}

const DIGIT_0 = 0x30;
const DIGIT_2 = 0x32;
const LESS = 0x3c;
const latin1 = new TextDecoder("latin1");

/** What descriptors 0, 1 and 2 pointed to when each was mentioned first. */
function standardStreams({ length, argBytes, argStart, argEnd, name, names }: SyscallColumns): StandardStreams {
  const found: [string | undefined, string | undefined, string | undefined] = [undefined, undefined, undefined];
  const duplicates = names.map((each) => each === "dup2" || each === "dup3");
  let missing = 3;
  const note = (text: string): void => {
    const match = /^([012])<(?=.)/.exec(text);
    const number = Number(match?.[1]);
    if (match === null || found[number] !== undefined) return;
    found[number] = targetOf(text);
    missing--;
  };
  for (let row = 0; row < length && missing > 0; row++) {
    const start = argStart[row] as number;
    const first = argBytes[start] as number;
    const isDuplicate = duplicates[name[row] as number] === true;
    if (!isDuplicate && (first < DIGIT_0 || first > DIGIT_2 || argBytes[start + 1] !== LESS)) continue;
    const text = latin1.decode(argBytes.subarray(start, argEnd[row]));
    note(text);
    const second = isDuplicate ? /, ([012]<.*)$/.exec(text)?.[1] : undefined;
    if (second !== undefined) note(second);
  }
  return found;
}
