import type { Data } from "apache-arrow";
import { float64Data, int32Data, uint8Data, utf8Data } from "../arrowColumns.ts";
import type { ThreadInfo } from "../trace.ts";
import type { TableStream } from "./tableStream.ts";

export function writeThreads(
  table: TableStream<"threads">,
  threads: readonly ThreadInfo[],
  rows: readonly number[],
  always = false,
): void {
  const length = rows.length;
  if (length === 0 && !always) return;
  const thread = (i: number): ThreadInfo => threads[rows[i] as number] as ThreadInfo;
  const int32 = (value: (thread: ThreadInfo) => number, nullable: boolean): Data =>
    int32Data(
      Int32Array.from({ length }, (_, i) => value(thread(i))),
      0,
      length,
      nullable,
    );
  const float64 = (value: (thread: ThreadInfo) => number): Data =>
    float64Data(
      Float64Array.from({ length }, (_, i) => value(thread(i))),
      0,
      length,
      true,
    );
  table.write(
    {
      thread: int32Data(Int32Array.from(rows), 0, length, false),
      pid: int32((row) => row.pid, false),
      tid: int32((row) => row.tid, false),
      parent: int32((row) => row.parent, true),
      role: table.indexed(
        "role",
        Int32Array.from({ length }, (_, i) => table.id("role", thread(i).role)),
      ),
      name: utf8Data((i) => thread(i).name, 0, length),
      execs: utf8Data((i) => JSON.stringify(thread(i).execs), 0, length),
      start_ns: float64((row) => row.start),
      end_ns: float64((row) => row.end),
      exit: table.indexed(
        "exit",
        Int32Array.from({ length }, (_, i) => table.id("exit", thread(i).exit?.kind ?? "")),
      ),
      exit_code: int32((row) => (row.exit?.kind === "exited" ? row.exit.code : -1), true),
      exit_signal: utf8Data(
        (i) => {
          const { exit } = thread(i);
          return exit?.kind === "killed" ? exit.signal : undefined;
        },
        0,
        length,
      ),
      core_dumped: uint8Data(
        Uint8Array.from({ length }, (_, i) => {
          const { exit } = thread(i);
          return exit?.kind === "killed" && exit.coreDumped ? 1 : 0;
        }),
        0,
        length,
      ),
    },
    length,
  );
}
