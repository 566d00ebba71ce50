import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isInside, normalizePosixPath, siteOfStacks } from "./sites.ts";
import type { Site } from "./trace.ts";

const site = (file: string, line = 1): Site => ({ file, line, column: 0, function: "f" });

describe("normalizePosixPath", () => {
  it.each([
    ["/a/b/../c", "/a/c"],
    ["/a//b/./c/", "/a/b/c"],
    ["/../../a", "/a"],
    ["/", "/"],
    ["./a.c", "a.c"],
    ["../a.c", "../a.c"],
    ["a/../..", ".."],
    ["", "."],
    ["...", "..."],
  ])("%s is %s", (path, expected) => expect(normalizePosixPath(path)).toBe(expected));

  it("changes nothing the second time", () => {
    const part = fc.constantFrom("a", "..", ".", "", "b c");
    fc.assert(
      fc.property(fc.array(part), fc.boolean(), (parts, absolute) => {
        const once = normalizePosixPath(`${absolute ? "/" : ""}${parts.join("/")}`);
        expect(normalizePosixPath(once)).toBe(once);
      }),
    );
  });
});

describe("isInside", () => {
  it.each([
    ["/w", "/w/a.c", true],
    ["/w/", "/w/sub/a.c", true],
    ["/w", "/work/a.c", false],
    ["/w", "/w", false],
    ["/w", "/w/../etc/passwd", false],
    ["/w", "/x/../w/a.c", true],
    ["/", "/a.c", true],
    ["/w", "a.c", false],
    ["", "/a.c", false],
  ])("%s holds %s: %s", (directory, file, expected) => expect(isInside(directory, file)).toBe(expected));
});

describe("siteOfStacks", () => {
  const sites = [site("/usr/libc.c"), site("/w/inlined.c"), site("/w/main.c"), site("/w/none.c", 0)];
  // Frames: libc, code of the workspace with a library function inlined into it, main, one without a line, one unknown.
  const frameSites = [[0], [0, 1], [2], [3], []];
  const of = (parent: number[], frame: number[], workspace = "/w"): number[] => [
    ...siteOfStacks(Int32Array.from(parent), Int32Array.from(frame), frameSites, sites, workspace),
  ];

  it("takes the first frame of the workspace, walking outwards", () => {
    expect(of([-1, 0, 1], [2, 1, 0])).toEqual([2, 1, 1]);
    expect(of([-1, 0, 1], [2, 0, 0])).toEqual([2, 2, 2]);
  });

  it("does not mind the order of the nodes", () => {
    expect(of([1, 2, -1], [0, 1, 2])).toEqual([1, 1, 2]);
  });

  it("passes frames without a line and frames without sites", () => {
    expect(of([-1, 0, 1], [2, 3, 4])).toEqual([2, 2, 2]);
  });

  it("has none outside of the workspace, for no stack and for damaged tables", () => {
    expect(of([-1, 0], [2, 1], "/elsewhere")).toEqual([-1, -1]);
    expect(of([], [])).toEqual([]);
    expect(of([1, 0], [0, 0])).toEqual([-1, -1]);
    expect(of([0], [4])).toEqual([-1]);
    expect(of([77, -5], [99, -1])).toEqual([-1, -1]);
  });

  it("agrees with a walk from every node, rings included", () => {
    const table = fc.integer({ min: 1, max: 20 }).chain((length) =>
      fc.record({
        parent: fc.array(fc.integer({ min: -1, max: length - 1 }), { minLength: length, maxLength: length }),
        frame: fc.array(fc.nat(4), { minLength: length, maxLength: length }),
      }),
    );
    fc.assert(
      fc.property(table, ({ parent, frame }) => {
        const expected = parent.map((_, start) => {
          const own = [-1, 1, 2, -1, -1];
          let node = start;
          for (let steps = 0; node !== -1 && steps <= parent.length; steps++) {
            const found = own[frame[node] ?? 0] ?? -1;
            if (found !== -1) return found;
            node = parent[node] ?? -1;
          }
          return -1;
        });
        expect(of(parent, frame)).toEqual(expected);
      }),
    );
  });
});
