import type {
  Behaviour,
  BehaviourSite,
  BehaviourThread,
  EventClass,
  EventShape,
} from "../../src/engine/golden/behaviour.ts";
import type { Golden } from "../../src/engine/golden/golden.ts";
import type { GoldenHeader } from "../../src/protocol/goldenFile.ts";

/** Calls that do nothing to the world. */
const QUIET = new Set([
  "epoll_wait",
  "futex",
  "mmap",
  "munmap",
  "brk",
  "close",
  "clock_nanosleep",
  "fstat",
  "getrandom",
]);
const CLASSES: Readonly<Record<string, EventClass>> = {
  connect: "network",
  bind: "network",
  sendto: "network",
  execve: "process",
  clone3: "process",
  vfork: "process",
  wait4: "process",
  exit_group: "process",
  kill: "signal",
  mmap: "memory",
  munmap: "memory",
  brk: "memory",
  futex: "scheduling",
  getrandom: "info",
};

/**
 * A behaviour from a text such as
 *
 * ```
 * ~openat libc.so; openat a @load:17; read a 10 x42 @load:18; write out 5 =ENOSPC; exit_group 0
 * main>worker [pool w]: read a 10; futex
 * ```
 *
 * One thread a line, the first without a name being `main`; `process` or `thread` in brackets is its role, `pool NAME` its pool, `exit N`
 * its end. One call between semicolons: name, object (`-` for none), then arguments; `=N`, `=ERRNO` or `=>VALUE` is the result, `xN`
 * repeats it, `@function:line` or `@function:line:file` is its site, and `~` before it says that it belongs to start-up.
 */
export function behaviourFrom(text: string): Behaviour {
  const shapes: EventShape[] = [];
  const shapeIds = new Map<string, number>();
  const sites: BehaviourSite[] = [];
  const siteIds = new Map<string, number>();
  const threads: BehaviourThread[] = [];
  const columns = { shape: [] as number[], thread: [] as number[], site: [] as number[], startup: [] as number[] };
  const intern = <T>(ids: Map<string, number>, list: T[], value: T): number => {
    const key = JSON.stringify(value);
    const known = ids.get(key);
    if (known !== undefined) return known;
    ids.set(key, list.length);
    list.push(value);
    return list.length - 1;
  };
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  for (const [thread, line] of lines.entries()) {
    const head = /^\s*(main\S*)\s*((?:\[[^\]]*\]\s*)*):(.*)$/.exec(line);
    const [key, notes, calls] = head === null ? ["main", "", line] : [head[1]!, head[2]!, head[3]!];
    const note = (name: string): string | undefined => new RegExp(`\\[${name} ([^\\]]*)\\]`).exec(notes)?.[1];
    const from = columns.shape.length;
    for (const statement of calls.split(";").map((each) => each.trim())) {
      if (statement === "") continue;
      const { shape, site, startup, repeats } = callFrom(statement);
      const shapeId = intern(shapeIds, shapes, shape);
      const siteId = site === undefined ? -1 : intern(siteIds, sites, site);
      for (let i = 0; i < repeats; i++) {
        columns.shape.push(shapeId);
        columns.thread.push(thread);
        columns.site.push(siteId);
        columns.startup.push(startup ? 1 : 0);
      }
    }
    const exit = note("exit");
    threads.push({
      key,
      role: thread === 0 ? "main" : notes.includes("[process]") ? "process" : "thread",
      parent: threads.findIndex((each) => each.key === key.slice(0, key.lastIndexOf(">"))),
      execs: [],
      exit: exit === undefined ? null : Number.isNaN(Number(exit)) ? exit : Number(exit),
      pool: note("pool") ?? "",
      from,
      to: columns.shape.length,
    });
  }
  return {
    threads,
    events: {
      length: columns.shape.length,
      shape: Int32Array.from(columns.shape),
      thread: Int32Array.from(columns.thread),
      site: Int32Array.from(columns.site),
      row: Int32Array.from(columns.shape.keys()),
      startup: Uint8Array.from(columns.startup),
    },
    shapes,
    sites,
    exit: threads[0]?.exit ?? null,
    ruleHits: new Map(),
  };
}

function callFrom(statement: string): { shape: EventShape; site?: BehaviourSite; startup: boolean; repeats: number } {
  const startup = statement.startsWith("~");
  const [name = "", object = "-", ...rest] = statement.replace(/^~/, "").split(/\s+/);
  const args: string[] = [];
  let repeats = 1;
  let site: BehaviourSite | undefined;
  let result = 0;
  let errno = "";
  let value = "";
  for (const word of rest) {
    if (/^x\d+$/.test(word)) repeats = Number(word.slice(1));
    else if (word.startsWith("@")) {
      const [inFunction = "", line = "0", file = `${inFunction}.c`] = word.slice(1).split(":");
      site = { file, line: Number(line), function: inFunction };
    } else if (word.startsWith("=>")) value = word.slice(2);
    else if (/^=-?\d+$/.test(word)) result = Number(word.slice(1));
    else if (word.startsWith("=")) errno = word.slice(1);
    else args.push(word);
  }
  const on = object === "-" ? "" : object;
  // As the calls that take a size have it: descriptor, buffer, size.
  const sized = (name === "read" || name === "write") && args.length > 0;
  const shape: EventShape = {
    name,
    args: [...(on === "" ? [] : [on]), ...(sized ? ["", ...args] : args)],
    result,
    resultText: "",
    errno,
    value,
    object: on,
    class: CLASSES[name] ?? "file",
    observable: !QUIET.has(name),
  };
  return { shape, startup, repeats, ...(site === undefined ? {} : { site }) };
}

/** A golden with this behaviour, recorded on Linux with everything on. */
export function goldenFrom(behaviour: Behaviour | string, header: Partial<GoldenHeader> = {}): Golden {
  const of = typeof behaviour === "string" ? behaviourFrom(behaviour) : behaviour;
  return {
    header: {
      schemaVersion: 1,
      name: "demo",
      command: ["demo"],
      os: "linux",
      arch: "x64",
      recorder: { filter: "", stacks: true, captureData: false },
      samples: 1,
      rules: [],
      sources: {},
      threads: of.threads.map(({ key, role, parent, execs, exit }) => ({ key, role, parent, execs: [...execs], exit })),
      varies: [],
      ...header,
    },
    behaviour: of,
    performance: undefined,
    origin: "goldentrace",
  };
}

/** A behaviour in the notation that it is made from, without sites; for comparing in tests. */
export function behaviourText({ threads, events, shapes }: Behaviour): string {
  return threads
    .map(({ key, from, to }) => {
      const calls: string[] = [];
      for (let event = from; event < to; event++) {
        const { name, object, args, result, errno } = shapes[events.shape[event] as number] as EventShape;
        const rest = args.slice(object === "" ? 0 : 1).filter((arg) => arg !== "");
        const end = errno !== "" ? [`=${errno}`] : result !== 0 ? [`=${result}`] : [];
        const startup = events.startup[event] === 1 ? "~" : "";
        calls.push(
          [
            startup + name,
            ...(object === "" && rest.length + end.length === 0 ? [] : [object || "-"]),
            ...rest,
            ...end,
          ].join(" "),
        );
      }
      return `${key}: ${calls.join("; ")}`;
    })
    .join("\n");
}
