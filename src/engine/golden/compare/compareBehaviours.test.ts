import { describe, expect, test } from "vitest";
import { behaviourFrom, goldenFrom } from "../../../../test/support/behaviours.ts";
import { comparisonSchema } from "../../../protocol/comparison.ts";
import type { GoldenHeader } from "../../../protocol/goldenFile.ts";
import { compareBehaviours } from "./compareBehaviours.ts";
import type { BehaviourComparison, CompareOptions } from "./options.ts";

type Options = Partial<CompareOptions> & { readonly header?: Partial<GoldenHeader> };

/** Lines are where they were. */
const SAME_SOURCES: NonNullable<CompareOptions["mapSite"]> = (file, line) => ({ file, line });

function compare(golden: string, actual: string, { header, ...options }: Options = {}): BehaviourComparison {
  const comparison = compareBehaviours(goldenFrom(golden, header), behaviourFrom(actual), {
    mode: "observable",
    mapSite: SAME_SOURCES,
    ...options,
  });
  const whole = {
    ...comparison,
    golden: { name: "", path: "" },
    actual: { name: "", path: "" },
    performance: [],
    budgets: [],
  };
  comparisonSchema.parse(whole);
  return comparison;
}

const told = ({ divergences }: BehaviourComparison): string[] =>
  divergences.map(({ severity, kind, title }) => `${severity} ${kind}: ${title}`);

interface Fixture {
  readonly name: string;
  readonly golden: string;
  readonly actual: string;
  readonly told: readonly string[];
  readonly options?: Options;
}

function checkTold({ golden, actual, told: expected, options }: Fixture): void {
  const comparison = compare(golden, actual, options);
  expect(told(comparison)).toEqual(expected);
  expect(comparison.verdict).toBe(expected.length === 0 ? "equivalent" : "diverged");
}

const filesOf = (name: string, count: number): string =>
  Array.from({ length: count }, (_, i) => `openat d/${name}${i} @load:17; read d/${name}${i} 9 @load:18`).join("; ");

const CALLS: readonly Fixture[] = [
  {
    name: "children that are started in another order, by what they are",
    golden: "clone - =>main>cat; clone - =>main>sort\nmain>cat [process]: read x 1\nmain>sort [process]: read y 1",
    actual: "clone - =>main>sort; clone - =>main>cat\nmain>cat [process]: read x 1\nmain>sort [process]: read y 1",
    told: ["medium order: the start of cat now comes after the start of sort"],
  },
  { name: "nothing", golden: "openat a; read a 10; close a", actual: "openat a; read a 10; close a", told: [] },
  {
    name: "what does nothing to the world",
    golden: "~openat libc.so; mmap; openat a; read a 10; close a",
    actual: "~openat libc.so; ~openat libm.so; brk; futex x9; openat a; read a 10; getrandom",
    told: [],
  },
  {
    name: "more reads in a loop, at the line that makes them",
    golden: "openat data.bin @load:16; read data.bin 10 x100 @load:17; read data.bin 10 x10 @load:30",
    actual: "openat data.bin @load:16; read data.bin 10 x142 @load:17; read data.bin 10 x10 @load:30",
    told: ["medium count: 42 more `read` of data.bin at load.c:17"],
  },
  {
    name: "more reads in one of two functions that do the same",
    golden: "read data.bin 10 x20 @load:17; read data.bin 10 x20 @tail:30",
    actual: "read data.bin 10 x30 @load:17; read data.bin 10 x20 @tail:30",
    told: ["medium count: 10 more `read` of data.bin at load.c:17"],
  },
  {
    name: "fewer reads, at the line that does not make them any more",
    golden: "read data.bin 10 x100 @load:17; read data.bin 10 x10 @load:30",
    actual: "read data.bin 10 x58 @load:17; read data.bin 10 x10 @load:30",
    told: ["medium count: 42 fewer `read` of data.bin at load.c:17"],
  },
  {
    name: "a call that is gone",
    golden: "openat model.bin; write model.bin 9 @save:87; fsync model.bin @save:88; rename model.tmp",
    actual: "openat model.bin; write model.bin 9 @save:87; rename model.tmp",
    told: ["high removed: `save()` at save.c:88 no longer calls fsync on model.bin"],
  },
  {
    name: "a new connection",
    golden: "openat a",
    actual: "openat a; connect 127.0.0.1:5432",
    told: ["high added: new connection to 127.0.0.1:5432"],
  },
  {
    name: "a file that is opened more often",
    golden: "openat config.toml @main:3; read config.toml 20",
    actual: "openat config.toml x3 @main:3; read config.toml 20",
    told: ["medium count: opens config.toml 3 times instead of once at main.c:3"],
  },
  {
    name: "a file that is opened for the first time",
    golden: "openat a",
    actual: "openat a; openat <workspace>/b",
    told: ["medium added: now opens b"],
  },
  {
    name: "a call that fails now",
    golden: "write out.txt 100",
    actual: "write out.txt 100 =ENOSPC",
    told: ["high changed: write to out.txt now fails with ENOSPC"],
  },
  {
    name: "a call that fails no longer",
    golden: "openat a =ENOENT",
    actual: "openat a",
    told: ["medium changed: openat of a no longer fails with ENOENT"],
  },
  {
    name: "another error",
    golden: "openat a =ENOENT x2",
    actual: "openat a =EACCES x2",
    told: ["high changed: openat of a fails with EACCES instead of ENOENT (twice)"],
  },
  {
    name: "reads in smaller pieces",
    golden: "openat data.bin; read data.bin 65536 x4 @load:9; read data.bin 65536 =1 @load:9",
    actual: "openat data.bin; read data.bin 4096 x64 @load:9; read data.bin 4096 =1 @load:9",
    told: ["medium changed: reads data.bin 4096 bytes at a time instead of 65536 at load.c:9"],
  },
  {
    name: "another argument",
    golden: "openat a O_RDONLY",
    actual: "openat a O_RDWR",
    told: ["medium changed: `openat` of a has O_RDWR instead of O_RDONLY"],
  },
  {
    name: "another amount written",
    golden: "write out 12",
    actual: "write out 13",
    told: ["high changed: `write` to out has 13 instead of 12"],
  },
  {
    name: "two calls in another order",
    golden: "openat out.tmp; write out.tmp 5; rename out.tmp; unlink lock",
    actual: "openat out.tmp; rename out.tmp; write out.tmp 5; unlink lock",
    told: ["high order: `write` to out.tmp now comes after `rename` of out.tmp"],
  },
  {
    name: "several things at once, the most important first",
    golden: "openat a; read a 10 x3; fsync a; rename a",
    actual: "connect 10.0.0.1:80; openat a; read a 10 x5; rename a",
    told: [
      "high removed: no longer calls fsync on a",
      "high added: new connection to 10.0.0.1:80",
      "medium count: reads a 5 times instead of 3 times",
    ],
  },
];

const THREADS: readonly Fixture[] = [
  {
    name: "a new thread, with the call that made it and what it did",
    golden: "openat a",
    actual: "openat a; clone3 - =>main>w @start:20\nmain>w: read b 1",
    told: ["medium thread-added: new thread main>w started at start.c:20"],
  },
  {
    name: "a process that is not started any more, with its children",
    golden:
      "vfork - =>main>sh\nmain>sh [process]: execve /bin/sh; vfork - =>main>sh>ls\nmain>sh>ls [process]: execve /bin/ls",
    actual: "openat a",
    told: ["high thread-removed: no longer starts the process main>sh", "medium added: now opens a"],
  },
  {
    name: "a pool with more workers",
    golden: "clone3 - =>main>w; clone3 - =>main>w#2\nmain>w [pool main>w]: read a 1\nmain>w#2 [pool main>w]: read a 1",
    actual:
      "clone3 - =>main>w; clone3 - =>main>w#2; clone3 - =>main>w#3\nmain>w [pool main>w]: read a 1\nmain>w#2 [pool main>w]: read a 1\nmain>w#3 [pool main>w]: read a 1",
    told: ["medium thread-added: 1 more thread main>w (3 instead of 2)"],
  },
  {
    name: "a pool whose pieces of work are parts of one file, taken by other workers in another order",
    golden:
      "openat a\nmain>w [pool w]: pread64 f 1; fsync a; pread64 f 2; pread64 f 5\nmain>w#2 [pool w]: pread64 f 3; pread64 f 4",
    actual:
      "openat a\nmain>w [pool w]: pread64 f 1; pread64 f 4; fsync a\nmain>w#2 [pool w]: pread64 f 2; pread64 f 3; pread64 f 5",
    told: [],
  },
  {
    name: "a pool that does one piece less, told once",
    golden: "openat a\nmain>w [pool w]: read a 1; read b 2\nmain>w#2 [pool w]: read c 3; read d 4",
    actual: "openat a\nmain>w [pool w]: read a 1; read d 4\nmain>w#2 [pool w]: read c 3",
    told: ["medium removed: no longer calls read on b (main>w)"],
  },
  {
    name: "looks at what children made, in the order that they end in",
    golden:
      "clone3 - =>main>a; clone3 - =>main>b; wait4; stat a; wait4; stat b; openat c\nmain>a [process]: read x 1\nmain>b [process]: read y 1",
    actual:
      "clone3 - =>main>a; clone3 - =>main>b; wait4; stat b; wait4; stat a; openat c\nmain>a [process]: read x 1\nmain>b [process]: read y 1",
    told: [],
  },
  {
    name: "all that is done with a new file, once",
    golden: "openat a @load:10",
    actual: "openat a @load:10; openat b @load:12; read b 10 x3 @load:13; fsync b @load:14",
    told: ["medium added: now opens b at load.c:12"],
  },
  {
    name: "all that was done with a connection, once",
    golden: "openat a @load:10; socket - @ask:12; connect h:80 @ask:13; sendto h:80 1 @ask:14",
    actual: "openat a @load:10",
    told: ["high removed: `ask()` at ask.c:13 no longer calls connect on h:80"],
  },
  {
    name: "a function that moved as a whole, once",
    golden:
      "openat a @load:1; read a 1 @load:2; openat m @save:5; write m 9 @save:6; fsync m @save:7; openat z @end:1; read z 1 @end:2; read z 2 @end:2; read z 3 @end:2",
    actual:
      "openat a @load:1; read a 1 @load:2; openat z @end:1; read z 1 @end:2; read z 2 @end:2; read z 3 @end:2; openat m @save:5; write m 9 @save:6; fsync m @save:7",
    told: ["high order: `save()` (3 calls) now comes after `openat` of z at save.c:5"],
  },
  {
    name: "many other files at one line, once",
    golden: `openat a; ${filesOf("old", 312)}`,
    actual: `openat a; ${filesOf("new", 312)}`,
    told: ["medium changed: opens 312 other files at load.c:17: d/new0, … instead of d/old0, …"],
  },
  {
    name: "many files more and many fewer at one line, once",
    golden: `openat a; ${filesOf("old", 5)}`,
    actual: `openat a; ${filesOf("old", 1)}; ${filesOf("new", 6)}`,
    told: ["medium changed: opens 6 other files instead of 4 at load.c:17: d/new0, … instead of d/old1, …"],
  },
  {
    name: "connections that an event loop serves as they are ready",
    golden:
      "epoll_wait; sendto h:1 <size>; epoll_wait; connect h:2; sendto h:2 <size>; epoll_wait; openat a; sendto h:1 <size>",
    actual:
      "epoll_wait; connect h:2; sendto h:2 <size>; epoll_wait; sendto h:1 <size>; sendto h:2 <size>; epoll_wait; openat a; sendto h:1 <size>",
    told: [],
  },
  {
    name: "another peer of an event loop",
    golden: "epoll_wait; read h:1 <size>; epoll_wait; openat a",
    actual: "epoll_wait; read h:1 <size>; write h:3 <size>; epoll_wait; openat a",
    told: ["medium added: now writes to h:3"],
  },
  {
    name: "looks in another order, where nothing is waited for",
    golden: "stat a; openat c; openat e; stat b; openat d",
    actual: "stat b; openat c; openat e; stat a; openat d",
    told: [
      "low order: `stat` of a now comes after `openat` of c",
      "low order: `stat` of b now comes before `openat` of e",
    ],
  },
  {
    name: "workers that have taken each other's work",
    golden: "openat a\nmain>w [pool w]: read a 1; read b 2\nmain>w#2 [pool w]: read c 3",
    actual: "openat a\nmain>w [pool w]: read c 3\nmain>w#2 [pool w]: read a 1; read b 2",
    told: [],
  },
  {
    name: "workers that share the work in another way",
    golden: "openat a\nmain>w [pool w]: read a 1; read b 2\nmain>w#2 [pool w]: read c 3; read d 4",
    actual: "openat a\nmain>w [pool w]: read a 1\nmain>w#2 [pool w]: read b 2; read c 3; read d 4",
    told: [],
  },
  {
    name: "a worker that does more",
    golden: "openat a\nmain>w [pool w]: read a 1\nmain>w#2 [pool w]: read c 3",
    actual: "openat a\nmain>w [pool w]: read a 1; fsync a\nmain>w#2 [pool w]: read c 3",
    told: ["medium added: now calls `fsync` on a (main>w)"],
  },
  {
    name: "another exit code, once",
    golden: "main [exit 0]: openat a; exit_group 0",
    actual: "main [exit 1]: openat a; exit_group 1",
    told: ["high exit: exits with 1 instead of 0"],
  },
  {
    name: "a crash",
    golden: "main [exit 0]: openat a; write b 1; exit_group 0",
    actual: "main [exit SIGSEGV]: openat a",
    told: ["high exit: is killed by SIGSEGV instead of 0", "high removed: no longer calls write on b"],
  },
];

const MODES: readonly Fixture[] = [
  {
    name: "strict mode: every call, start-up included",
    golden: "~openat libc.so; mmap; openat a",
    actual: "~openat libm.so; openat a; mmap",
    options: { mode: "strict" },
    told: [
      "medium removed: no longer calls openat on libc.so",
      "medium added: now opens libm.so",
      "low order: `mmap` now comes after `openat` of a",
    ],
  },
  {
    name: "counts mode: not the order, not the arguments",
    golden: "openat a; read a 10; read a 20; write b 1",
    actual: "write b 2; read a 30; openat a; read a 10",
    options: { mode: "counts" },
    told: [],
  },
  {
    name: "counts mode: how often",
    golden: "openat a; read a 10 x3",
    actual: "read a 10 x20; openat a",
    options: { mode: "counts" },
    told: ["medium count: 17 more `read` of a"],
  },
];

describe("compareBehaviours tells", () => {
  test.each(CALLS)("$name", checkTold);
  test.each(THREADS)("$name", checkTold);
  test.each(MODES)("$name", checkTold);
});
