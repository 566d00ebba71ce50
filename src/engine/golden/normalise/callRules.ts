import { endOfAnnotation, endOfString, opensAnnotation } from "../../query/tracerText.ts";
import { isStream, isWakeUp } from "../classify.ts";
import { CREATING_CALLS } from "../creatingCalls.ts";
import { canonicalCall, canonicalName } from "./canonicalNames.ts";
import { objectOf } from "./objects.ts";
import { type PathRules, resolveFrom } from "./paths.ts";
import { programPath } from "./programFolders.ts";
import type { RuleId } from "./rules.ts";
import { type Signature, signatureOf, type ValueKind } from "./signatures.ts";
import { addressLabel, type Sockets } from "./sockets.ts";

/** A call with its arguments; normalised when it comes out of `CallRules`. */
export interface Call {
  readonly name: string;
  readonly args: readonly string[];
}

/** What descriptors 0, 1 and 2 pointed to when the program began, as the tracer prints it. */
export type StandardStreams = readonly [string | undefined, string | undefined, string | undefined];

const STANDARD = ["<stdin>", "<stdout>", "<stderr>"] as const;
/** Calls that create a process or a thread. */
const DESCRIPTOR = /^(?:-?\d+|AT_FDCWD|fd)$/;
const SOCKET_TARGET = /^(?:socket:\[|[A-Z][A-Z0-9-]*:\[)/;
const ADDRESS_IN_TEXT = /(?<![\w|<])0x[0-9a-f]{6,}\b/g;

/** Applies the rules on single calls. A normalised call comes out as it went in. */
export class CallRules {
  constructor(
    private readonly paths: PathRules,
    private readonly sockets: Sockets,
    private readonly standard: StandardStreams,
    private readonly isOn: (rule: RuleId) => boolean,
    private readonly hit: (rule: RuleId) => void,
    private readonly captureData: boolean,
  ) {}

  /** @param cwd raw directory that relative paths count from */
  call(raw: Call, cwd: string): Call {
    let { name, args }: { name: string; args: readonly string[] } = raw;
    if (CREATING_CALLS.has(name)) return this.creation(name, args);
    if (this.isOn("canonical-names")) {
      ({ name, args } = canonicalCall(name, args, `AT_FDCWD<${cwd}>`));
      if (name !== raw.name) this.hit("canonical-names");
    }
    const signature = signatureOf(canonicalName(name));
    // A call that is known by its older name here has another order of arguments.
    const kinds = signature?.name === name ? signature.args : [];
    const normal = args.map((arg, index) => this.value(kinds[index] ?? "keep", arg, name));
    if (signature !== undefined && signature.name === name) this.absolute(signature, normal, cwd);
    if (name === "execve") {
      this.ownName(normal, cwd);
      if (this.isOn("program-folders")) this.foundProgram(normal);
    }
    return { name, args: this.isOn("stream-chunks") ? this.sizes(signature, normal) : normal };
  }

  /** What a descriptor points to. @param text `3</path>`, `AT_FDCWD</dir>`, or `fd<…>` when it is normalised already */
  descriptor(text: string): string | undefined {
    const open = text.indexOf("<");
    if (open === -1) return undefined;
    const target = text.slice(open + 1, endOfAnnotation(text, open));
    return this.target(text.slice(0, open), target);
  }

  /** A quoted path or other string, normalised within its quotes. */
  quoted(text: string): string {
    const end = endOfString(text, 0);
    return `"${this.paths.path(text.slice(1, end))}"${text.slice(end + 1)}`;
  }

  private creation(name: string, args: readonly string[]): Call {
    if (!this.isOn("canonical-names")) return { name, args: args.map((arg) => this.value("keep", arg, name)) };
    const text = args.join(",");
    const kind = text === "thread" || text.includes("CLONE_THREAD") ? "thread" : "process";
    if (text !== kind || name !== "clone") this.hit("canonical-names");
    return { name: "clone", args: [kind] };
  }

  /** Paths that no directory stands in front of count from the current one. */
  private absolute({ args: kinds }: Signature, args: string[], cwd: string): void {
    for (let index = 0; index < args.length; index++) {
      const arg = args[index] as string;
      if (kinds[index] !== "path" || kinds[index - 1] === "dir" || !arg.startsWith('"')) continue;
      const end = endOfString(arg, 0);
      const path = arg.slice(1, end);
      if (path === "" || path.startsWith("/") || path.startsWith("<")) continue;
      args[index] = `"${resolveFrom(this.paths.path(cwd), path)}"${arg.slice(end + 1)}`;
    }
  }

  /** Whoever starts a program by `build/app` or by its whole path gives it that as its name: the same program, the same behaviour. */
  private ownName(args: string[], cwd: string): void {
    const [program = "", list = ""] = args;
    if (!program.startsWith('"') || !list.startsWith('["')) return;
    const end = endOfString(list, 1);
    const given = list.slice(2, end);
    if (!given.includes("/") || given.startsWith("/") || given.startsWith("<")) return;
    if (`"${resolveFrom(this.paths.path(cwd), given)}"` === program) args[1] = `[${program}${list.slice(end + 1)}`;
  }

  /** Where a program is installed is the machine's business. */
  private foundProgram(args: string[]): void {
    const [program = "", list = ""] = args;
    if (!program.startsWith('"') || !program.endsWith('"')) return;
    const path = programPath(program.slice(1, -1));
    if (path !== program.slice(1, -1)) {
      args[0] = `"${path}"`;
      this.hit("program-folders");
    }
    if (!list.startsWith('["')) return;
    const end = endOfString(list, 1);
    const given = programPath(list.slice(2, end));
    if (given.startsWith("<programs>/")) args[1] = `["${given.slice("<programs>/".length)}${list.slice(end)}`;
  }

  private sizes(signature: Signature | undefined, args: string[]): readonly string[] {
    if (signature?.result !== "count" || !signature.args.includes("size")) return args;
    const object = objectOf(signature.name, args);
    if (!isStream(object)) return args;
    return args.map((arg, index) => {
      if (signature.args[index] !== "size" || arg === "<size>" || isWakeUp(object, arg)) return arg;
      this.hit("stream-chunks");
      return "<size>";
    });
  }

  private value(kind: ValueKind, text: string, name: string): string {
    switch (kind) {
      case "ptr":
        return this.replaced("addresses", text, "<address>", /^0x/);
      case "stat":
        return this.replaced("file-metadata", text, "<stat>", /^(?:\{|0x)/);
      case "time":
        return this.replaced("times", text, "<time>", /^(?:\{|\[|0x)/);
      case "out":
        return this.replaced("environment-values", text, "<out>", /^(?!NULL$|<)/);
      case "env":
        return this.replaced("environment-values", text, "<environment>", /^(?!NULL$|<)/);
      case "status":
        return this.replaced("process-ids", text, "<status>", /^(?:\[|\{|0x)/);
      case "pid":
        if (/^-\d{2,}$/.test(text)) return this.replaced("process-ids", text, "-<pid>", /^/);
        return this.replaced("process-ids", text, "<pid>", /^[1-9]/);
      case "data":
        if (this.captureData && !/^0x/.test(text)) return this.generic(text);
        return this.replaced("buffers", text, "<data>", /^(?!NULL$|<)/);
      case "address":
        return this.address(text, name !== "getsockname" && name !== "getpeername");
      case "path":
        return text.startsWith('"') ? this.quoted(text) : this.replaced("addresses", text, "<address>", /^0x/);
      case "fd":
      case "dir":
        return this.descriptorArgument(text);
      default:
        return this.generic(text);
    }
  }

  private replaced(rule: RuleId, text: string, by: string, where: RegExp): string {
    if (text === by || !where.test(text)) return text;
    if (!this.isOn(rule)) return this.generic(text);
    this.hit(rule);
    return by;
  }

  private address(text: string, asked: boolean): string {
    if (/^0x/.test(text)) return this.replaced("addresses", text, "<address>", /^/);
    const path = /sun_path=@?"/.exec(text);
    if (path !== null) {
      const open = path.index + path[0].length - 1;
      const end = endOfString(text, open);
      return text.slice(0, open) + this.quoted(text.slice(open, end + 1)) + text.slice(end + 1);
    }
    let result = text;
    if (this.isOn("ports")) {
      result = this.sockets.address(text, asked);
      if (result !== text) this.hit("ports");
    }
    return this.isOn("process-ids") ? result.replace(/nl_pid=[1-9]\d*/, "nl_pid=<pid>") : result;
  }

  private descriptorArgument(text: string): string {
    const open = text.indexOf("<");
    const number = open === -1 ? text : text.slice(0, open);
    if (open === -1) {
      if (!/^\d+$/.test(text) || Number(text) <= 2 || !this.isOn("descriptors")) return text;
      this.hit("descriptors");
      return "fd<>";
    }
    const close = endOfAnnotation(text, open);
    // Text that was cut off, or is no descriptor at all.
    if (!DESCRIPTOR.test(number) || close >= text.length) return text;
    const target = this.target(number, text.slice(open + 1, close));
    if (number === "AT_FDCWD" || number === "fd" || !this.isOn("descriptors")) return `${number}<${target}>`;
    this.hit("descriptors");
    return `fd<${target}>`;
  }

  private target(number: string, target: string): string {
    if (number !== "fd" && this.isOn("standard-streams")) {
      const standard = this.standardStream(number, target);
      if (standard !== undefined) {
        this.hit("standard-streams");
        return standard;
      }
    }
    if (target.startsWith("/")) {
      const device = /^(\/dev\/[^<]*)<(?:char|block) /.exec(target);
      return this.paths.path(device?.[1] ?? target);
    }
    if (number === "fd" || target.startsWith("<")) return this.labelAgain(target);
    if (!this.isOn("sockets")) return target;
    const label = this.streamLabel(target);
    if (label !== target) this.hit("sockets");
    return label;
  }

  /** Rules on paths for a label that is normalised already. */
  private labelAgain(label: string): string {
    const path = /^((?:unix|unixgram) @?)(\/.*)$/.exec(label);
    return path === null
      ? label.startsWith("<")
        ? this.paths.path(label)
        : label
      : `${path[1]}${this.paths.path(path[2] ?? "")}`;
  }

  private streamLabel(target: string): string {
    if (target.startsWith("pipe:[") || target.startsWith("FIFO:[")) return "pipe";
    if (SOCKET_TARGET.test(target)) {
      const label = this.sockets.label(target) ?? verboseSocket(target, this.sockets);
      return this.labelAgain(label);
    }
    return target.replace(/^(anon_inode:\[?[a-zA-Z_-]+\]?).*$/, "$1");
  }

  private standardStream(number: string, target: string): string | undefined {
    const own = Number(number);
    if (own <= 2 && this.standard[own] === target) return STANDARD[own];
    if (!/^(?:pipe:\[|socket:\[|\/dev\/pts\/|\/dev\/tty|[A-Z-]+:\[)/.test(target)) return undefined;
    const [input, output, error] = this.standard;
    if (target.startsWith("/dev/") && [input, output, error].includes(target)) return "<terminal>";
    if (target === output) return "<stdout>";
    if (target === error) return "<stderr>";
    return target === input ? "<stdin>" : undefined;
  }

  /** Strings, descriptors and addresses wherever they stand in a text. */
  private generic(text: string): string {
    if (!/["<]|0x/.test(text)) return text;
    let result = "";
    let from = 0;
    const plain = (end: number): string => {
      const part = text.slice(from, end);
      if (!this.isOn("addresses") || !part.includes("0x")) return part;
      const replaced = part.replace(ADDRESS_IN_TEXT, "<address>");
      if (replaced !== part) this.hit("addresses");
      return replaced;
    };
    for (let index = 0; index < text.length; index++) {
      const character = text[index];
      if (character === '"') {
        const end = endOfString(text, index);
        result += `${plain(index)}"${this.paths.text(text.slice(index + 1, end))}${end < text.length ? '"' : ""}`;
        from = end + 1;
        index = end;
      } else if (character === "<" && (opensAnnotation(text, index) || text.slice(index - 2, index) === "fd")) {
        let start = index;
        while (start > from && /[\w]/.test(text[start - 1] ?? "")) start--;
        const end = endOfAnnotation(text, index);
        result += plain(start) + this.descriptorArgument(text.slice(start, end + 1));
        from = end + 1;
        index = end;
      }
    }
    return result + plain(text.length);
  }
}

/** The label of a socket that the tracer names itself (`strace -yy`): `TCP:[127.0.0.1:5000->127.0.0.1:80]`, `UNIX-STREAM:[1->2, "/x"]`. */
function verboseSocket(target: string, sockets: Sockets): string {
  const match = /^([A-Z][A-Z0-9-]*|socket):\[(.*)\]$/s.exec(target);
  if (match === null || match[1] === "socket") return "socket";
  const family = (match[1] ?? "").toLowerCase();
  const kind = family.startsWith("unix")
    ? family.includes("dgram")
      ? "unixgram"
      : "unix"
    : (family.match(/^[a-z]+/)?.[0] ?? "socket");
  const inside = match[2] ?? "";
  const path = /"((?:[^"\\]|\\.)*)"/.exec(inside);
  if (path !== null) return addressLabel(kind, `sun_path="${path[1]}"`);
  const remote = /->(.*)$/.exec(inside)?.[1];
  if (remote?.includes(":")) {
    const port = remote.slice(remote.lastIndexOf(":") + 1);
    const shown = sockets.address(`htons(${port})`, false);
    return `${kind} ${remote.slice(0, remote.lastIndexOf(":"))}:${shown.slice(6, -1)}`;
  }
  return kind;
}
