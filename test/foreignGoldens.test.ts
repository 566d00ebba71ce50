import { expect, test } from "vitest";
import { ExpectedError } from "../src/base/errors.ts";
import { compareBehaviours } from "../src/engine/golden/compare/compareBehaviours.ts";
import { readGolden } from "../src/engine/golden/file/readGolden.ts";
import { READERS, sniffReader } from "../src/engine/read/index.ts";
import { SNIFF_LENGTH } from "../src/engine/read/traceReader.ts";
import type { Trace } from "../src/engine/trace/trace.ts";
import { describeSharedData, type SharedFiles } from "./support/sharedData.ts";

const golden = (files: SharedFiles, file: string) => readGolden(files.read(file), { file, name: "demo" });

async function runOf(bytes: Uint8Array): Promise<{ reader: string; trace: Trace }> {
  const reader = sniffReader(bytes.subarray(0, SNIFF_LENGTH));
  if (reader === undefined) throw new ExpectedError("no reader");
  async function* source(): AsyncIterable<Uint8Array> {
    // Pieces that cut lines and characters.
    for (let at = 0; at < bytes.length; at += 4099) yield bytes.subarray(at, at + 4099);
  }
  return { reader: reader.id, trace: await reader.read(source()) };
}

const CALLS: Readonly<Record<string, number>> = {
  "python_complex_cli_golden.json": 1223,
  "python_trivial_cli_golden.json": 1220,
  "rust_complex_cli_golden.json": 69,
  "rust_trivial_cli_golden.json": 65,
  "trivial_cli_rust_source.json": 65,
};

describeSharedData("traces of renacer in the wild", "renacer/reprorusted", (files) => {
  test.each(Object.entries(CALLS))("%s is read as a golden and as a run", async (file, calls) => {
    const { behaviour, origin, header } = golden(files, file);
    expect({ origin, name: header.name, exit: behaviour.exit }).toEqual({ origin: "renacer", name: "demo", exit: 0 });
    expect(behaviour.shapes.map(({ object }) => object)).toContain("/etc/ld.so.cache");

    const { reader, trace } = await runOf(files.read(file));
    expect(reader).toBe("renacer-json");
    expect(trace.syscalls.length).toBe(calls);
    expect(trace.threads).toMatchObject([{ role: "main", exit: { kind: "exited", code: 0 } }]);
    expect(trace.problems.map(({ kind }) => kind)).toEqual(["untimed"]);
  });

  test("a file is equivalent to itself and not to another", () => {
    const [python, rust] = ["python_trivial_cli_golden.json", "rust_trivial_cli_golden.json"].map((file) =>
      golden(files, file),
    );
    const verdict = (a: typeof python, b: typeof python) =>
      compareBehaviours(a!, b!.behaviour, { mode: "observable" }).verdict;
    expect([verdict(python, python), verdict(rust, rust), verdict(python, rust)]).toEqual([
      "equivalent",
      "equivalent",
      "diverged",
    ]);
  });

  test("a summary table is a golden that knows counts", async () => {
    const { behaviour, origin } = golden(files, "trivial_cli_rust_summary.txt");
    expect(origin).toBe("renacer");
    expect(behaviour.events.length).toBe(65);
    expect(behaviour.shapes.every(({ args, object }) => args.length === 0 && object === "")).toBe(true);
    const { reader, trace } = await runOf(files.read("trivial_cli_rust_summary.txt"));
    expect(reader).toBe("summary-table");
    expect(trace.syscalls.length).toBe(65);
  });
});

describeSharedData("goldens that hold program output, in the wild", "renacer/entrenar", (files) => {
  test.each(files.names(".json"))("%s is refused with a reason", (file) => {
    const caught = [() => golden(files, file)].map((attempt) => {
      try {
        return attempt();
      } catch (error) {
        return error;
      }
    })[0];
    expect(caught).toBeInstanceOf(ExpectedError);
    const { message, wayOut, code } = caught as ExpectedError;
    expect(message).toMatch(new RegExp(`^${file} is program output and not a trace: it begins with "`));
    expect({ wayOut, code }).toEqual({ wayOut: "Record it again: goldentrace accept demo", code: "unreadable-trace" });
  });

  test.each(files.names("_summary.txt"))("%s: the table is found behind the program's output", (file) => {
    expect(golden(files, file).behaviour.events.length).toBeGreaterThan(50);
  });
});

test("every reader says what it reads", () => {
  expect(READERS.map(({ id }) => id)).toEqual(["renacer-json", "strace", "summary-table"]);
});
