import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { behaviourFrom, goldenFrom } from "../../../test/support/behaviours.ts";
import { compareBehaviours } from "./compare/compareBehaviours.ts";
import type { CompareOptions } from "./compare/options.ts";
import { learnVariation } from "./variation.ts";

const OPTIONS: CompareOptions = { mode: "observable", mapSite: (file, line) => ({ file, line }) };

interface Fixture {
  readonly name: string;
  readonly samples: readonly string[];
  /** `thread name object function: varies min-max`. */
  readonly varies: readonly string[];
  /** Runs that are equivalent to the golden, and runs that are not, with what is told of them. */
  readonly same?: readonly string[];
  readonly different?: readonly (readonly [run: string, ...told: string[]])[];
}

function checkLearned({ samples, varies, same = [], different = [] }: Fixture): void {
  const behaviours = samples.map(behaviourFrom);
  const learned = learnVariation(behaviours);
  expect(
    learned.varies.map((each) =>
      [each.thread, each.name, each.object, each.function]
        .filter((part) => part !== "")
        .join(" ")
        .concat(`: ${each.varies} ${each.min}-${each.max}`),
    ),
  ).toEqual(varies);
  expect(learned.unstable).toBe(false);
  const golden = goldenFrom(behaviours[learned.base]!, { varies: learned.varies });
  const told = (run: string): readonly string[] =>
    compareBehaviours(golden, behaviourFrom(run), OPTIONS).divergences.map(({ title }) => title);
  for (const run of [...samples, ...same]) expect(told(run)).toEqual([]);
  for (const [run, ...titles] of different) expect(told(run)).toEqual(titles);
}

const rest = "openat a; read a 10; openat b; read b 10; openat c; read c 10; write d 1; rename e";

const FIXTURES: readonly Fixture[] = [
  { name: "nothing", samples: [rest, rest, rest], varies: [] },
  {
    name: "one sample",
    samples: [rest],
    varies: [],
    different: [[`${rest}; unlink f`, "now deletes f"]],
  },
  {
    name: "how often something happens",
    samples: [`${rest}; read p 1 x3 @poll:4`, `${rest}; read p 1 x5 @poll:4`, `${rest}; read p 1 x4 @poll:4`],
    varies: ["main read p poll: count 3-5"],
    same: [`${rest}; read p 1 x9 @poll:4`],
    different: [
      [rest, "`poll()` at poll.c:4 no longer calls read on p (it did 4 times)"],
      [`${rest}; read p 1 x4 @poll:4; read p 1 @other:9`, "now also reads p at other.c:9"],
      [`${rest}; unlink f; read p 1 x9 @poll:4`, "now deletes f"],
    ],
  },
  {
    name: "whether something happens",
    samples: [rest, `${rest}; openat cache @warm:2`, rest],
    varies: ["main openat cache warm: presence 0-1"],
    same: [rest, `${rest}; openat cache x2 @warm:2`],
    different: [[`${rest}; openat cache2 @warm:2`, "now opens cache2 at warm.c:2"]],
  },
  {
    name: "arguments",
    samples: [`write log 17; ${rest}`, `write log 18; ${rest}`, `write log 17; ${rest}`],
    varies: ["main write log: arguments 1-1"],
    same: [`write log 99; ${rest}`],
    different: [
      [rest, "no longer calls write on log"],
      [`write log 3 =ENOSPC; ${rest}`, "write to log now fails with ENOSPC"],
      [`write log 17 x2; ${rest}`, "writes to log twice instead of once"],
    ],
  },
  {
    name: "when something happens",
    samples: [`write log 1; ${rest}`, `${rest}; write log 1`, rest.replace("write d 1", "write d 1; write log 1")],
    varies: ["main write log: order 1-1"],
    different: [
      [rest, "no longer calls write on log"],
      [`write log 2; ${rest}`, "`write` to log has 2 instead of 1"],
    ],
  },
  {
    name: "arguments and order together",
    samples: [`write log 1; ${rest}`, `${rest}; write log 2`, `${rest}; write log 3`],
    varies: ["main write log: arguments 1-1", "main write log: order 1-1"],
    different: [[rest, "no longer calls write on log"]],
  },
  {
    name: "threads that are not always there",
    samples: [
      `${rest}\nmain>w [pool w]: read a 1`,
      `${rest}\nmain>w [pool w]: read a 1\nmain>w#2 [pool w]: read a 1`,
      `${rest}\nmain>w [pool w]: read a 1`,
    ],
    varies: ["main>w thread: count 1-2"],
    same: [`${rest}\nmain>w [pool w]: read a 1\nmain>w#2 [pool w]: read a 1\nmain>w#3 [pool w]: read a 1`],
    different: [
      [`${rest}\nmain>w [pool w]: read a 1\nmain>x: read a 1`, "new thread main>x"],
      [rest, "no longer starts the thread main>w"],
    ],
  },
  {
    name: "failures that come and go",
    samples: [`${rest}; openat l`, `${rest}; openat l =EAGAIN; openat l`, `${rest}; openat l`],
    varies: ["main openat l: count 1-2"],
    different: [[rest, "no longer calls openat on l"]],
  },
];

describe("learnVariation", () => {
  test.each(FIXTURES)("$name", checkLearned);

  test("says that a program is unstable when most of what it does varies", () => {
    const sample = (n: number): string => `openat a${n}; read a${n} ${n}; write out ${n} x${n}; openat b`;
    const learned = learnVariation([1, 2, 3].map((n) => behaviourFrom(sample(n))));
    expect(learned.unstable).toBe(true);
    expect(learned.stableShare).toBeLessThan(0.5);
  });

  test("stores the sample that most others are equal to", () => {
    const learned = learnVariation([`${rest}; read x 1`, rest, rest].map(behaviourFrom));
    expect(learned.base).toBe(1);
  });

  test("makes every sample equivalent, whatever they are", () => {
    const call = fc.constantFrom(
      "read a 1",
      "read a 2",
      "write b 1",
      "write b 2 =ENOSPC",
      "rename c",
      "connect d",
      "futex",
    );
    const sample = fc.array(call, { minLength: 1, maxLength: 12 }).map((calls) => calls.join("; "));
    fc.assert(
      fc.property(fc.array(sample, { minLength: 2, maxLength: 4 }), (samples) => {
        const behaviours = samples.map(behaviourFrom);
        const { base, varies } = learnVariation(behaviours);
        const golden = goldenFrom(behaviours[base]!, { varies });
        for (const behaviour of behaviours) {
          expect(compareBehaviours(golden, behaviour, OPTIONS).divergences.map(({ title }) => title)).toEqual([]);
        }
      }),
    );
  });
});
