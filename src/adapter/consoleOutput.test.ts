import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConsoleOutput, type ConsolePiece } from "./consoleOutput.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function consoleOutput(): ConsoleOutput {
  return new ConsoleOutput({
    styles: true,
    wholeOutput: "/runs/x/stdout.log",
    sourceOf: (line) => {
      const found = /^at (\w+\.py):(\d+)$/.exec(line);
      return found === null ? undefined : { file: `/w/${found[1]}`, line: Number(found[2]) };
    },
  });
}

const texts = (pieces: readonly ConsolePiece[], category: string): string =>
  pieces
    .filter((piece) => piece.category === category)
    .map((piece) => piece.output)
    .join("");

test("output goes in one piece; an unfinished line waits a moment for its end", () => {
  const output = consoleOutput();
  output.push({ stream: "stdout", bytes: encode("one\n") }, 0);
  output.push({ stream: "stdout", bytes: encode("two\nName") }, 10);
  expect(output.flush(20)).toEqual([{ category: "stdout", output: "one\ntwo\n" }]);
  expect(output.pending).toBe(true);
  expect(output.flush(50)).toEqual([]);
  expect(output.flush(61)).toEqual([{ category: "stdout", output: "Name" }]);
  expect(output.pending).toBe(false);
});

describe("lines that name a source", () => {
  test("are linked", () => {
    const output = consoleOutput();
    output.push({ stream: "stdout", bytes: encode("start\nat train.py:7\nend\nat tra") }, 0);
    output.push({ stream: "stdout", bytes: encode("in.py:8\n") }, 0);
    output.push({ stream: "stderr", bytes: encode("bad\n") }, 0);
    expect(output.flush(1)).toEqual([
      { category: "stdout", output: "start\n" },
      { category: "stdout", output: "at train.py:7\n", source: { file: "/w/train.py", line: 7 } },
      { category: "stdout", output: "end\n" },
      { category: "stdout", output: "at train.py:8\n", source: { file: "/w/train.py", line: 8 } },
      { category: "stderr", output: "bad\n" },
    ]);
  });

  test("are not looked for in the middle of a line", () => {
    const output = consoleOutput();
    output.push({ stream: "stdout", bytes: encode("loaded ") }, 0);
    expect(output.flush(100)).toHaveLength(1);
    output.push({ stream: "stdout", bytes: encode("at train.py:7\n") }, 200);
    expect(output.flush(200)).toEqual([{ category: "stdout", output: "at train.py:7\n" }]);
  });

  test("lose their links when there are many at once", () => {
    const output = consoleOutput();
    const lines = Array.from({ length: 200 }, (_, i) => `at a.py:${i}\n`).join("");
    output.push({ stream: "stdout", bytes: encode(lines) }, 0);
    expect(output.flush(1)).toEqual([{ category: "stdout", output: lines }]);
  });
});

describe("a program that floods", () => {
  const line = encode(`${"x".repeat(99)}\n`);
  const total = 5_000_000;

  test("is shown at a bounded rate, with one line for what is left out, and its end", () => {
    const output = consoleOutput();
    const pieces: ConsolePiece[] = [];
    for (let sent = 0; sent < total; sent += line.length) output.push({ stream: "stdout", bytes: line }, 5);
    output.push({ stream: "stdout", bytes: encode("the very end\n") }, 5);
    pieces.push(...output.flush(40));
    pieces.push(...output.flush(50, true));
    const shown = texts(pieces, "stdout");
    expect(shown.length).toBeLessThan(1 << 20);
    expect(shown.endsWith("the very end\n")).toBe(true);
    expect(shown).toMatch(/^(x{99}\n)+the very end\n$/); // whole lines only
    const notes = pieces.filter((piece) => piece.category === "console");
    expect(notes).toHaveLength(1);
    expect(notes[0]?.output).toMatch(
      /^… [\d.]+ MiB of stdout left out here; everything is in \/runs\/x\/stdout.log\n$/,
    );
  });

  test("is shown again when it calms down", () => {
    const output = consoleOutput();
    const flood = new Uint8Array(3 << 20).fill(0x79);
    output.push({ stream: "stdout", bytes: encode("before\n") }, 0);
    output.push({ stream: "stdout", bytes: flood }, 0);
    expect(output.flush(0).map((piece) => piece.category)).toEqual(["stdout", "console", "stdout"]);
    output.push({ stream: "stdout", bytes: encode("\nafter\n") }, 2000);
    expect(texts(output.flush(3000), "stdout")).toBe("\nafter\n");
    expect(output.pending).toBe(false);
  });

  test("in both streams is told for both", () => {
    const output = consoleOutput();
    const flood = new Uint8Array(2 << 20).fill(0x79);
    output.push({ stream: "stdout", bytes: flood }, 0);
    output.push({ stream: "stderr", bytes: flood }, 0);
    expect(texts(output.flush(1, true), "console")).toMatch(/MiB of stdout and .* MiB of stderr left out/);
  });

  test("switching streams with every line makes few events", () => {
    const output = consoleOutput();
    for (let i = 0; i < 1000; i++) {
      output.push({ stream: i % 2 === 0 ? "stdout" : "stderr", bytes: encode(`${i}\n`) }, 0);
    }
    const pieces = output.flush(100);
    expect(pieces).toHaveLength(2);
    expect(texts(pieces, "stderr").split("\n")).toHaveLength(501);
  });
});

test("below the bound every byte is shown, in order, once", () => {
  const step = fc.record({
    stream: fc.constantFrom("stdout" as const, "stderr" as const),
    text: fc.oneof(fc.string({ unit: "grapheme", maxLength: 12 }), fc.constant("at a.py:3")),
    cut: fc.nat(12),
    wait: fc.nat(120),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const output = consoleOutput();
      const sent = { stdout: "", stderr: "" };
      const pieces: ConsolePiece[] = [];
      let now = 0;
      for (const { stream, text, cut, wait } of steps) {
        const printable = `${text.replace(/[\p{C}]/gu, "?")}\n`;
        const bytes = encode(printable);
        output.push({ stream, bytes: bytes.subarray(0, cut) }, now);
        output.push({ stream, bytes: bytes.subarray(cut) }, now);
        sent[stream] += printable;
        now += wait;
        pieces.push(...output.flush(now));
      }
      pieces.push(...output.flush(now, true));
      expect(texts(pieces, "stdout")).toBe(sent.stdout);
      expect(texts(pieces, "stderr")).toBe(sent.stderr);
      expect(texts(pieces, "console")).toBe("");
    }),
  );
});
