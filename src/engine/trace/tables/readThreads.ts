import { type ColumnsOf, EXIT_KINDS, ROLE_NAMES } from "../arrowSchema.ts";
import type { ArrowTable } from "../arrowTable.ts";
import type { ThreadExit, ThreadInfo } from "../trace.ts";
import type { Repairs } from "./repairs.ts";

/** Thread rows, and stand-ins for threads that are only referred to. */
export class ThreadRows {
  /** Rows that were there from the beginning: those after them are stand-ins. */
  readonly known: number;
  private readonly standIns = new Map<number, number>();

  constructor(readonly rows: ThreadInfo[]) {
    this.known = rows.length;
  }

  /** A valid index for the one found in a row; a thread whose row is lost gets a stand-in. */
  index(thread: number, pid: number, tid: number, repairs: Repairs): number {
    if (thread >= 0 && thread < this.known) return thread;
    let index = this.standIns.get(thread);
    if (index === undefined) {
      index = this.rows.length;
      this.standIns.set(thread, index);
      const start = Number.NaN;
      this.rows.push({
        pid,
        tid,
        parent: -1,
        role: "process",
        name: "",
        execs: [],
        start,
        end: start,
        exit: undefined,
      });
      repairs.add();
    }
    return index;
  }
}

export function readThreads(table: ArrowTable<"threads">, repairs: Repairs): ThreadInfo[] {
  const thread = table.int32("thread");
  const pid = table.int32("pid");
  const tid = table.int32("tid");
  const parent = table.int32("parent");
  const ids = (column: ColumnsOf<"threads">, names: readonly string[]): Int32Array =>
    table.dictionary(column, (text) => names.indexOf(text), -1, new Int32Array(table.length));
  const role = ids("role", ROLE_NAMES);
  const name = table.texts("name");
  const execs = table.texts("execs");
  const start = table.float64("start_ns");
  const end = table.float64("end_ns");
  const exit = ids("exit", EXIT_KINDS);
  const code = table.int32("exit_code");
  const signal = table.texts("exit_signal");
  const coreDumped = table.uint8("core_dumped");

  const rows: ThreadInfo[] = [];
  for (let row = 0; row < table.length; row++) {
    const index = thread[row] as number;
    // Rows of new threads come in order; anything else repeats an earlier one.
    if (index < 0 || index > rows.length) {
      repairs.add();
      continue;
    }
    rows[index] = {
      pid: pid[row] as number,
      tid: tid[row] as number,
      parent: parent[row] as number,
      role: ROLE_NAMES[role[row] as number] ?? "process",
      name: name[row] ?? "",
      execs: stringList(execs[row], repairs),
      start: start[row] as number,
      end: end[row] as number,
      exit: threadExit(EXIT_KINDS[exit[row] as number], code[row] as number, signal[row], coreDumped[row] === 1),
    };
  }
  return breakRings(rows, repairs);
}

function threadExit(
  kind: (typeof EXIT_KINDS)[number] | undefined,
  code: number,
  signal: string | undefined,
  coreDumped: boolean,
): ThreadExit | undefined {
  switch (kind) {
    case undefined:
      return undefined;
    case "exited":
      return { kind, code };
    case "killed":
      return { kind, signal: signal ?? "", coreDumped };
    default:
      return { kind };
  }
}

function stringList(json: string | undefined, repairs: Repairs): string[] {
  try {
    const list: unknown = JSON.parse(json ?? "[]");
    if (Array.isArray(list) && list.every((item) => typeof item === "string")) return list;
  } catch {
    // Counted below like any other text that is no list.
  }
  repairs.add();
  return [];
}

/** Makes sure that walking from child to parent ends. */
function breakRings(rows: ThreadInfo[], repairs: Repairs): ThreadInfo[] {
  const walked = new Int32Array(rows.length).fill(-1);
  for (let first = 0; first < rows.length; first++) {
    let child = -1;
    let row = first;
    while (row !== -1 && walked[row] === -1) {
      walked[row] = first;
      child = row;
      row = rows[row]?.parent ?? -1;
      const impossible = row < -1 || row >= rows.length || walked[row] === first;
      if (row !== -1 && impossible) {
        rows[child] = { ...(rows[child] as ThreadInfo), parent: -1 };
        repairs.add();
        row = -1;
      }
    }
  }
  return rows;
}
