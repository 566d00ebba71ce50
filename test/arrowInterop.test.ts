import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { tableFromIPC } from "@uwdata/flechette";
import { afterAll, describe, expect, test } from "vitest";
import { StraceReader } from "../src/engine/read/strace/straceReader.ts";
import { readTables } from "../src/engine/trace/arrowIn.ts";
import { ArrowTables, type TableChunk, writeTables } from "../src/engine/trace/arrowOut.ts";
import { TABLE_COLUMNS, TABLE_NAMES, type TableName } from "../src/engine/trace/arrowSchema.ts";
import { TraceBuilder } from "../src/engine/trace/traceBuilder.ts";

/** The tables of a run, read by libraries that have nothing to do with the one that wrote them. */

const CLOCK = { originRealtimeNs: 1_700_000_000_000_000_000n, originMonotonicNs: 0n };

const LOG = `7  1700000000.000000001 execve("/bin/sh", ["sh"], 0x1 /* 1 var */) = 0 <0.000000009>
7  1700000000.000000020 openat(AT_FDCWD</>, "/tmp/\\303\\274", O_RDONLY) = -1 ENOENT (No such file or directory) <0.000000005>
7  1700000000.000000030 mmap(NULL, 8, PROT_READ, MAP_PRIVATE, -1, 0) = 0x7fd0e8042000 <0.000000007>
7  1700000000.000000040 syscall_0x1ff(0x1) = 9223372036854775807 <0.000000001>
7  1700000000.000000050 exit_group(3) = ?
7  1700000000.000000060 +++ exited with 3 +++
`;

function record(): Record<TableName, Uint8Array> {
  const builder = new TraceBuilder(CLOCK);
  const tables = new ArrowTables();
  const reader = new StraceReader(builder, { captureData: false });
  const chunks: TableChunk[] = tables.begin();
  for (const line of LOG.split(/(?<=\n)/)) {
    reader.push(new TextEncoder().encode(line));
    chunks.push(...tables.append(builder.takeBatch(0)));
  }
  const log = { offset: 0, byteLength: 5, logger: "", threadName: "", site: undefined };
  builder.addLog({ ...log, time: 35, stream: "stderr", level: 40, text: "ERROR ü", message: "ü" });
  const memory = { memoryBytes: 2 ** 34, memoryTotalBytes: 2 ** 36, programMemoryBytes: Number.NaN };
  builder.addGpu({
    time: 36,
    gpu: 0,
    name: "NVIDIA H100 80GB HBM3",
    utilizationPercent: 97,
    ...memory,
    powerWatts: 412.57,
  });
  chunks.push(...tables.append(builder.takeBatch(0)), ...tables.end());
  return joined(chunks);
}

function joined(chunks: Iterable<TableChunk>): Record<TableName, Uint8Array> {
  const files = Object.fromEntries(TABLE_NAMES.map((name) => [name, Buffer.alloc(0)])) as Record<TableName, Buffer>;
  for (const { file, bytes } of chunks) files[file] = Buffer.concat([files[file], bytes]);
  return files;
}

const expected = [
  [1, 9, "execve", null, '"/bin/sh", ["sh"], 0x1 /* 1 var */', "0", null, null, "returned"],
  [20, 5, "openat", null, 'AT_FDCWD</>, "/tmp/\\303\\274", O_RDONLY', "-1", null, "ENOENT", "returned"],
  [
    30,
    7,
    "mmap",
    null,
    "NULL, 8, PROT_READ, MAP_PRIVATE, -1, 0",
    "140535222509568",
    "0x7fd0e8042000",
    null,
    "returned",
  ],
  [40, 1, null, "syscall_0x1ff", "0x1", "9223372036854775807", "9223372036854775807", null, "returned"],
  [50, null, "exit_group", null, "3", null, null, null, "no-result"],
];
const COLUMNS = [
  "time_ns",
  "duration_ns",
  "syscall",
  "syscall_other",
  "args",
  "result",
  "result_text",
  "errno",
  "state",
];

const whileRecording = record();
const compacted = joined(writeTables({ ...readTables(whileRecording).tables, clock: CLOCK, problems: [] }));

describe.each([
  ["appended batch by batch", whileRecording],
  ["compacted", compacted],
])("tables %s", (_, files) => {
  test("have the promised columns and rows in flechette", () => {
    for (const name of TABLE_NAMES) {
      const table = tableFromIPC(files[name]);
      expect(table.schema.fields.map((field) => field.name)).toEqual(Object.keys(TABLE_COLUMNS[name]));
    }
    const table = tableFromIPC(files.syscalls, { useBigInt: true });
    const rows = Array.from({ length: table.numRows }, (__, row) =>
      COLUMNS.map((column) => {
        const value: unknown = table.getChild(column).at(row);
        return typeof value === "bigint" ? String(value) : value;
      }),
    );
    expect(rows).toEqual(expected);
    expect([...tableFromIPC(files.logs).getChild("message")]).toEqual(["ü"]);
  });
});

/** What each Python library makes of a table, as JSON rows. */
const PYTHON = {
  polars: "import polars; table = polars.read_ipc_stream(open(file, 'rb'))\nrows = table.select(columns).rows()",
  pyarrow:
    "import pyarrow.ipc; table = pyarrow.ipc.open_stream(file).read_all(); table.validate(full=True)\n" +
    "rows = [list(row.values()) for row in table.select(columns).to_pylist()]",
  pandas:
    "import pyarrow.ipc, pandas; frame = pyarrow.ipc.open_stream(file).read_pandas()[columns]\n" +
    "rows = [[None if pandas.isna(value) else value for value in row] for row in frame.astype(object).values.tolist()]",
};

const python = process.env.GOLDENTRACE_PYTHON ?? "python3";

/** Runs a Python program with arguments; its output, or undefined when it ends with an error. */
function runPython(program: string, ...args: string[]): string | undefined {
  try {
    return execFileSync(python, ["-c", program, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch {
    return undefined;
  }
}

const CASES = Object.entries(PYTHON).flatMap(([library, program]) => [
  { library, program, kind: "appended batch by batch", files: whileRecording },
  { library, program, kind: "compacted", files: compacted },
]);

describe("Python", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "goldentrace-arrow-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  for (const { library, program, kind, files } of CASES) {
    test(`${library} reads tables ${kind}`, ({ skip }) => {
      if (runPython(`import pyarrow, ${library}`) === undefined) skip(`${library} is not installed for ${python}`);
      const asked = TABLE_NAMES.map((name) => {
        const file = path.join(folder, `${name}.arrow`);
        writeFileSync(file, files[name]);
        return [file, name === "syscalls" ? COLUMNS : Object.keys(TABLE_COLUMNS[name])];
      });
      const script = [
        "import json, sys",
        "result = []",
        "for file, columns in json.loads(sys.argv[1]):",
        ...program.split("\n").map((line) => `  ${line}`),
        "  result.append([list(row) for row in rows])",
        "print(json.dumps(result))",
      ];
      const output = runPython(script.join("\n"), JSON.stringify(asked));
      const [syscalls] = JSON.parse(output ?? "[]") as unknown[][][];
      // JSON of JavaScript has no 64-bit integers: compared as far as a double goes.
      const rows = expected.map((row) => row.map((value, at) => (at === 5 && value !== null ? Number(value) : value)));
      expect(syscalls).toEqual(rows);
    });
  }
});
