import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { behaviourFrom } from "../../../../test/support/behaviours.ts";
import { goldenFileSchema } from "../../../protocol/goldenFile.ts";
import { straceTextReader } from "../../read/strace/straceText.ts";
import type { Behaviour, BehaviourSite, BehaviourThread, EventShape } from "../behaviour.ts";
import { behaviourOf } from "../behaviourOf.ts";
import { type GoldenFacts, goldenText } from "./goldenText.ts";
import { readGolden } from "./readGolden.ts";
import { readResult, shapeOfParts, storedResult } from "./storedShape.ts";

const SOURCE = { file: "golden_traces/app.json", name: "app" };
const FACTS: GoldenFacts = {
  name: "app",
  command: ["<workspace>/app", "--x"],
  os: "linux",
  arch: "x64",
  recorder: { filter: "", stacks: true, captureData: false },
  samples: 3,
  rules: ["environment-files", "addresses"],
  sources: {
    "src/b.c": "8c7e5a667f1b771847fe88c01c3de34413a1b220",
    "src/a.c": "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
  },
  varies: [{ thread: "main", name: "read", object: "/x", function: "load", varies: "count", min: 1, max: 3 }],
};

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (behaviour: Behaviour, facts = FACTS): string => [...goldenText(facts, behaviour)].join("");
const read = (text: string) => readGolden(encode(text), SOURCE);

/** Everything but where events come from, and without tables' order. */
function content({ threads, events, shapes, sites, exit }: Behaviour): unknown {
  const rows = Array.from({ length: events.length }, (_, event) => ({
    shape: shapes[events.shape[event] as number],
    site: sites[events.site[event] as number],
    thread: events.thread[event],
    startup: events.startup[event],
  }));
  return { threads, rows, exit };
}

const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom(
    "",
    "read",
    '"<workspace>/a"',
    ',"thread":7}',
    '"],"result":0',
    "\u2028",
    "\ud800",
    "__proto__",
    "a\nb",
    "\\",
    '\\"',
  ),
);
const shapesOf = fc
  .record({
    name: fc.oneof(fc.constantFrom("read", "openat", "futex", "connect"), texts),
    args: fc.array(texts, { maxLength: 4 }),
    outcome: fc.oneof(
      fc.record({ result: fc.maxSafeInteger().map((n) => n + 0) }),
      fc.constant({ result: Number.NaN }),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n }).map((n) => ({ result: Number(n), resultText: String(n) })),
      fc.constantFrom("ENOENT", "ERESTARTSYS", "EODD").map((errno) => ({ result: -1, errno })),
    ),
    value: texts,
  })
  .map(
    ({ outcome, ...rest }): EventShape =>
      shapeOfParts({ resultText: "", errno: "", ...rest, ...outcome }, undefined, true),
  );
const siteOf: fc.Arbitrary<BehaviourSite> = fc.record({ file: texts, line: fc.nat(), function: texts });
const behaviours = fc
  .record({
    shapes: fc.array(shapesOf, { minLength: 1, maxLength: 6 }),
    sites: fc.array(siteOf, { maxLength: 3 }),
    threads: fc.array(
      fc.record({
        role: fc.constantFrom("main" as const, "process" as const, "thread" as const),
        parent: fc.nat(3),
        execs: fc.array(texts, { maxLength: 2 }),
        exit: fc.oneof(fc.nat(255), fc.constantFrom("SIGSEGV", null)),
        pool: texts,
        events: fc.array(fc.tuple(fc.nat(5), fc.integer({ min: -1, max: 2 }), fc.boolean()), { maxLength: 8 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    exit: fc.oneof(fc.nat(255), fc.constantFrom("SIGKILL", null)),
  })
  .filter(({ threads }) => threads.some(({ events }) => events.length > 0))
  .map(({ shapes, sites, threads, exit }): Behaviour => {
    const all = threads.flatMap(({ events }, thread) => events.map((event) => [thread, ...event] as const));
    let at = 0;
    return {
      threads: threads.map(({ role, parent, execs, exit: end, pool, events }, index): BehaviourThread => {
        const from = at;
        at += events.length;
        return {
          key: `main#${index}`,
          role,
          parent: Math.min(parent, index) - 1,
          execs,
          exit: end,
          pool,
          from,
          to: at,
        };
      }),
      events: {
        length: all.length,
        shape: Int32Array.from(all, ([, shape]) => shape % shapes.length),
        thread: Int32Array.from(all, ([thread]) => thread),
        site: Int32Array.from(all, ([, , site]) => (site < sites.length ? site : -1)),
        row: new Int32Array(all.length),
        startup: Uint8Array.from(all, ([, , , startup]) => Number(startup)),
      },
      shapes,
      sites,
      exit,
      ruleHits: new Map(),
    };
  });

describe("goldens are read as they were written", () => {
  test("whatever they hold, line by line and laid out anew", () => {
    fc.assert(
      fc.property(behaviours, fc.constantFrom(undefined, 0, 2), (behaviour, indent) => {
        const written = textOf(behaviour);
        const text = indent === undefined ? written : JSON.stringify(JSON.parse(written), null, indent);
        const golden = read(text);
        expect(content(golden.behaviour)).toEqual(content(behaviour));
        expect(golden).toMatchObject({ origin: "goldentrace", header: { ...FACTS, schemaVersion: 1 } });
        expect(textOf(golden.behaviour, golden.header)).toBe(written);
      }),
    );
  });

  test("what behaviourOf makes of a recording", async () => {
    const log = [
      '7 1.000001 execve("/home/a/app", ["app"], 0x7ffc /* 9 vars */) = 0 <0.000010>',
      "7 1.000002 brk(NULL) = 0x55d5 <0.000001>",
      '7 1.000003 openat(AT_FDCWD</home/a>, "in.txt", O_RDONLY) = 3</home/a/in.txt> <0.000001>',
      '7 1.000004 read(3</home/a/in.txt>, "x", 4096) = 12 <0.000001>',
      '7 1.000005 openat(AT_FDCWD</home/a>, "no", O_RDONLY) = -1 ENOENT (No such file or directory) <0.000001>',
      "7 1.000006 exit_group(3) = ?",
      "7 1.000007 +++ exited with 3 +++",
    ];
    async function* source(): AsyncIterable<Uint8Array> {
      yield encode(`${log.join("\n")}\n`);
    }
    const context = { workspace: "/home/a", cwd: "/home/a", command: ["./app"] };
    const behaviour = behaviourOf(await straceTextReader.read(source()), context);
    const text = textOf(behaviour);
    const expected = {
      ...behaviour,
      events: { ...behaviour.events, row: Int32Array.from(behaviour.events.row.keys()) },
      ruleHits: new Map(),
    };
    expect(read(text).behaviour).toEqual(expected);
    expect(readGolden(encode(text), { ...SOURCE, context }).behaviour).toEqual(expected);
    expect(goldenFileSchema.parse(JSON.parse(text)).syscalls.at(-1)).toMatchObject({ name: "exit_group", result: "?" });
  });

  test("results keep their value", () => {
    fc.assert(
      fc.property(shapesOf, (shape) => {
        const { result, resultText, errno } = shape;
        expect(readResult(storedResult(shape), errno)).toEqual({ result, resultText });
      }),
    );
  });
});

describe("equal behaviour gives equal bytes", () => {
  test("whatever the order of sources", () => {
    const behaviour = behaviourFrom("openat a @load:1; read a 10 x2 @load:2; ~brk\nmain>w [pool w]: futex");
    const sources = Object.fromEntries(Object.entries(FACTS.sources).reverse());
    expect(textOf(behaviour, { ...FACTS, sources })).toBe(textOf(behaviour));
    expect(textOf(behaviour)).toMatchInlineSnapshot(`
      "{
        "version": "0.6.6",
        "format": "renacer-json-v1",
        "goldentrace": {
          "schemaVersion": 1,
          "name": "app",
          "command": ["<workspace>/app","--x"],
          "os": "linux",
          "arch": "x64",
          "recorder": {"filter":"","stacks":true,"captureData":false},
          "samples": 3,
          "rules": ["environment-files","addresses"],
          "sources": {
            "src/a.c": "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
            "src/b.c": "8c7e5a667f1b771847fe88c01c3de34413a1b220"
          },
          "threads": [
            {"key":"main","role":"main","parent":-1,"execs":[],"exit":null},
            {"key":"main>w","role":"thread","parent":0,"execs":[],"exit":null,"pool":"w"}
          ],
          "varies": [
            {"thread":"main","name":"read","object":"/x","function":"load","varies":"count","min":1,"max":3}
          ]
        },
        "syscalls": [
          {"name":"openat","args":["a"],"result":0,"thread":0,"source":{"file":"load.c","line":1,"function":"load"}},
          {"name":"read","args":["a","","10"],"result":0,"thread":0,"source":{"file":"load.c","line":2,"function":"load"}},
          {"name":"read","args":["a","","10"],"result":0,"thread":0,"source":{"file":"load.c","line":2,"function":"load"}},
          {"name":"brk","args":[],"result":0,"thread":0,"startup":true},
          {"name":"futex","args":[],"result":0,"thread":1}
        ],
        "summary": {"total_syscalls":5,"exit_code":null}
      }
      "
    `);
  });
});
