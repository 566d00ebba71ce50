import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_USAGE, type ProcessReading, ProcessTree } from "./processTree.ts";

const REAPER = 1000;

function reading(
  pid: number,
  ppid: number,
  own: number,
  children = 0,
  more: Partial<ProcessReading> = {},
): ProcessReading {
  return {
    pid,
    ppid,
    start: pid,
    own: { ...NO_USAGE, cpuNs: own, readBytes: own + children },
    children: { ...NO_USAGE, cpuNs: children },
    rssBytes: 100,
    peakRssBytes: 150,
    threads: 1,
    ignoresChildren: false,
    ...more,
  };
}

function treeRow(tree: ProcessTree, time: number) {
  const row = tree.rows(time, true).at(-1);
  if (row?.pid !== 0) throw new Error("The last row is not the tree's");
  return row;
}

describe("ProcessTree", () => {
  it("adds up live processes", () => {
    const tree = new ProcessTree(2, () => REAPER);
    tree.see(reading(1, REAPER, 10), 0, false);
    tree.see(reading(2, 1, 5), 0, false);
    expect(treeRow(tree, 0)).toMatchObject({ cpuNs: 15, rssBytes: 200, processes: 2, threads: 2, cpuPercent: 0 });
  });

  it("counts a child that was waited for once", () => {
    const tree = new ProcessTree(2, () => REAPER);
    tree.see(reading(1, REAPER, 10), 0, false);
    tree.see(reading(2, 1, 5), 0, false);
    treeRow(tree, 0);
    // The child used 2 more before it ended; its parent's account has all 7.
    tree.see(reading(1, REAPER, 11, 7), 100, false);
    tree.vanishAll([2]);
    expect(treeRow(tree, 100)).toMatchObject({ cpuNs: 18, readBytes: 18, processes: 1 });
  });

  it("counts children that were never seen", () => {
    const tree = new ProcessTree(2, () => REAPER);
    tree.see(reading(1, REAPER, 10, 40), 0, false);
    expect(treeRow(tree, 0).cpuNs).toBe(50);
  });

  it("keeps a child that its parent's account lacks, until it has it", () => {
    const tree = new ProcessTree(2, () => REAPER);
    tree.see(reading(1, REAPER, 10), 0, false);
    tree.see(reading(2, 1, 5), 0, false);
    tree.vanishAll([2]);
    expect(treeRow(tree, 0).cpuNs).toBe(15);
    tree.see(reading(1, REAPER, 10, 6), 1, false);
    expect(treeRow(tree, 1).cpuNs).toBe(16);
  });

  it("keeps what the children of a parent that ignores SIGCHLD used", () => {
    const tree = new ProcessTree(2, () => REAPER);
    tree.see(reading(1, REAPER, 10, 20, { ignoresChildren: true }), 0, false);
    tree.see(reading(2, 1, 5), 0, false);
    tree.vanishAll([2]);
    expect(treeRow(tree, 0).cpuNs).toBe(35);
  });

  it("folds a whole subtree that ended between two samples", () => {
    const tree = new ProcessTree(2, () => REAPER);
    tree.see(reading(1, REAPER, 10), 0, false);
    tree.see(reading(2, 1, 5), 0, false);
    tree.see(reading(3, 2, 4), 0, false);
    tree.vanishAll([2, 3]);
    tree.see(reading(1, REAPER, 10, 9), 1, false);
    expect(treeRow(tree, 1)).toMatchObject({ cpuNs: 19, processes: 1 });
  });

  it("keeps an orphan whose parent has ended", () => {
    const tree = new ProcessTree(2, () => REAPER);
    tree.see(reading(1, REAPER, 10), 0, false);
    tree.see(reading(2, 1, 5), 0, false);
    tree.vanishAll([1]);
    tree.see(reading(2, 9999, 8), 1, false);
    expect(treeRow(tree, 1)).toMatchObject({ cpuNs: 18, processes: 1 });
    tree.vanishAll([2]);
    expect(treeRow(tree, 2)).toMatchObject({ cpuNs: 18, processes: 0 });
  });

  describe("when the first process ends", () => {
    const MS = 1e6;
    const account = (ms: number) => ({ ...NO_USAGE, cpuNs: ms * MS });
    /** The first process used 10 ms when it was last seen; 100 ms later it is gone, and its reaper's account grew. */
    const totalAfter = (before: number | undefined, after: number | undefined): number => {
      const tree = new ProcessTree(2, () => REAPER);
      tree.begin(0, before === undefined ? undefined : account(before));
      tree.see(reading(1, REAPER, 10 * MS), 0, false);
      treeRow(tree, 0);
      tree.begin(100 * MS, after === undefined ? undefined : account(after));
      tree.vanishAll([1]);
      return treeRow(tree, 100 * MS).cpuNs / MS;
    };

    it("takes its last usage from the account of the process that waited", () => {
      expect(totalAfter(500, 590)).toBe(90);
      // Ticks may be rounded down below what was seen.
      expect(totalAfter(500, 500)).toBe(10);
    });

    it("does not take what cannot be its own", () => {
      // 100 ms on two CPUs are 200 ms at most; another child of the reaper ended too.
      expect(totalAfter(500, 900)).toBe(10);
      expect(totalAfter(undefined, 900)).toBe(10);
      expect(totalAfter(500, undefined)).toBe(10);
    });
  });

  it("tells processes of the same pid apart", () => {
    const tree = new ProcessTree(2, () => REAPER);
    tree.see(reading(1, REAPER, 10), 0, false);
    tree.see(reading(2, 1, 5), 0, false);
    tree.see(reading(2, 1, 1, 0, { start: 77 }), 1, false);
    expect(treeRow(tree, 1)).toMatchObject({ cpuNs: 16, processes: 2 });
  });

  it("counts from now on for processes that ran before", () => {
    const tree = new ProcessTree(2, () => REAPER);
    tree.see(reading(1, REAPER, 1000, 500), 0, true);
    expect(treeRow(tree, 0)).toMatchObject({ cpuNs: 0, readBytes: 0 });
    tree.see(reading(1, REAPER, 1010, 520), 10, false);
    expect(treeRow(tree, 10)).toMatchObject({ cpuNs: 30, readBytes: 30 });
  });

  it("tells per cent of one CPU, at most all of them", () => {
    const tree = new ProcessTree(2, () => REAPER);
    tree.see(reading(1, REAPER, 0), 0, false);
    treeRow(tree, 0);
    tree.see(reading(1, REAPER, 50), 100, false);
    expect(treeRow(tree, 100).cpuPercent).toBe(50);
    tree.see(reading(1, REAPER, 50, 900), 200, false);
    expect(treeRow(tree, 200).cpuPercent).toBe(200);
    expect(treeRow(tree, 300).cpuPercent).toBe(0);
  });

  it("never falls and never counts twice, whatever ends when", () => {
    // A random history of processes under one root: each step a process works, forks, or ends and is waited for (its
    // usage moves to its parent). Samples are taken at random steps. The truth is known; the tree must stay below it.
    const step = fc.record({ kind: fc.nat(3), which: fc.nat(20), amount: fc.nat(50), sample: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const tree = new ProcessTree(2, () => REAPER);
        const live = new Map([[1, { ppid: REAPER, own: 0, children: 0 }]]);
        let next = 2;
        let truth = 0;
        let before = 0;
        const sample = (time: number): void => {
          const gone = tree.pids().filter((pid) => !live.has(pid));
          for (const [pid, { ppid, own, children }] of live) tree.see(reading(pid, ppid, own, children), time, false);
          tree.vanishAll(gone);
          const { cpuNs } = treeRow(tree, time);
          expect(cpuNs).toBeGreaterThanOrEqual(before);
          expect(cpuNs).toBe(truth);
          before = cpuNs;
        };
        for (const [time, { kind, which, amount, sample: takesSample }] of steps.entries()) {
          const pid = [...live.keys()][which % live.size] ?? 1;
          const process = live.get(pid);
          if (process === undefined) continue;
          const childless = ![...live.values()].some((other) => other.ppid === pid);
          if (kind === 0) {
            live.set(next++, { ppid: pid, own: 0, children: 0 });
          } else if (kind === 1 && pid !== 1 && childless) {
            const parent = live.get(process.ppid);
            if (parent !== undefined) parent.children += process.own + process.children;
            live.delete(pid);
          } else {
            process.own += amount;
            truth += amount;
          }
          if (takesSample) sample(time);
        }
        sample(steps.length);
      }),
    );
  });
});
