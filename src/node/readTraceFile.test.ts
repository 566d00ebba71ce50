import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { SNIFF_LENGTH } from "../engine/read/traceReader.ts";
import { readTraceFile } from "./readTraceFile.ts";

const folder = mkdtempSync(join(tmpdir(), "goldentrace-formats-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RENACER =
  '{"version":"0.6.0","format":"renacer-json-v1","syscalls":[{"name":"getpid","args":[],"result":1}],"summary":{"total_syscalls":1,"total_time_us":0,"exit_code":0}}\n';
const SUMMARY = `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
100.00    0.000010          10         1           getpid
------ ----------- ----------- --------- --------- ----------------
100.00    0.000010          10         1           total
`;

test.each([
  ["renacer-json", RENACER, 0],
  ["renacer-json", RENACER, 3 * SNIFF_LENGTH],
  // The mark lies across the end of a piece.
  ["renacer-json", RENACER, SNIFF_LENGTH - 30],
  ["renacer-json", RENACER, 2 * SNIFF_LENGTH - 1054],
  ["summary-table", SUMMARY, 5 * SNIFF_LENGTH],
  ["renacer-json", `${SUMMARY}${"noise\n".repeat(20_000)}${RENACER}`, 2 * SNIFF_LENGTH],
])("%s is found behind a program's output (%#)", async (format, text, before) => {
  const path = join(folder, "trace");
  const line = "what a program prints\n";
  writeFileSync(
    path,
    line
      .repeat(Math.ceil(before / line.length))
      .slice(0, before)
      .replace(/.$/, "\n") + text,
  );
  const read = await readTraceFile(path);
  expect(read.format).toBe(format);
  expect(read.trace.syscalls.length).toBe(1);
});

test("output alone is no trace, however long", async () => {
  const path = join(folder, "output");
  writeFileSync(path, "what a program prints\n".repeat(20_000));
  await expect(readTraceFile(path)).rejects.toThrow("not a trace in a known format");
});
