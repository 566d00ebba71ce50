import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { behaviourFrom, behaviourText, goldenFrom } from "../../../../test/support/behaviours.ts";
import { acceptDivergences } from "./acceptDivergences.ts";
import { compareBehaviours } from "./compareBehaviours.ts";
import type { CompareOptions } from "./options.ts";

const OPTIONS: CompareOptions = { mode: "observable", mapSite: (file, line) => ({ file, line }) };

function acceptAll(
  golden: string,
  actual: string,
  chosen: (title: string) => boolean,
): { text: string; left: string[] } {
  const [before, now] = [goldenFrom(golden), behaviourFrom(actual)];
  const all = compareBehaviours(before, now, OPTIONS).divergences;
  const ids = all.filter(({ title }) => chosen(title)).map(({ id }) => id);
  const accepted = acceptDivergences(before, now, OPTIONS, ids);
  const left = compareBehaviours({ ...before, behaviour: accepted }, now, OPTIONS).divergences;
  return { text: behaviourText(accepted), left: left.map(({ title }) => title) };
}

describe("acceptDivergences", () => {
  test("takes over one and leaves the other", () => {
    const golden = "~openat libc; openat a; mmap; read a 1; fsync a; close a; rename a";
    const actual = "~openat libm; openat a; read a 1 x3; rename a; brk";
    expect(acceptAll(golden, actual, (title) => title.includes("fsync"))).toEqual({
      text: "main: ~openat libc; openat a; mmap; read a 1; close a; rename a",
      left: ["reads a 3 times instead of once"],
    });
    expect(acceptAll(golden, actual, (title) => title.includes("reads"))).toEqual({
      text: "main: ~openat libc; openat a; mmap; read a 1; read a 1; read a 1; fsync a; close a; rename a",
      left: ["no longer calls fsync on a"],
    });
  });

  test("takes over an order, a change and an exit code", () => {
    const golden = "main [exit 0]: openat a; write a 1; rename a; write b 5; exit_group 0";
    const actual = "main [exit 1]: openat a; rename a; write a 1; write b 6; exit_group 1";
    expect(acceptAll(golden, actual, () => true)).toEqual({
      text: "main: openat a; rename a; write a 1; write b 6; exit_group 1",
      left: [],
    });
  });

  test("takes over threads with the calls that make them", () => {
    const golden = "clone3 - =>main>w; openat a\nmain>w: read b 1; futex";
    const actual = "openat a; vfork - =>main>sh\nmain>sh [process]: execve sh; brk";
    expect(acceptAll(golden, actual, () => true)).toEqual({
      text: "main: openat a; vfork\nmain>sh: execve sh; brk",
      left: [],
    });
    expect(acceptAll(golden, actual, (title) => title.startsWith("new"))).toEqual({
      text: "main: clone3; openat a; vfork\nmain>w: read b 1; futex\nmain>sh: execve sh; brk",
      left: ["no longer starts the thread main>w"],
    });
  });

  test("leaves the golden as it is without ids", () => {
    const golden = "~openat libc; openat a; mmap\nmain>w: read b 1";
    expect(acceptAll(golden, "openat z", () => false).text).toBe(
      "main: ~openat libc; openat a; mmap\nmain>w: read b 1",
    );
  });

  test("leaves nothing to tell when everything is accepted", () => {
    const call = fc.constantFrom(
      "read a 1",
      "read a 2",
      "write b 1",
      "rename c",
      "mmap",
      "openat d @f:3",
      "openat d @g:9",
    );
    const calls = fc.array(call, { minLength: 1, maxLength: 15 }).map((each) => each.join("; "));
    const behaviour = fc
      .tuple(calls, fc.option(calls, { nil: undefined }))
      .map(([main, worker]) => (worker === undefined ? main : `${main}\nmain>w: ${worker}`));
    fc.assert(
      fc.property(behaviour, behaviour, (golden, actual) => {
        expect(acceptAll(golden, actual, () => true).left).toEqual([]);
      }),
    );
  });
});
