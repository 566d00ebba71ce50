import { float64Data, int32Data, uint8Data, utf8Data } from "../arrowColumns.ts";
import { logLevelName } from "../levels.ts";
import type { LogColumns, Site } from "../trace.ts";
import type { TableStream } from "./tableStream.ts";

export function writeLogs(
  table: TableStream<"logs">,
  logs: LogColumns,
  sites: readonly Pick<Site, "file" | "line">[],
  from: number,
  to: number,
): void {
  const length = to - from;
  const site = (row: number) => sites[logs.site[row] as number];
  table.write(
    {
      time_ns: float64Data(logs.time, from, to, false),
      stream: table.indexed("stream", Int32Array.from(logs.stream.subarray(from, to))),
      level: table.indexed(
        "level",
        Int32Array.from(logs.level.subarray(from, to), (level) => table.id("level", logLevelName(level) ?? "")),
      ),
      level_number: uint8Data(logs.level, from, to),
      logger: utf8Data((row) => logs.logger[row] ?? "", from, to),
      thread: utf8Data((row) => logs.threadName[row] ?? "", from, to),
      message: utf8Data((row) => logs.message[row] ?? "", from, to),
      text: utf8Data((row) => logs.text[row] ?? "", from, to),
      file: utf8Data((row) => site(row)?.file, from, to),
      line: int32Data(
        Int32Array.from({ length }, (_, i) => site(from + i)?.line ?? -1),
        0,
        length,
        true,
      ),
      byte_offset: float64Data(logs.offset, from, to, false),
      byte_length: float64Data(logs.byteLength, from, to, false),
    },
    length,
  );
}
