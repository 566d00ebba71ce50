import fc from "fast-check";
import { expect, test } from "vitest";
import { type CallSpec, manifestOf, traceOf } from "../../../test/support/traces.ts";
import { splitArguments } from "../query/splitArguments.ts";
import { summarize } from "../query/summarize.ts";
import { SyscallState } from "../trace/trace.ts";
import { csvField } from "./csv.ts";
import { findWriter, WRITERS } from "./index.ts";
import { straceSummaryText } from "./straceSummary.ts";
import type { ExportInput } from "./writer.ts";

function inputOf(calls: readonly CallSpec[]): ExportInput {
  const trace = traceOf(calls);
  const manifest = manifestOf();
  return { trace, manifest, summary: summarize(trace, manifest, { path: "/r", name: "r" }), toolVersion: "0.1.0" };
}

function write(format: string, calls: readonly CallSpec[]): string {
  const writer = findWriter(format);
  if (writer === undefined) throw new Error(`No writer ${format}`);
  return [...writer.write(inputOf(calls))].join("");
}

const SOME: readonly CallSpec[] = [
  { name: "execve", args: '"/bin/echo", ["echo", "hi"], 0x7ffd /* 30 vars */', duration: 251_400 },
  { name: "openat", args: 'AT_FDCWD</w>, "/etc/x, y", O_RDONLY', errno: "ENOENT", duration: 20_600 },
  { name: "mmap", args: "NULL, 8192, PROT_READ", result: 140_000_000_000_000, resultText: "0x7f5424dee000" },
  { name: "write", args: '1<pipe:[1]>, "hi\\n", 3', result: 3, duration: 400 },
  { name: "lseek", result: 18_446_744_073_709_552_000, resultText: "0xfffffffffffffff0" },
  { name: "exit_group", args: "0", state: SyscallState.noResult },
];

test("renacer JSON: renacer's fields, errors as -errno, calls without a result apart", () => {
  const text = write("renacer-json", SOME);
  expect(text.startsWith('{\n  "version": "0.6.6",\n  "format": "renacer-json-v1",\n')).toBe(true);
  const document = JSON.parse(text);
  expect(document.syscalls).toHaveLength(5);
  expect(document.syscalls[0]).toMatchObject({
    name: "execve",
    args: ['"/bin/echo"', '["echo", "hi"]', "0x7ffd /* 30 vars */"],
    result: 0,
    duration_us: 251,
    ts_us: 1,
    tid: 100,
    pid: 100,
    start_ns: 1000,
    duration_ns: 251_400,
  });
  expect(document.syscalls[1]).toMatchObject({ result: -2, errno: "ENOENT", duration_us: 21 });
  expect(document.unreturned).toMatchObject([{ name: "exit_group", args: ["0"] }]);
  expect(document.unreturned[0]).not.toHaveProperty("result");
  expect(document.summary).toEqual({ total_syscalls: 5, total_time_us: 274, exit_code: 0 });
  // JSON numbers keep all digits; only JavaScript's reader rounds them.
  expect(text).toContain('"result":18446744073709551600');
});

test("renacer JSON has one call a line, for git diff", () => {
  const lines = write("renacer-json", SOME).split("\n");
  expect(lines.filter((line) => line.startsWith('    {"name":'))).toHaveLength(SOME.length);
});

test.each(["renacer-json", "json"])("%s is JSON without calls, too", (format) => {
  expect(JSON.parse(write(format, []))).toMatchObject({ syscalls: [] });
});

test("json holds everything, with null for what is not known", () => {
  const document = JSON.parse(write("json", SOME));
  expect(document.format).toBe("goldentrace-trace-v1");
  expect(document.summary.events).toBe(6);
  expect(document.manifest.id).toBe(manifestOf().id);
  expect(document.threads).toMatchObject([{ pid: 100, role: "main", end: null, exit: null }]);
  expect(document.syscalls[1]).toMatchObject({
    name: "openat",
    errno: "ENOENT",
    state: "returned",
    thread: 0,
    start: 11_000,
  });
  expect(document.syscalls[5]).toMatchObject({ name: "exit_group", state: "no-result", duration: null, result: null });
});

test("any text stays JSON", () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: "binary" }), (args, name) => {
      const ascii = args.replace(/[^\x20-\x7e]/g, "?");
      const calls: CallSpec[] = [{ name, args: ascii, resultText: name }];
      expect(JSON.parse(write("json", calls)).syscalls[0].args).toBe(ascii);
      expect(JSON.parse(write("renacer-json", calls)).syscalls).toHaveLength(1);
    }),
  );
});

/** A reader of RFC 4180 that knows nothing of the writer. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy;
  let row: string[] = [];
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (match === null) throw new Error("Not CSV");
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] !== ",") {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

test("CSV: renacer's columns first, then ours", () => {
  const rows = readCsv(write("csv", SOME));
  expect(rows[0]).toEqual(
    "syscall,arguments,result,duration,source_location,start_ns,duration_ns,pid,tid,errno,state".split(","),
  );
  expect(rows[2]).toEqual([
    "openat",
    'AT_FDCWD</w>, "/etc/x, y", O_RDONLY',
    "-2",
    "21us",
    "",
    "11000",
    "20600",
    "100",
    "100",
    "ENOENT",
    "returned",
  ]);
  expect(rows[6]).toMatchObject(["exit_group", "0", "", "", "", "51000", "", "100", "100", "", "no-result"]);
});

test("CSV keeps every text, but for the apostrophe before a formula", () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: fc.constantFrom('"', ",", "\r", "\n", "=", "a", "-", "@") }), (a, b) => {
      for (const text of [a, b, b + a]) {
        const [[read = ""] = []] = readCsv(`${csvField(text)},\r\n`);
        expect(read === text || read === `'${text}`).toBe(true);
        expect(/^[=+@\t\r]/.test(read)).toBe(false);
      }
    }),
  );
});

test.each([
  ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
  ["-1", "-1"],
  ["-1, SIGTERM", `"'-1, SIGTERM"`],
  ["@SUM(A1)", "'@SUM(A1)"],
  ['say "hi"', '"say ""hi"""'],
  ["plain", "plain"],
])("CSV field of %j", (text, field) => {
  expect(csvField(text)).toBe(field);
});

test("the table of strace -c, character by character", () => {
  // As `strace -f -c` 6.1 printed it.
  const expected = `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 74.93    0.000505         252         2         1 wait4
  9.05    0.000061           1        41        19 openat
  6.53    0.000044           1        24           close
  2.82    0.000019           0        38           mmap
  2.37    0.000016           4         4           write
  1.78    0.000012           0        35        10 newfstatat
  1.63    0.000011           5         2         2 statx
  0.89    0.000006           6         1         1 ioctl
  0.00    0.000000           0         8           read
------ ----------- ----------- --------- --------- ----------------
100.00    0.000674           4       155        33 total
`;
  const rows = expected
    .split("\n")
    .slice(2, 11)
    .map((line) => {
      const [, seconds, , calls, ...rest] = line.trim().split(/\s+/);
      const name = rest.at(-1) ?? "";
      const errors = rest.length === 2 ? Number(rest[0]) : 0;
      const totalNs = Math.round(Number(seconds) * 1e9);
      return { name, calls: Number(calls), errors, totalNs, p50Ns: 0, p99Ns: 0, maxNs: 0 };
    });
  expect(straceSummaryText(rows)).toBe(expected);
});

test("the table of an empty trace, and columns that overflow", () => {
  expect(straceSummaryText([])).toContain("100.00    0.000000           0         0           total\n");
  const huge = { name: "read", calls: 12_345_678_901, errors: 0, totalNs: 1e15, p50Ns: 0, p99Ns: 0, maxNs: 0 };
  const lines = straceSummaryText([huge]).trimEnd().split("\n");
  expect(lines[2]).toContain("1000000.000000          81 12345678901");
  // Every column still ends where its title ends.
  expect(lines[0]?.indexOf("syscall")).toBe(lines[2]?.indexOf("read"));
});

test.each([
  ["", []],
  ["0", ["0"]],
  [
    '1<pipe:[3,4]>, "a, \\", b", {x=1, y=[2, 3]}, f(4, 5)',
    ["1<pipe:[3,4]>", '"a, \\", b"', "{x=1, y=[2, 3]}", "f(4, 5)"],
  ],
  ['"/bin/ls", ["ls"], 0x7ffc /* 3, vars */', ['"/bin/ls"', '["ls"]', "0x7ffc /* 3, vars */"]],
  ["1<<12, 5", ["1<<12", "5"]],
  ["3<TCP:[1.2.3.4:5->6.7.8.9:80]>, 7", ["3<TCP:[1.2.3.4:5->6.7.8.9:80]>", "7"]],
  ['AT_FDCWD</a "b>, c', ['AT_FDCWD</a "b>', "c"]],
  ['"cut off, here', ['"cut off, here']],
  ["a}, b", ["a}", "b"]],
])("arguments of %j", (text, parts) => {
  expect(splitArguments(text)).toEqual(parts);
});

test("splitting loses no character but spaces and commas", () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom('"', "\\", "<", ">", "(", ")", "[", "]", "{", "}", ",", " ", "3", "a", "/", "*"),
      }),
      (text) => {
        expect(splitArguments(text).join("").replace(/[\s,]/g, "")).toBe(text.replace(/[\s,]/g, ""));
      },
    ),
  );
});

test("writers hand out bounded chunks", () => {
  const calls = Array.from({ length: 3000 }, (): CallSpec => ({ name: "read", args: "3</etc/hosts>, 100", result: 1 }));
  for (const writer of WRITERS) {
    for (const chunk of writer.write(inputOf(calls))) expect(chunk.length).toBeLessThan(80_000);
  }
});
