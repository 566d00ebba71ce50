import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LogRecord } from "../../trace/records.ts";
import { MAX_LOG_TEXT } from "../../trace/trace.ts";
import { LogReader, type LogReaderOptions } from "./logReader.ts";

const encoder = new TextEncoder();

function read(
  chunks: readonly Uint8Array[],
  options: LogReaderOptions = {},
): { records: LogRecord[]; reader: LogReader } {
  const records: LogRecord[] = [];
  const reader = new LogReader({ addLog: (record) => records.push(record) }, "stderr", options);
  for (const chunk of chunks) reader.push(chunk, 7);
  reader.end();
  return { records, reader };
}

const readText = (text: string) => read([encoder.encode(text)]).records;

/** The byte ranges of the records and one line feed between them must be the stream. */
function checkTiling(bytes: Uint8Array, records: readonly LogRecord[]): void {
  let at = 0;
  for (const { offset, byteLength } of records) {
    expect(offset).toBe(at);
    at = offset + byteLength + 1;
    if (at <= bytes.length) expect(bytes[at - 1]).toBe(10);
  }
  // The last line may lack its line feed.
  expect([at, at - 1]).toContain(bytes.length);
}

/** Bytes that hit what the reader looks for: lines, ends, escapes, halves of characters, heads and parts of blocks. */
const stream = fc
  .array(
    fc.oneof(
      fc
        .constantFrom(
          "\n",
          "\r\n",
          "\r",
          "\n\n",
          "\x1b[31mred\x1b[0m",
          "\x1b]0;title",
          "\x9b",
          "\0",
          "é→😀",
          "\ufeff",
          "ERROR:root:failed\n",
          "INFO:root:fine\n",
          "Traceback (most recent call last):\n",
          '  File "a.py", line 3, in f\n    f()\n',
          "ValueError: bad\n",
          "\nDuring handling of the above exception, another exception occurred:\n\n",
          "thread 'main' panicked at src/main.rs:3:5:\nboom\n",
          "note: run with `RUST_BACKTRACE=1`\n",
          "panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/a.go:8 +0x1d\n",
          "java.lang.IllegalStateException: x\n",
          "\tat com.acme.A.run(A.java:12)\n",
          "Fatal Python error: Aborted\n\n",
        )
        .map((text) => encoder.encode(text)),
      fc.uint8Array({ maxLength: 12 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => new Uint8Array(parts.flatMap((part) => [...part])));

describe("any bytes", () => {
  test("ranges tile the stream, however it is cut", () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(200), { maxLength: 20 }), (bytes, cuts) => {
        const whole = read([bytes]).records;
        checkTiling(bytes, whole);
        const positions = [...new Set([0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length])].sort(
          (a, b) => a - b,
        );
        const chunks = positions.slice(1).map((end, index) => bytes.subarray(positions[index], end));
        expect(read(chunks).records).toEqual(whole);
        expect(read([...bytes].map((byte) => Uint8Array.of(byte))).records).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  test("ranges tile the stream although waiting records are handed out at any time", () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 60 }), (bytes, size) => {
        const records: LogRecord[] = [];
        const reader = new LogReader({ addLog: (record) => records.push(record) }, "stdout");
        for (let at = 0; at < bytes.length; at += size) {
          reader.push(bytes.subarray(at, at + size), at);
          reader.flush();
        }
        reader.end();
        checkTiling(bytes, records);
      }),
      { numRuns: 500 },
    );
  });

  test("texts hold no escape and at most MAX_LOG_TEXT characters", () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        for (const { text, message } of read([bytes]).records) {
          expect(text).not.toMatch(/\x1b/);
          expect(Math.max(text.length, message.length)).toBeLessThanOrEqual(MAX_LOG_TEXT);
        }
      }),
    );
  });
});

describe("lines", () => {
  test("a carriage return before the line feed belongs to the range and not to the text", () => {
    const records = readText("one\r\ntwo\r\n");
    expect(records.map(({ text, offset, byteLength }) => [text, offset, byteLength])).toEqual([
      ["one", 0, 4],
      ["two", 5, 4],
    ]);
  });

  test("a progress bar is one line, and a log line behind it is understood", () => {
    const records = readText("  0%|    | 0/2\r 50%|##  | 1/2\r100%|####| 2/2\n 10%|#   | 1/9\rINFO:root:saved\n");
    expect(records).toHaveLength(2);
    expect(records[0]).toMatchObject({ level: 0, text: "  0%|    | 0/2\r 50%|##  | 1/2\r100%|####| 2/2" });
    expect(records[1]).toMatchObject({ level: 20, logger: "root", message: "saved" });
  });

  test("an unfinished last line becomes a record at the end", () => {
    expect(readText("a\nERROR:root:b").map(({ message }) => message)).toEqual(["a", "b"]);
    expect(readText("")).toEqual([]);
    expect(readText("\n")).toMatchObject([{ text: "", byteLength: 0 }]);
  });

  test("invalid UTF-8 is replaced, NUL and a byte-order mark stay, colours go", () => {
    const bytes = Uint8Array.from([
      0xff,
      0x61,
      0x00,
      0xe2,
      0x82,
      10,
      ...encoder.encode("\ufeff\x1b[1;31mred\x1b[0m é\n"),
    ]);
    const { records } = read([bytes]);
    expect(records.map(({ text }) => text)).toEqual(["\ufffda\0\ufffd", "\ufeffred é"]);
    expect(records.map(({ byteLength }) => byteLength)).toEqual([5, bytes.length - 7]);
  });

  test("a coloured log line has its level", () => {
    const line =
      "\x1b[2m2026-11-22T02:04:37.123456Z\x1b[0m \x1b[35mTRACE\x1b[0m \x1b[2mmy_crate::db\x1b[0m\x1b[2m:\x1b[0m query\n";
    expect(readText(line)).toMatchObject([{ level: 5, logger: "my_crate::db", message: "query" }]);
  });

  test("titles and links vanish, an escape without end hides nothing", () => {
    const link = "\x1b]8;;https://example.org\x1b\\text\x1b]8;;\x1b\\";
    expect(readText(`\x1b]0;title\x07${link} \x1bP1$r\x1b\\end\n`)[0]?.text).toBe("text end");
    expect(readText("shown \x1b]0;still shown\n\x1b[12;\n")).toMatchObject([
      { text: "shown 0;still shown" },
      { text: "12;" },
    ]);
  });

  test("a line of 100 MB keeps its length, its head and little memory", () => {
    const records: LogRecord[] = [];
    const reader = new LogReader({ addLog: (record) => records.push(record) }, "stdout");
    const piece = new Uint8Array(1 << 20).fill(120);
    reader.push(encoder.encode("ERROR:root:"), 0);
    for (let count = 0; count < 100; count++) reader.push(piece, 0);
    reader.push(encoder.encode("\nnext\n"), 0);
    reader.end();
    expect(records).toHaveLength(2);
    expect(records[0]).toMatchObject({ level: 40, logger: "root", offset: 0, byteLength: 100 * (1 << 20) + 11 });
    expect(records[0]?.message).toHaveLength(MAX_LOG_TEXT);
    expect(records[1]).toMatchObject({ text: "next", offset: 100 * (1 << 20) + 12 });
  });

  test("a long line that the stream's end cuts keeps its length", () => {
    const { records } = read([new Uint8Array(200_000).fill(120)]);
    expect(records).toMatchObject([{ offset: 0, byteLength: 200_000 }]);
  });

  test("JSON beyond the limit has its level and message", () => {
    const line = `{"level":50,"msg":"too \\"long\\"","data":"${"x".repeat(200_000)}"}\n`;
    expect(readText(line)).toMatchObject([{ level: 40, message: 'too "long"' }]);
  });

  test("a line has the time of its last byte", () => {
    const records: LogRecord[] = [];
    const reader = new LogReader({ addLog: (record) => records.push(record) }, "stdout");
    reader.push(encoder.encode("fir"), 1);
    reader.push(encoder.encode("st\nsecond\n"), 2);
    reader.end();
    expect(records.map(({ time, stream }) => [time, stream])).toEqual([
      [2, "stdout"],
      [2, "stdout"],
    ]);
  });

  test("beyond the limit lines are counted, and that is told once", () => {
    let told = 0;
    const { records, reader } = read([encoder.encode("ERROR:a:1\n\tat x\n2\n3\n4\n5")], {
      maxRecords: 2,
      onOverflow: () => told++,
    });
    expect(records.map(({ message }) => message)).toEqual(["1\n\tat x", "2"]);
    expect(reader.notIndexed).toBe(3);
    expect(told).toBe(1);
  });
});

/** Each case: output, and what its records are: level, message, site, lines covered. */
type Shown = readonly [level: number, message: string, site: string, lines: number];

function show(text: string): Shown[] {
  const bytes = encoder.encode(text);
  const { records } = read([bytes]);
  checkTiling(bytes, records);
  return records.map(({ level, message, site, offset, byteLength }) => {
    const covered = new TextDecoder().decode(bytes.subarray(offset, offset + byteLength));
    return [level, message, site === undefined ? "" : `${site.file}:${site.line}`, covered.split("\n").length];
  });
}

const PYTHON = `Traceback (most recent call last):
  File "a.py", line 3, in <module>
    f()
    ~^^
  File "b.py", line 9, in f
    1/0
ZeroDivisionError: division by zero
`;

const BLOCKS: Readonly<Record<string, readonly [output: string, ...shown: Shown[]]>> = {
  "a Python traceback of its own": [
    `${PYTHON}after\n`,
    [40, "ZeroDivisionError: division by zero", "b.py:9", 7],
    [0, "after", "", 1],
  ],
  "a Python traceback below its log line, with that line's level": [
    `2026-02-05 10:30:15,123 | CRITICAL | app | failed\n${PYTHON}INFO:root:on\n`,
    [50, `failed\n${PYTHON.trimEnd()}`, "b.py:9", 8],
    [20, "on", "", 1],
  ],
  "an uncaught exception after an ordinary line": [
    `INFO:root:on\n${PYTHON}`,
    [20, "on", "", 1],
    [40, "ZeroDivisionError: division by zero", "b.py:9", 7],
  ],
  "chained Python exceptions": [
    `${PYTHON}\nThe above exception was the direct cause of the following exception:\n\n${PYTHON.replace("b.py", "c.py")}\nlast\n`,
    [40, "ZeroDivisionError: division by zero", "c.py:9", 17],
    [0, "", "", 1],
    [0, "last", "", 1],
  ],
  "a Python exception in a thread": [
    `Exception in thread Thread-1 (f):\n${PYTHON}`,
    [40, "ZeroDivisionError: division by zero", "b.py:9", 8],
  ],
  "a Python exception group": [
    `  + Exception Group Traceback (most recent call last):
  |   File "a.py", line 4, in <module>
  | ExceptionGroup: several (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: a
    +------------------------------------
after
`,
    [40, "ExceptionGroup: several (2 sub-exceptions)", "a.py:4", 6],
    [0, "after", "", 1],
  ],
  "a Python syntax error": [
    '  File "se.py", line 1\n    x = = 1\n        ^\nSyntaxError: invalid syntax\n',
    [40, "SyntaxError: invalid syntax", "se.py:1", 4],
  ],
  "a crash that faulthandler tells": [
    `Fatal Python error: Segmentation fault

Current thread 0x00007f0112e01b80 (most recent call first):
  File "/lib/ctypes/__init__.py", line 519 in string_at
  File "a.py", line 3 in f
after
`,
    [50, "Fatal Python error: Segmentation fault", "/lib/ctypes/__init__.py:519", 5],
    [0, "after", "", 1],
  ],
  "ranks in front of a traceback": [
    PYTHON.replace(/^(?=.)/gm, "[rank0]: "),
    [40, "ZeroDivisionError: division by zero", "b.py:9", 7],
  ],
  "a Rust panic": [
    "\nthread 'main' (3180) panicked at src/main.rs:16:28:\nasked to panic\nnote: run with `RUST_BACKTRACE=1`\nafter\n",
    [0, "", "", 1],
    [50, "asked to panic", "src/main.rs:16", 3],
    [0, "after", "", 1],
  ],
  "a Rust panic with its backtrace": [
    `thread 'worker' panicked at src/main.rs:3:5:
assertion \`left == right\` failed
  left: 1
 right: 2
stack backtrace:
   0: rust_begin_unwind
             at /rustc/5980/library/std/src/panicking.rs:689:5
   1: rust_log::main
             at ./src/main.rs:16:28
note: Some details are omitted
note: second
after
`,
    [50, "assertion `left == right` failed", "src/main.rs:3", 11],
    [0, "after", "", 1],
  ],
  "an older Rust panic": [
    "thread 'main' panicked at 'boom', src/main.rs:3:5\nnote: run with\n",
    [50, "boom", "src/main.rs:3", 2],
  ],
  "a Go panic": [
    `panic: runtime error: index out of range [5] with length 1 [recovered]

goroutine 19 [running]:
panic({0x1, 0x2})
	/usr/local/go/src/runtime/panic.go:770 +0x132
main.(*T).run(...)
	/tmp/fx/go.go:4
main.main.func1()
	/tmp/fx/go.go:7 +0x45
created by main.main in goroutine 1
	/tmp/fx/go.go:7 +0x65

goroutine 1 [semacquire]:
sync.(*WaitGroup).Wait(0xc00001)
	/usr/local/go/src/sync/waitgroup.go:118 +0x48
exit status 2
after
`,
    [50, "panic: runtime error: index out of range [5] with length 1 [recovered]", "/tmp/fx/go.go:4", 16],
    [0, "after", "", 1],
  ],
  "a Go deadlock and what follows a blank line": [
    "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.main()\n\t/a.go:2 +0x25\n\nafter\n",
    [50, "fatal error: all goroutines are asleep - deadlock!", "/a.go:2", 5],
    [0, "", "", 1],
    [0, "after", "", 1],
  ],
  "a Java stack below its log line": [
    `12:00:00.000 [main] ERROR com.acme.App - it failed
java.lang.IllegalStateException: broken
	at com.acme.App.run(App.java:12) ~[app.jar:1.0]
	at com.acme.App.main(App.java:3)
Caused by: java.io.IOException: disk
	at com.acme.Disk.read(Disk.java:7)
	... 2 more
after
`,
    [
      40,
      "it failed\njava.lang.IllegalStateException: broken\n\tat com.acme.App.run(App.java:12) ~[app.jar:1.0]\n\tat com.acme.App.main(App.java:3)\nCaused by: java.io.IOException: disk\n\tat com.acme.Disk.read(Disk.java:7)\n\t... 2 more",
      "App.java:12",
      7,
    ],
    [0, "after", "", 1],
  ],
  "a Java exception of its own": [
    'Exception in thread "main" java.lang.RuntimeException: x\n\tat A.main(A.java:3)\n',
    [40, 'Exception in thread "main" java.lang.RuntimeException: x', "A.java:3", 2],
  ],
  "a JavaScript error": [
    "TypeError: bad\n    at Array.map (<anonymous>)\n    at run (/src/n.js:1:23)\n    at node:internal/main/x:28:49\n\nNode.js v20\n",
    [40, "TypeError: bad", "/src/n.js:1", 4],
    [0, "", "", 1],
    [0, "Node.js v20", "", 1],
  ],
  "an exception's name without a stack": [
    "ERROR:root:first\nTypeError: alone\nnext\n",
    [40, "first", "", 1],
    [0, "TypeError: alone", "", 1],
    [0, "next", "", 1],
  ],
  "a C++ exception that nobody caught": [
    "terminate called after throwing an instance of 'std::runtime_error'\n  what():  boom\nafter\n",
    [50, "std::runtime_error: boom", "", 2],
    [0, "after", "", 1],
  ],
  "tracing's pretty layout": [
    "  2026-11-22T02:04:37.123456Z  INFO my_crate: hello\n    at src/main.rs:10 on ThreadId(1)\n    in my_crate::span with id: 1\n\nnext\n",
    [20, "hello\n    at src/main.rs:10 on ThreadId(1)\n    in my_crate::span with id: 1", "src/main.rs:10", 3],
    [0, "", "", 1],
    [0, "next", "", 1],
  ],
};

test.each(Object.entries(BLOCKS))("%s is one record", (_, [output, ...shown]) => {
  expect(show(output)).toEqual(shown);
});

test("what waits is handed out on request, and its rest keeps its level", () => {
  const records: LogRecord[] = [];
  const reader = new LogReader({ addLog: (record) => records.push(record) }, "stderr");
  const lines = PYTHON.split(/(?<=\n)/);
  for (const line of lines.slice(0, 3)) reader.push(encoder.encode(line), 0);
  expect(records).toHaveLength(0);
  reader.flush();
  expect(records).toHaveLength(1);
  for (const line of lines.slice(3)) reader.push(encoder.encode(line), 0);
  reader.push(encoder.encode("after\n"), 0);
  expect(records.map(({ level }) => level)).toEqual([40, 40, 0]);
  expect(records[1]).toMatchObject({ message: "ZeroDivisionError: division by zero", site: { file: "b.py", line: 9 } });
});

test("a block without end is handed out in parts", () => {
  const records = readText(`Traceback (most recent call last):\n${"  and on\n".repeat(12_000)}`);
  expect(records.length).toBeGreaterThan(1);
  expect(records.every(({ level }) => level === 40)).toBe(true);
});
