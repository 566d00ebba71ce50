import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LineRow, logColumns } from "../../../test/support/batches.ts";
import type { LogFilter } from "../../protocol/live.ts";
import { passesFilter } from "./logIndex.ts";
import { LogStore, MAX_PAGE_LINES } from "./logStore.ts";

const ALL: LogFilter = { minLevel: 0, unlevelled: true, search: "" };

const line: fc.Arbitrary<LineRow> = fc.record({
  time: fc.nat(1e9),
  text: fc.oneof(
    fc.constantFrom("epoch 1 loss=0.5", "ERROR cannot open Ünïcode", "trace: read(3)", "", "\ufeffbom", "I\u0307"),
    fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.toWellFormed()),
  ),
  level: fc.constantFrom(0, 5, 10, 20, 30, 40, 50),
  stream: fc.constantFrom(0 as const, 1 as const),
});
const filter: fc.Arbitrary<LogFilter> = fc.record({
  minLevel: fc.constantFrom(0, 5, 10, 20, 50),
  unlevelled: fc.boolean(),
  search: fc.constantFrom("", "LOSS", "o", "ü", "ÜNÏ", "read(", "\ufeff", "i\u0307", "no such text"),
});
const action = fc.oneof(
  fc.record({ add: fc.array(line, { maxLength: 20 }) }),
  fc.record({ filter, from: fc.integer({ min: -30, max: 60 }), count: fc.nat(30) }),
  fc.record({ filter, prepare: fc.nat(10) }),
);

/** Plays the actions against the store and against plain arrays. */
function checkPaging(actions: readonly (typeof action extends fc.Arbitrary<infer T> ? T : never)[]): void {
  const store = new LogStore();
  const all: LineRow[] = [];
  for (const step of actions) {
    if ("add" in step) {
      store.add(logColumns(step.add), []);
      all.push(...step.add);
    } else if ("prepare" in step) {
      store.prepare(step.filter, step.prepare);
    } else {
      const passing = [...all.entries()].filter(([, row]) => passesFilter(step.filter, row.level ?? 0, row.text));
      const start = step.from < 0 ? Math.max(passing.length + step.from, 0) : Math.min(step.from, passing.length);
      const page = store.page(step.filter, step.from, step.count);
      expect(page.matching).toBe(passing.length);
      expect(page.total).toBe(all.length);
      expect(page.first).toBe(start);
      expect(page.lines.map(({ index, message, timeNs, stream }) => ({ index, message, timeNs, stream }))).toEqual(
        passing.slice(start, start + step.count).map(([index, row]) => ({
          index,
          message: row.text,
          timeNs: row.time,
          stream: row.stream === 1 ? "stderr" : "stdout",
        })),
      );
    }
  }
}

test("pages under any filter equal filtering plain arrays", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => checkPaging(actions)),
    { numRuns: 300 },
  );
});

describe("a search", () => {
  test.each([
    ["Loss", "epoch 3 LOSS=0.1", true],
    ["loss", "epoch 3 acc=0.1", false],
    ["@", "`", false], // differ only in the bit that makes a letter lower case
    ["[", "{", false],
    ["a@b", "xA@B", true],
    ["a[", "a{", false],
    ["É", "caf\u00e9", true],
    ["abc", "ab", false],
    ["aab", "aaab", true],
  ])("%j in %j: %s", (search, text, found) => {
    const store = new LogStore();
    store.add(logColumns([{ time: 1, text }]), []);
    expect(store.page({ ...ALL, search }, 0, 10).matching).toBe(found ? 1 : 0);
  });
});

test("messages that are not the end of their line are kept as they are", () => {
  const store = new LogStore();
  const rows = [
    { time: 1, text: "INFO \u001b[1mhéllo world\u001b[0m", message: "héllo world" },
    { time: 2, text: "né 2026 WARN disk full", message: "disk full" },
    { time: 3, text: '{"msg":"a\\u0062"}', message: "ab" },
    { time: 4, text: "empty:", message: "" },
  ];
  store.add(logColumns(rows), []);
  expect(store.page(ALL, 0, 10).lines.map((each) => each.message)).toEqual(rows.map((row) => row.message));
  expect(store.page({ ...ALL, search: "2026" }, 0, 10).lines.map((each) => each.message)).toEqual(["disk full"]);
});

test("sites, levels and loggers come with the line", () => {
  const store = new LogStore();
  store.add(logColumns([{ time: 5, text: "x", level: 10, logger: "train.loop", stream: 1, site: 0 }]), [
    { file: "/w/train.py", line: 7 },
  ]);
  expect(store.page(ALL, 0, 1).lines).toEqual([
    {
      index: 0,
      timeNs: 5,
      stream: "stderr",
      level: "DEBUG",
      logger: "train.loop",
      message: "x",
      file: "/w/train.py",
      line: 7,
    },
  ]);
  expect(store.counts).toEqual({ DEBUG: 1 });
});

describe("beyond the budget", () => {
  const budget = 3 << 20;

  function filledStore(lines: number): LogStore {
    const store = new LogStore(budget);
    for (let done = 0; done < lines; done += 1000) {
      const rows = Array.from({ length: 1000 }, (_, i) => ({
        time: done + i,
        text: `line ${done + i} ${"x".repeat(100)}`,
        level: (done + i) % 10 === 0 ? 40 : 5,
      }));
      store.add(logColumns(rows), []);
      store.page({ ...ALL, minLevel: 40 }, -1, 1); // an index that lives through the dropping
    }
    return store;
  }

  test("the oldest lines go, positions stay and the memory is bounded", () => {
    const store = filledStore(60_000);
    expect(store.total).toBe(60_000);
    expect(store.dropped).toBeGreaterThan(0);
    expect(store.bytes).toBeLessThanOrEqual(budget);

    const newest = store.page(ALL, -2, 2);
    expect(newest.matching).toBe(60_000);
    expect(newest.first).toBe(59_998);
    expect(newest.lines.map((each) => each.index)).toEqual([59_998, 59_999]);

    const errors = store.page({ ...ALL, minLevel: 40 }, -1, 1);
    expect(errors.matching).toBe(6000);
    expect(errors.lines[0]?.index).toBe(59_990);
    expect(errors.dropped).toBe(Math.ceil(store.dropped / 10));

    const first = store.page(ALL, store.dropped - 1, 3);
    expect(first.first).toBe(store.dropped);
    expect(first.lines.map((each) => each.index)).toEqual([store.dropped, store.dropped + 1]);
    expect(store.page(ALL, 0, 10).lines).toEqual([]);
  });

  test("a filter that is new afterwards counts the lines held", () => {
    const store = filledStore(60_000);
    const page = store.page({ ...ALL, search: "LINE 5999" }, 0, 100);
    expect(page.lines.map((each) => each.index)).toEqual(
      [59_99, ...range(59_990, 60_000)].filter((i) => i > store.dropped),
    );
    expect(page.dropped).toBe(0);
  });

  test("a line larger than a chunk is kept whole", () => {
    const store = new LogStore(budget);
    const text = "\u20ac".repeat(400_000);
    store.add(
      logColumns([
        { time: 0, text: "before" },
        { time: 1, text },
        { time: 2, text: "after" },
      ]),
      [],
    );
    expect(store.page(ALL, 0, 3).lines.map((each) => each.message)).toEqual(["before", text, "after"]);
  });
});

test("a page holds at most the documented number of lines", () => {
  const store = new LogStore();
  store.add(logColumns(Array.from({ length: 2000 }, (_, i) => ({ time: i, text: `${i}` }))), []);
  expect(store.page(ALL, 0, 1e9).lines).toHaveLength(MAX_PAGE_LINES);
  expect(store.page(ALL, Number.NaN, Number.NaN).lines).toEqual([]);
});

test("a search can be spread over several turns", () => {
  const store = new LogStore();
  store.add(logColumns(Array.from({ length: 5000 }, (_, i) => ({ time: i, text: `${i % 100}` }))), []);
  const search = { ...ALL, search: "42" };
  let turns = 1;
  while (!store.prepare(search, 1000)) turns++;
  expect(turns).toBe(5);
  expect(store.page(search, 0, 1000).matching).toBe(50);
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
