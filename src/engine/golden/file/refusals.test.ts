import { describe, expect, test } from "vitest";
import { behaviourFrom } from "../../../../test/support/behaviours.ts";
import { ExpectedError } from "../../../base/errors.ts";
import { goldenText } from "./goldenText.ts";
import { performanceText, readPerformance } from "./performanceFile.ts";
import { MAX_FOREIGN_BYTES, readGolden, refuseTooLarge } from "./readGolden.ts";

const SOURCE = { file: "app.json", name: "app" };
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const GOLDEN = [
  ...goldenText(
    {
      name: "app",
      command: ["app"],
      os: "linux",
      arch: "x64",
      recorder: { filter: "", stacks: true, captureData: false },
      samples: 1,
      rules: [],
      sources: { "a.c": "8c7e5a667f1b771847fe88c01c3de34413a1b220" },
      varies: [],
    },
    behaviourFrom("openat a @load:1; read a 10 x2 @load:2; write b 9\nmain>w: write c 1"),
  ),
].join("");
const RENACER = (syscalls: string, rest = ""): string =>
  `{\n  "version": "0.6.2",\n  "format": "renacer-json-v1",\n  "syscalls": [${syscalls}]${rest}\n}\n`;
const CALL = '{"name":"read","args":["0x3","0x7f","0x1"],"result":1}';

/** What is said about a file: message and way out. */
function said(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    expect(error.code).toBe("unreadable-trace");
    expect(error.message).not.toMatch(/[\n\u001b]/);
    return `${error.message} | ${error.wayOut}`;
  }
  throw new Error("It was read");
}
const refused = (text: string): string => said(() => readGolden(encode(text), SOURCE));
const replaced = (from: string | RegExp, to: string): string => {
  const text = GOLDEN.replace(from, to);
  expect(text).not.toBe(GOLDEN);
  return text;
};

describe("files that are no golden are refused with the reason", () => {
  test.each<[string, string, RegExp]>([
    ["nothing", "", /is empty \| Record it again: goldentrace accept app/],
    ["blanks", " \n\n", /is empty/],
    ["program output", "=====\nhello \u001b[31m{", /is program output and not a trace: it begins with "====="/],
    ["other JSON", '{"a": 1}', /is JSON, but not a trace/],
    ["a JSON list", "[1, 2]", /is JSON, but not a trace/],
    ["a number", "42", /is program output/],
    ["another format", '{"version":"1","format":"other","syscalls":[]}', /is JSON, but not a trace/],
    ["an empty trace", RENACER(""), /holds no system calls: whatever recorded it failed/],
    [
      "the empty literal of published scripts",
      '{"version":"0.6.2","format":"renacer-json-v1","syscalls":[]}',
      /no system/,
    ],
    ["a cut off file of renacer", RENACER(`${CALL}, ${CALL}`).slice(0, -60), /is cut off/],
    ["fewer calls than told", RENACER(CALL, ',"summary":{"total_syscalls":2}'), /says that they are 2: it was cut/],
    ["a call without a name", RENACER('{"args":[],"result":1}'), /is damaged at syscalls.0.name/],
    ["deep nesting", "[".repeat(100_000), /is nested deeper/],
    ["deep nesting inside", RENACER(`{"name":${"[".repeat(5000)}${"]".repeat(5000)}}`), /is nested deeper/],
    ["__proto__ in a foreign file", RENACER(`{"name":"a","__proto__":{"x":1}}`), /has a key "__proto__"/],
    ["an escaped __proto__", RENACER('{"name":"a","\\u005f_proto__":{}}'), /has a key "__proto__"/],
    ["broken JSON", RENACER("{'name': 1}"), /is not valid JSON/],
    [
      "a table without its total",
      "% time     seconds  usecs/call     calls    errors syscall\n  1.0 0.1 1 3 read\n",
      /total is missing/,
    ],
    [
      "a newer schema",
      replaced('"schemaVersion": 1', '"schemaVersion": 2'),
      /newer Goldentrace .* \| Update Goldentrace/,
    ],
    ["__proto__ in a golden", replaced('"name": "app"', '"__proto__": {}, "name": "app"'), /has a key "__proto__"/],
    ["__proto__ in an event", replaced('"args":["a"]', '"__proto__":{},"args":["a"]'), /has a key "__proto__"/],
    ["numbers beyond 2^53", replaced('"result":0', '"result":9007199254740993'), /numbers beyond 2\^53/],
    ["numbers beyond all", replaced('"result":0', '"result":1e20'), /result that no number can hold/],
    ["a thread that is not there", replaced('"thread":1', '"thread":7'), /event 5 names a thread \(7\)/],
    ["threads out of order", replaced('"thread":0', '"thread":1'), /event 2 stands behind an event of a later thread/],
    ["a thread twice", replaced('"key":"main>w"', '"key":"main"'), /lists two threads under one name/],
    ["a thread's parent", replaced('"parent":0', '"parent":9'), /parent \(9\) it does not list/],
    ["an event fewer", replaced(/ {4}.*"b".*\n/, ""), /holds 4 events and says that they are 5: it was cut or merged/],
    ["a wrong type", replaced('"args":["a"]', '"args":"a"'), /is damaged at event 1.args/],
    [
      "a merge conflict",
      replaced('    {"name":"write"', '<<<<<<< HEAD\n    {"name":"write"'),
      /unresolved merge conflict/,
    ],
    ["a merge conflict in the header", replaced('    "os"', '<<<<<<< HEAD\n    "os"'), /unresolved merge conflict/],
    [
      "a merge conflict between whole files",
      `<<<<<<< HEAD\n${GOLDEN}=======\n${GOLDEN}>>>>>>> theirs\n`,
      /unresolved merge conflict/,
    ],
    ["a line of 17 MB", replaced('"a"', `"${"a".repeat(17 << 20)}"`), /has a line of more than 16 MB/],
    ["a foreign line of 17 MB", `{"x": "${"a".repeat(17 << 20)}"}`, /has a line of more than 16 MB/],
  ])("%s", (_, text, expected) => {
    expect(refused(text)).toMatch(expected);
  });

  test("a golden that was cut anywhere", () => {
    for (let end = 1; end < GOLDEN.length - 2; end++) {
      const text = GOLDEN.slice(0, end);
      if (text.trimEnd().endsWith("}\n}")) continue;
      expect(refused(text)).toMatch(/is cut off|is program output|is JSON, but|is not valid JSON/);
    }
  });

  test("any byte that is no UTF-8", () => {
    const bytes = encode(GOLDEN);
    bytes[GOLDEN.indexOf('"args":["a"') + 9] = 0xff;
    expect(said(() => readGolden(bytes, SOURCE))).toMatch(/is not UTF-8 text/);
  });

  test("too large, before it is read", () => {
    const way = said(() => refuseTooLarge(10e9, SOURCE));
    expect(way).toMatch(/too large for a golden trace \(9.31 GiB, the limit is 1.00 GiB\) \| Record less/);
    expect(said(() => readGolden(new Uint8Array(MAX_FOREIGN_BYTES + 1), SOURCE))).toMatch(/too large/);
  });
});

describe("what is a golden stays one", () => {
  const events = (text: string): number => readGolden(encode(text), SOURCE).behaviour.events.length;
  test.each<[string, string]>([
    ["line ends of Windows", GOLDEN.replaceAll("\n", "\r\n")],
    ["a byte order mark", `\ufeff${GOLDEN}`],
    ["laid out by an editor", JSON.stringify(JSON.parse(GOLDEN), null, 4)],
    ["output before", `hello\n{"a": 1}\n${GOLDEN}`],
    ["output after", `${GOLDEN}bye\n{`],
  ])("%s", (_, text) => expect(events(text)).toBe(5));

  test.each<[string, string]>([
    ["a banner", `[renacer: DWARF debug info loaded from /x]\n${RENACER(CALL)}`],
    ["a program that prints JSON", `{\n  "version": "9", "x": [1]\n}\n${RENACER(CALL)}`],
    ["a program that prints JSON afterwards", `${RENACER(CALL)}{"version": "9"}\n{"version": {`],
    ["a program that prints renacer's own JSON before", `${RENACER(`${CALL},${CALL}`)}${RENACER(CALL)}`],
    ["pairs for arguments", RENACER('{"name":"read","args":[["fd","3"],["count",1]],"result":1}')],
    [
      "all that is optional",
      RENACER('{"name":"read","args":[],"result":1,"duration_us":3,"ts_us":7,"tid":9,"source":null}'),
    ],
    ["results beyond 2^53", RENACER('{"name":"read","args":[],"result":18446744073709551615}')],
  ])("renacer: %s", (_, text) => {
    const golden = readGolden(encode(text), SOURCE);
    expect([golden.origin, golden.behaviour.events.length]).toEqual(["renacer", 1]);
  });
});

describe("performance samples", () => {
  const PERFORMANCE = {
    schemaVersion: 1,
    name: "app",
    machine: { arch: "x64", cpus: 2, kernel: "6.1", hostname: "h", recorder: "strace 6.1" },
    samples: [1, 2].map((n) => ({
      wallNs: n,
      cpuNs: null,
      peakRssBytes: 1,
      readBytes: 2,
      writtenBytes: 3,
      syscallNs: 4,
      mappedBytes: 5,
      sites: [{ file: "a.c", line: 3, function: "f", calls: 2, totalNs: 1.5 }],
    })),
  };
  test("are read as they were written", () => {
    for (const value of [PERFORMANCE, { ...PERFORMANCE, samples: [] }]) {
      expect(readPerformance(encode(performanceText(value)), SOURCE)).toEqual(value);
    }
  });
  test.each<[string, string, RegExp]>([
    ["newer", performanceText(PERFORMANCE).replace('"schemaVersion": 1', '"schemaVersion": 2'), /newer/],
    ["cut off", performanceText(PERFORMANCE).slice(0, -9), /cut off/],
    ["text", "hello", /holds no performance samples/],
    ["a wrong type", performanceText(PERFORMANCE).replace('"cpus":2', '"cpus":"2"'), /damaged at machine.cpus/],
    ["too deep", `{"a":${"[".repeat(9999)}`, /nested too deeply/],
  ])("%s", (_, text, expected) => expect(said(() => readPerformance(encode(text), SOURCE))).toMatch(expected));
});
