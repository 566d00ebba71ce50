import { float64Data, int32Data, int64Data, noTexts, utf8Data, utf8SpanData } from "../arrowColumns.ts";
import type { SyscallColumns, ThreadInfo, Trace } from "../trace.ts";
import type { TableStream } from "./tableStream.ts";

/** Pid and tid by thread index, as columns for gathering. */
export class ThreadIds {
  pid = new Int32Array(0);
  tid = new Int32Array(0);

  update(threads: readonly ThreadInfo[]): void {
    this.pid = Int32Array.from(threads, (thread) => thread.pid);
    this.tid = Int32Array.from(threads, (thread) => thread.tid);
  }
}

/** Site of each stack, and where its file and function are in the dictionaries. */
export interface SiteIndexes {
  readonly siteOfStack: Int32Array;
  readonly file: Int32Array;
  readonly line: Int32Array;
  readonly function: Int32Array;
}

export const NO_SITES: SiteIndexes = {
  siteOfStack: new Int32Array(0),
  file: new Int32Array(0),
  line: new Int32Array(0),
  function: new Int32Array(0),
};

export function siteDictionaries(trace: Pick<Trace, "sites" | "stacks">): SiteIndexes {
  const files = new Map<string, number>();
  const functions = new Map<string, number>();
  const idIn = (ids: Map<string, number>, text: string): number => {
    const id = ids.get(text) ?? ids.size;
    ids.set(text, id);
    return id;
  };
  return {
    siteOfStack: trace.stacks.site,
    file: Int32Array.from(trace.sites, (site) => idIn(files, site.file)),
    line: Int32Array.from(trace.sites, (site) => site.line),
    function: Int32Array.from(trace.sites, (site) => idIn(functions, site.function)),
  };
}

export function writeSyscalls(
  table: TableStream<"syscalls">,
  calls: SyscallColumns,
  ids: ThreadIds,
  sites: SiteIndexes,
  from: number,
  to: number,
): void {
  const length = to - from;
  const known = calls.names.map((name) => table.id("syscall", name));
  const knownErrno = calls.errnos.map((name) => table.id("errno", name));
  const pid = new Int32Array(length);
  const tid = new Int32Array(length);
  const name = new Int32Array(length);
  const errno = new Int32Array(length);
  const state = new Int32Array(length);
  const file = new Int32Array(length).fill(-1);
  const line = new Int32Array(length).fill(-1);
  const functions = new Int32Array(length).fill(-1);
  let unknownNames = false;
  let unknownErrnos = false;
  for (let i = 0; i < length; i++) {
    const row = from + i;
    const thread = calls.thread[row] as number;
    pid[i] = ids.pid[thread] ?? -1;
    tid[i] = ids.tid[thread] ?? -1;
    const nameId = known[calls.name[row] as number] ?? -1;
    name[i] = nameId;
    if (nameId < 0) unknownNames = true;
    const errnoId = knownErrno[calls.errno[row] as number] ?? -1;
    errno[i] = errnoId;
    if (errnoId < 0 && calls.errno[row] !== 0) unknownErrnos = true;
    state[i] = calls.state[row] as number;
    const site = sites.siteOfStack[calls.stack[row] as number] ?? -1;
    if (site >= 0) {
      file[i] = sites.file[site] ?? -1;
      line[i] = sites.line[site] ?? -1;
      functions[i] = sites.function[site] ?? -1;
    }
  }
  const texts = calls.resultTexts;
  table.write(
    {
      time_ns: float64Data(calls.start, from, to, false),
      duration_ns: float64Data(calls.duration, from, to, true),
      pid: int32Data(pid, 0, length, false),
      tid: int32Data(tid, 0, length, false),
      thread: int32Data(calls.thread, from, to, false),
      syscall: table.indexed("syscall", name),
      syscall_other: unknownNames
        ? utf8Data(
            (i) => ((name[i] as number) < 0 ? calls.names[calls.name[from + i] as number] : undefined),
            0,
            length,
          )
        : noTexts(length),
      args: utf8SpanData(calls.argBytes, calls.argStart, calls.argEnd, from, to),
      result: int64Data(calls.result, from, to, (row) => exactInteger(texts[calls.resultText[row] as number])),
      result_text: utf8Data((row) => texts[calls.resultText[row] as number], from, to),
      errno: table.indexed("errno", errno),
      errno_other: unknownErrnos
        ? utf8Data(
            (i) => ((errno[i] as number) < 0 ? calls.errnos[calls.errno[from + i] as number] || undefined : undefined),
            0,
            length,
          )
        : noTexts(length),
      state: table.indexed("state", state),
      stack: int32Data(calls.stack, from, to, true),
      file: table.indexed("file", file),
      line: int32Data(line, 0, length, true),
      function: table.indexed("function", functions),
    },
    length,
  );
}

/** The integer at the start of a result's text, where it is one. */
function exactInteger(text: string | undefined): bigint | undefined {
  const digits = text === undefined ? null : /^-?(?:0x[0-9a-f]{1,16}|\d{1,20})/.exec(text);
  if (digits === null) return undefined;
  return digits[0].startsWith("-") ? -BigInt(digits[0].slice(1)) : BigInt(digits[0]);
}
