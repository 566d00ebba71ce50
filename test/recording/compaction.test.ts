import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readTables, type TableFiles, type TraceTables } from "../../src/engine/trace/arrowIn.ts";
import { ArrowTables, type TableChunk, writeTables } from "../../src/engine/trace/arrowOut.ts";
import { compactTables } from "../../src/engine/trace/compactTables.ts";
import { TraceBuilder } from "../../src/engine/trace/traceBuilder.ts";
import { completeOptions } from "../../src/node/buildRequest.ts";
import { callGroups } from "../../src/node/runFolder/callGroups.ts";
import { Completion } from "../../src/node/runFolder/completion.ts";
import { openRun, readTableFiles } from "../../src/node/runFolder/openRun.ts";
import { startRecording } from "../../src/node/startRecording.ts";
import { ModuleIdentities } from "../../src/node/symbolise/moduleIdentity.ts";
import { RUN_FILES } from "../../src/protocol/runFiles.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "goldentrace-compaction-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const CLOCK = { originRealtimeNs: 0n, originMonotonicNs: 0n };
const CALL = { duration: 1, state: 0 as const, errno: "", result: 0, resultText: "", stack: -1 };

/** One call of a recording: batches are in order of return, so a call may have begun long before its neighbours. */
const call = fc.record({
  start: fc.nat(40),
  thread: fc.nat(2),
  name: fc.constantFrom("read", "write", "made_up_1", "made_up_2"),
  errno: fc.constantFrom("", "ENOENT", "EMADEUP"),
  resultText: fc.constantFrom("", "3</tmp/x>", "0x1"),
});
const recording = fc.array(fc.array(call, { maxLength: 6 }), { maxLength: 8 });

function calls({ syscalls, threads }: TraceTables): unknown[] {
  return Array.from({ length: syscalls.length }, (_, row) => [
    syscalls.start[row],
    threads[syscalls.thread[row] as number]?.tid,
    syscalls.names[syscalls.name[row] as number],
    syscalls.errnos[syscalls.errno[row] as number],
    syscalls.resultTexts[syscalls.resultText[row] as number],
    new TextDecoder().decode(syscalls.argBytes.subarray(syscalls.argStart[row], syscalls.argEnd[row])),
  ]);
}

function filesOf(chunks: Iterable<TableChunk>): TableFiles {
  const parts = new Map<string, Uint8Array[]>();
  for (const { file, bytes } of chunks) parts.set(file, [...(parts.get(file) ?? []), bytes.slice()]);
  return Object.fromEntries([...parts].map(([file, pieces]) => [file, new Uint8Array(Buffer.concat(pieces))]));
}

describe("compaction in groups", () => {
  it("makes the same of any recording as compaction at once, whatever the groups' size", () => {
    fc.assert(
      fc.property(recording, fc.integer({ min: 1, max: 12 }), (batches, group) => {
        const builder = new TraceBuilder(CLOCK);
        for (const tid of [7, 8, 9]) {
          builder.threads.add({ pid: 7, tid, parent: -1, role: "thread", name: "", start: 0 });
        }
        const tables = new ArrowTables();
        const chunks = tables.begin();
        let number = 0;
        for (const batch of batches) {
          for (const one of batch) {
            // The number shows whether calls of equal start keep their order.
            const args = new TextEncoder().encode(`${number++}`);
            builder.addSyscall({ ...CALL, ...one }, args, 0, args.length);
          }
          chunks.push(...tables.append(builder.takeBatch(0)));
        }
        chunks.push(...tables.end());
        const path = join(folder, RUN_FILES.syscalls);
        const files = filesOf(chunks);
        writeFileSync(path, files.syscalls as Uint8Array);

        const whole = { ...readTables(files).tables, clock: CLOCK, problems: [] };
        const atOnce = readTables(filesOf(writeTables(whole)));
        const { tables: others } = readTables({ ...files, syscalls: undefined });
        const rest = { ...others, clock: CLOCK, problems: [] };
        const grouped = readTables(filesOf(compactTables(rest, () => callGroups(path, group))));
        expect(grouped.problems).toEqual([]);
        expect(calls(grouped.tables)).toEqual(calls(atOnce.tables));
        expect(grouped.tables.threads).toEqual(atOnce.tables.threads);
      }),
      { numRuns: 60 },
    );
  });

  it("is what happens to the folder of a run with more calls than are held at once", async () => {
    const recording = await startRecording({
      name: "grouped",
      what: {
        kind: "launch",
        program: "sh",
        args: ["-c", "sleep 0.3 & for i in 1 2 3; do /bin/true; ls / >/dev/null; sleep 0.05; done; wait"],
        cwd: folder,
        env: { PATH: process.env.PATH ?? "" },
        stdio: { kind: "pipes" },
      },
      workspace: folder,
      runsDirectory: join(folder, "runs"),
      options: completeOptions({}),
      toolVersion: "0.0.0",
    });
    const { runFolder } = (await recording.ended).end;
    const before = await openRun(runFolder);
    const wanted = calls(before.trace);
    expect(wanted.length).toBeGreaterThan(100);

    // As it was before it was compacted: appended batch by batch, calls that took long behind those that began later.
    const rows = before.trace.syscalls;
    const returned = (row: number) => (rows.start[row] as number) + (rows.duration[row] || 0);
    const order = Array.from(rows.start.keys()).sort((a, b) => returned(a) - returned(b));
    const builder = new TraceBuilder(CLOCK);
    const appended = new ArrowTables();
    const chunks = appended.begin();
    const append = () => {
      const batch = { ...builder.takeBatch(0), threads: before.trace.threads };
      chunks.push(...appended.append(batch));
    };
    for (const [index, row] of order.entries()) {
      const [from, to] = [rows.argStart[row] as number, rows.argEnd[row] as number];
      builder.addSyscall(
        {
          start: rows.start[row] as number,
          duration: rows.duration[row] as number,
          thread: rows.thread[row] as number,
          name: rows.names[rows.name[row] as number] ?? "",
          state: rows.state[row] as 0 | 1 | 2,
          errno: rows.errnos[rows.errno[row] as number] ?? "",
          result: rows.result[row] as number,
          resultText: rows.resultTexts[rows.resultText[row] as number] ?? "",
          stack: -1,
        },
        rows.argBytes,
        from,
        to,
      );
      if (index % 10 === 9) append();
    }
    append();
    chunks.push(...appended.end());
    const path = join(runFolder, RUN_FILES.syscalls);
    writeFileSync(path, "");
    for (const { file, bytes } of chunks) if (file === "syscalls") appendFileSync(path, bytes);
    const scattered = readFileSync(path);

    const completion = new Completion({
      artifacts: [],
      workspace: folder,
      stacks: false,
      addresses: "file-offset",
      modules: new ModuleIdentities(),
      limits: { atOnce: 50, group: 30 },
    });
    const { problems } = await completion.complete(runFolder, before.manifest);
    await completion.report(runFolder, before.manifest);
    expect(problems).toEqual([]);
    expect(readFileSync(path).equals(scattered)).toBe(false);
    const groups = [...callGroups(path, 1)].map((bytes) => readTables({ syscalls: bytes }).tables.syscalls);
    expect(groups.length).toBeGreaterThan(2);
    // In the file itself, not only once it is read, for other tools read it too.
    const starts = groups.flatMap(({ start }) => [...start]);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    const after = await openRun(runFolder);
    expect(after.trace.problems).toEqual([]);
    expect(calls(after.trace)).toEqual(wanted);
    expect(Object.keys(await readTableFiles(runFolder, ["syscalls"]))).not.toContain("syscalls");
  });
});
