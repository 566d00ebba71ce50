import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { traceBatch } from "../../test/support/batches.ts";
import { ConsoleOutput, type ConsolePiece } from "./consoleOutput.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function consoleOutput(): ConsoleOutput {
  return new ConsoleOutput({
    styles: true,
    wholeOutput: "/runs/x/stdout.log",
    resolveSource: (file) => (file.startsWith("/outside") ? undefined : `/w/${file}`),
  });
}

const texts = (pieces: readonly ConsolePiece[], category: string): string =>
  pieces
    .filter((piece) => piece.category === category)
    .map((piece) => piece.output)
    .join("");

test("output waits a moment for its sources, then goes in one piece", () => {
  const output = consoleOutput();
  output.push({ stream: "stdout", bytes: encode("one\n") }, 0);
  output.push({ stream: "stdout", bytes: encode("two\n") }, 10);
  expect(output.flush(20)).toEqual([]);
  expect(output.pending).toBe(true);
  expect(output.flush(90)).toEqual([{ category: "stdout", output: "one\ntwo\n" }]);
  expect(output.pending).toBe(false);
});

describe("lines that name a source", () => {
  const push = (output: ConsoleOutput): void => {
    output.push({ stream: "stdout", bytes: encode("start\nat train.py:7\nend\n") }, 0);
    output.push({ stream: "stderr", bytes: encode("bad\n") }, 0);
  };

  test("are linked", () => {
    const output = consoleOutput();
    push(output);
    output.locate(
      traceBatch({
        lines: [
          { time: 1, text: "start" },
          { time: 2, text: "at train.py:7", site: 0 },
          { time: 3, text: "end", site: 1 },
          { time: 4, text: "bad", stream: 1, offset: 0 },
        ],
        sites: [
          { file: "train.py", line: 7 },
          { file: "/outside/lib.py", line: 1 },
        ],
      }),
    );
    expect(output.flush(1)).toEqual([
      { category: "stdout", output: "start\n" },
      { category: "stdout", output: "at train.py:7\n", source: { file: "/w/train.py", line: 7 } },
      { category: "stdout", output: "end\n" },
      { category: "stderr", output: "bad\n" },
    ]);
  });

  test("are shown without a link rather than late", () => {
    const output = consoleOutput();
    push(output);
    const pieces = output.flush(100);
    expect(pieces).toEqual([
      { category: "stdout", output: "start\nat train.py:7\nend\n" },
      { category: "stderr", output: "bad\n" },
    ]);
  });

  test("lose their links when there are many at once", () => {
    const output = consoleOutput();
    const lines = Array.from({ length: 200 }, (_, i) => ({ time: i, text: `at a.py:${i}`, site: i }));
    output.push({ stream: "stdout", bytes: encode(lines.map(({ text }) => `${text}\n`).join("")) }, 0);
    output.locate(traceBatch({ lines, sites: lines.map((_, line) => ({ file: "a.py", line })) }));
    const pieces = output.flush(1);
    expect(pieces).toHaveLength(1);
    expect(texts(pieces, "stdout")).toContain("at a.py:0\n");
    expect(texts(pieces, "stdout")).toContain("at a.py:199\n");
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
    text: fc.string({ unit: "grapheme", maxLength: 12 }),
    cut: fc.nat(12),
    wait: fc.nat(120),
    told: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const output = consoleOutput();
      const sent = { stdout: "", stderr: "" };
      const offsets = { stdout: 0, stderr: 0 };
      const pieces: ConsolePiece[] = [];
      let now = 0;
      for (const { stream, text, cut, wait, told } of steps) {
        const printable = `${text.replace(/[\p{C}]/gu, "?")}\n`;
        const bytes = encode(printable);
        output.push({ stream, bytes: bytes.subarray(0, cut) }, now);
        output.push({ stream, bytes: bytes.subarray(cut) }, now);
        if (told) {
          const row = { time: now, text: printable.slice(0, -1), offset: offsets[stream], site: 0 };
          const lines = [{ ...row, stream: stream === "stdout" ? (0 as const) : (1 as const) }];
          output.locate(traceBatch({ lines, sites: [{ file: "a.c", line: 3 }] }));
        }
        sent[stream] += printable;
        offsets[stream] += bytes.length;
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
