import { describe, expect, test } from "vitest";
import { behaviourFrom, goldenFrom } from "../../../../test/support/behaviours.ts";
import type { IgnoreRule } from "../../../protocol/goldenConfig.ts";
import type { Behaviour } from "../behaviour.ts";
import { compareBehaviours } from "./compareBehaviours.ts";
import type { BehaviourComparison, CompareOptions, RunFacts } from "./options.ts";
import { matchesWildcard } from "./wildcard.ts";

const SAME: CompareOptions = { mode: "observable", mapSite: (file, line) => ({ file, line }) };
const RUN: RunFacts = { os: "linux", arch: "x64", filter: "", captureData: false, stacks: true, rules: [] };

const compare = (golden: string, actual: string, options: Partial<CompareOptions> = {}): BehaviourComparison =>
  compareBehaviours(goldenFrom(golden), behaviourFrom(actual), { ...SAME, ...options });
const titles = ({ divergences }: BehaviourComparison): string[] => divergences.map(({ title }) => title);

describe("what cannot be compared is incomparable, with a reason", () => {
  const checkIncomparable = (comparison: BehaviourComparison, reason: RegExp): void => {
    expect(comparison).toMatchObject({ verdict: "incomparable", confidence: 0, divergences: [], renacer: null });
    expect(comparison.reason).toMatch(reason);
  };
  const withHeader = (header: Parameters<typeof goldenFrom>[1], run: Partial<RunFacts> = {}): BehaviourComparison =>
    compareBehaviours(goldenFrom("read a 1", header), behaviourFrom("read a 1"), { ...SAME, run: { ...RUN, ...run } });

  test("the same facts are comparable", () => expect(withHeader({}).verdict).toBe("equivalent"));
  test("an empty golden", () => checkIncomparable(compare("", "read a 1"), /golden holds no events.*accept/));
  test("an empty run", () => checkIncomparable(compare("read a 1", ""), /run holds no events/));
  test("two empty ones", () => checkIncomparable(compare("", ""), /no events/));
  test("another architecture", () =>
    checkIncomparable(
      withHeader({ arch: "arm64" }),
      /linux on arm64, the run on linux on x64.*accept demo`.*target of its own, such as demo-x64/,
    ));
  test("another system", () => checkIncomparable(withHeader({ os: "darwin" }), /darwin on x64/));
  test("another filter", () =>
    checkIncomparable(withHeader({}, { filter: "file" }), /all system calls, the run with the system calls "file"/));
  test("when rules ignore everything", () => {
    checkIncomparable(
      compare("read a 1; fsync b", "read a 1", { ignore: [{ object: "*" }] }),
      /nothing to compare.*golden\.ignore/,
    );
    expect(compare("read a 1; fsync b", "read a 1", { ignore: [{ object: "b" }] }).verdict).toBe("equivalent");
  });
  test("contents of buffers on one side", () =>
    checkIncomparable(withHeader({}, { captureData: true }), /captureData/));
  test("another way of normalising", () =>
    checkIncomparable(withHeader({ normalisation: 0 }, {}), /another version .*accept/));
  test("a rule that is off now", () =>
    checkIncomparable(withHeader({ rules: ["ports", "times"] }, { rules: ["times"] }), /1 normalisation rule .*ports/));
  test("not a rule that is new", () => {
    expect(withHeader({ rules: ["times"] }, { rules: ["times", "ports"] }).verdict).toBe("equivalent");
  });
});

describe("files of renacer", () => {
  const renacer = (golden: string, actual: string): BehaviourComparison =>
    compareBehaviours({ ...goldenFrom(golden), origin: "renacer" }, behaviourFrom(actual), SAME);

  test("names, failures and opened paths are compared, other arguments are not", () => {
    const same = renacer(
      "openat a 0x80000; read - 0x3 0x7ffe 10",
      "openat a O_RDONLY; read a 4096 =12\nmain>w: write b 1",
    );
    expect(same).toMatchObject({ verdict: "equivalent" });
    expect(same.notes.join()).toMatch(/only names, failures and opened paths.*first thread only/);
    expect(titles(renacer("openat a; read - 0x3", "openat b; read a 9 =EIO"))).toHaveLength(3);
  });

  test("a summary is compared by counts, start-up included", () => {
    expect(renacer("openat - x3; read - x2", "~openat libc; read a 1; openat b x2; read c 5").verdict).toBe(
      "equivalent",
    );
    const more = renacer("openat - x3; read - x2", "openat b x3; read c 5 x40");
    expect(more.mode).toBe("counts");
    expect(titles(more)).toEqual(["38 more `read`"]);
    // Which of these a call is taken for depends on its arguments, and the table has none.
    expect(renacer("newfstatat - x2", "fstat a; newfstatat b").verdict).toBe("equivalent");
  });
});

describe("ignore rules", () => {
  const ignoring = (...ignore: IgnoreRule[]): BehaviourComparison =>
    compare(
      "openat a @load:3; write log/1 7 @note:9; read a 1 @load:4",
      "openat a @load:3; write log/1 9 @note:9; write log/2 9 @note:10; read a 1 x2 @load:4",
      { ignore },
    );

  test("without rules everything is told", () => expect(titles(ignoring())).toHaveLength(3));
  test("calls that a rule names are left out on both sides, and it is said", () => {
    const comparison = ignoring({ object: "log/*", reason: "logs" });
    expect(titles(comparison)).toEqual(["reads a twice instead of once at load.c:4"]);
    expect(comparison.ignored).toEqual([
      { text: "`write` of log/2 in note(): 1 instead of 0 (logs)", reason: "rule", count: 1 },
    ]);
    expect(comparison.confidence).toBeLessThan(ignoring({ object: "nothing" }).confidence + 0.5);
  });
  test("by function and file", () => {
    expect(titles(ignoring({ function: "note" }))).toHaveLength(1);
    expect(titles(ignoring({ file: "n?te.c", name: "write" }))).toHaveLength(1);
    expect(titles(ignoring({ file: "other.c" }))).toHaveLength(3);
  });
  test("a rule with a kind ignores that kind of difference only", () => {
    const comparison = ignoring({ kind: "added" });
    expect(comparison.divergences.map(({ kind }) => kind)).toEqual(["changed", "count"]);
    expect(comparison.ignored).toMatchObject([{ reason: "rule", count: 1 }]);
  });
  test("an ignored call does not hide one that is not", () => {
    expect(titles(compare("write log 1; fsync a", "write log 1", { ignore: [{ name: "write" }] }))).toHaveLength(1);
  });
});

describe("places", () => {
  test("lines are followed from the golden to now", () => {
    const mapSite = (file: string, line: number): { file: string; line: number } => ({ file, line: line + 100 });
    const { divergences, sites } = compare("read a 1 x3 @load:7", "read a 1 x5 @load:107", { mapSite });
    expect(divergences).toMatchObject([
      {
        site: { file: "load.c", line: 107 },
        goldenSite: null,
        golden: { count: 0 },
        actual: { count: 2, rows: [3, 4] },
      },
    ]);
    expect(sites).toMatchObject([
      {
        file: "load.c",
        line: 107,
        function: "load",
        goldenCalls: 3,
        actualCalls: 5,
        divergences: [divergences[0]!.id],
      },
    ]);
  });

  test("what is gone is at the line where it was, unless that is gone, too", () => {
    const at = (mapSite: NonNullable<CompareOptions["mapSite"]>): unknown =>
      compare("read a 1; fsync a @save:8", "read a 1", { mapSite }).divergences[0];
    expect(at((file, line) => ({ file, line: line + 1 }))).toMatchObject({
      site: { line: 9 },
      goldenSite: { line: 8 },
    });
    expect(at(() => null)).toMatchObject({ site: null, goldenSite: { line: 8, function: "save" } });
  });

  test("without a map of lines, functions stand in, and it is said", () => {
    const comparison = compare("read a 1 @load:7; fsync a @save:8", "read a 1 @load:9; write a 1 @save:12", {
      mapSite: () => undefined,
    });
    expect(comparison.notes.join()).toMatch(/matched by function/);
    expect(comparison.divergences).toMatchObject([{ site: { file: "save.c", line: 12 } }, {}]);
  });

  test("time of the run is added up by line", () => {
    const { sites } = compare("read a 1 @f:1", "read a 1 x3 @f:1; read b 1 @g:2", {
      durationOf: (row) => (row + 1) * 10,
    });
    expect(sites.map(({ line, actualNs }) => [line, actualNs])).toEqual([
      [1, 60],
      [2, 40],
    ]);
  });

  test("a divergence keeps its id when lines move", () => {
    const id = (line: number): string | undefined =>
      compare("read b 1", `read b 1; openat a @load:${line}`).divergences[0]?.id;
    expect(id(3)).toBe(id(300));
    expect(id(3)).toMatch(/^added-openat-\w+$/);
  });
});

describe("figures", () => {
  test.each([
    ["read a 1 x10", "read a 1 x10", 1],
    ["read a 1 x10", "read a 1 x30", 0.5],
    ["read a 1", "read b 1", 0],
  ])("confidence of %s against %s is %d", (golden, actual, confidence) => {
    expect(compare(golden, actual).confidence).toBeCloseTo(confidence);
  });

  test("confidence falls with what is not compared", () => {
    const varies = [
      { thread: "main", name: "read", object: "p", function: "", varies: "count" as const, min: 1, max: 9 },
    ];
    const golden = goldenFrom("read a 1 x5; read p 1 x5", { varies });
    const comparison = compareBehaviours(golden, behaviourFrom("read a 1 x5; read p 1 x5"), SAME);
    expect(comparison).toMatchObject({ verdict: "equivalent", confidence: 0.5, goldenEvents: 5, actualEvents: 5 });
  });

  test("matched, added, removed and changed add up", () => {
    const { goldenEvents, actualEvents, matched, added, removed, changed } = compare(
      "openat a; read a 1 x5; write b 1; fsync b; rename b",
      "openat a; read a 1 x7; rename b; write b 2; connect c",
    );
    expect(goldenEvents).toBe(matched + removed + changed);
    expect(actualEvents).toBe(matched + added + changed);
  });

  test("renacer's scores are 1 for equal runs and fall with what differs", () => {
    expect(compare("openat a; mmap; read a 1", "openat a; mmap; read a 1").renacer).toEqual({
      validatorRate: 1,
      validatorPasses: true,
      overall: 1,
      overallPasses: true,
    });
    const apart = compare("openat a; read a 1 x9", "connect b; write b 1 x19").renacer;
    expect(apart).toMatchObject({ validatorRate: 0, validatorPasses: false, overallPasses: false, overall: 0 });
    // One call inserted at the front: place by place, everything behind it would differ.
    expect(compare("read a 1 x50; write b 1 x50", "openat a; read a 1 x50; write b 1 x50").renacer).toMatchObject({
      validatorRate: 1,
      validatorPasses: true,
      overallPasses: true,
    });
    expect(compare("read a 1", "read a 1", { totalNs: { golden: 100, actual: 50 } }).renacer?.overall).toBeCloseTo(0.9);
  });
});

describe("bounds", () => {
  test("thousands of divergences are cut off, with a note", () => {
    const many = Array.from({ length: 1200 }, (_, i) => `openat f${i} @fn${i}:1`).join("; ");
    const comparison = compare("read a 1", `read a 1; ${many}`);
    expect(comparison.divergences).toHaveLength(500);
    expect(comparison.added).toBe(1200);
    expect(comparison.notes.join()).toContain("700 less important differences not listed");
  });

  test("a part that is too different is compared without its order, with a note", () => {
    const mixed = (seed: number): string => {
      let state = seed;
      return Array.from({ length: 12_000 }, () => {
        state = (Math.imul(state, 1664525) + 1013904223) | 0;
        return `read f${(state >>> 12) % 40} 1`;
      }).join("; ");
    };
    const comparison = compare(mixed(1), mixed(2));
    expect(comparison.verdict).toBe("diverged");
    if (comparison.notes.some((note) => note.includes("too different to be aligned"))) {
      expect(comparison.divergences.some(({ title }) => title.includes("too different to be aligned"))).toBe(true);
    }
    expect(comparison.confidence).toBeLessThan(1);
  });

  test("text from the program cannot make titles lie", () => {
    const { divergences } = compare("read a 1", "read a 1; openat \u001b[31m\u202eexe");
    expect(divergences[0]?.title).toBe("now opens \\x1b[31m\\u202eexe");
    expect(divergences[0]?.actual.events[0]).not.toMatch(/[\u001b\u202e]/);
  });

  test("names that every object has are names like others", () => {
    const actual: Behaviour = behaviourFrom("read a 1; constructor __proto__; toString x");
    expect(titles(compareBehaviours(goldenFrom("read a 1"), actual, SAME))).toHaveLength(2);
  });
});

test.each([
  ["", "", true],
  ["*", "", true],
  ["a*c", "abbc", true],
  ["a*c", "abbd", false],
  ["?", "", false],
  ["*.log", "x/y.log", true],
  ["*a*b*", "xxaxxbxx", true],
  [`${"*a".repeat(30)}b`, "a".repeat(2000), false],
])("wildcard %s against %s", (pattern, text, matches) => {
  expect(matchesWildcard(pattern, text)).toBe(matches);
});
