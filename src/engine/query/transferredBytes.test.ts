import { expect, test } from "vitest";
import { traceOf } from "../../../test/support/traces.ts";
import { largerKnown, transferredBytes } from "./transferredBytes.ts";

test("adds what reads and writes returned, not what failed or what is no transfer", () => {
  const trace = traceOf([
    { name: "read", result: 100 },
    { name: "pread64", result: 20 },
    { name: "read", result: -1, errno: "EAGAIN" },
    { name: "writev", result: 7 },
    { name: "openat", result: 3 },
    { name: "mmap", result: 2 ** 40 },
  ]);
  expect(transferredBytes(trace.syscalls)).toEqual({ read: 120, written: 7 });
});

test("a trace without such calls does not make an unknown figure known", () => {
  expect(largerKnown(null, 0)).toBeNull();
  expect(largerKnown(null, 5)).toBe(5);
  expect(largerKnown(1, 8 << 20)).toBe(8 << 20);
  expect(largerKnown(9, 5)).toBe(9);
});
