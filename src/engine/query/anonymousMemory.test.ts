import { expect, test } from "vitest";
import { StraceReader } from "../read/strace/straceReader.ts";
import { TraceBuilder } from "../trace/traceBuilder.ts";
import { anonymousMemory } from "./anonymousMemory.ts";

function memoryOf(...calls: string[]) {
  const builder = new TraceBuilder({ originRealtimeNs: 0n, originMonotonicNs: 0n });
  const reader = new StraceReader(builder, { captureData: false, stacks: false });
  const lines = calls.map((call, index) => `7 ${index + 1}.000000 ${call} <0.000010>\n`).join("");
  reader.push(new TextEncoder().encode(lines));
  reader.end();
  return anonymousMemory(builder.build());
}

const map = (length: number, address: string) =>
  `mmap(NULL, ${length}, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = ${address}`;

test("what is mapped and not unmapped is held", () => {
  expect(
    memoryOf(map(8192, "0x7f0000010000"), map(4096, "0x7f0000020000"), "munmap(0x7f0000020000, 4096) = 0"),
  ).toEqual({
    allocated: 12288,
    held: 8192,
  });
});

test("a hole in a mapping is given back, a move keeps it", () => {
  expect(memoryOf(map(12288, "0x7f0000010000"), "munmap(0x7f0000011000, 4096) = 0")?.held).toBe(8192);
  expect(
    memoryOf(map(8192, "0x7f0000010000"), "mremap(0x7f0000010000, 8192, 16384, MREMAP_MAYMOVE) = 0x7f0000090000"),
  ).toEqual({ allocated: 16384, held: 16384 });
});

test("the heap counts from where it began", () => {
  expect(memoryOf("brk(NULL) = 0x1000000", "brk(0x1021000) = 0x1021000", "brk(0x1011000) = 0x1011000")).toEqual({
    allocated: 0x21000,
    held: 0x11000,
  });
});

test("reserved address space, stacks and files are not memory", () => {
  expect(
    memoryOf(
      "mmap(NULL, 134217728, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE, -1, 0) = 0x7f0000010000",
      "mmap(NULL, 8392704, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_STACK, -1, 0) = 0x7f0010010000",
      "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3</etc/passwd>, 0) = 0x7f0020010000",
    ),
  ).toEqual({ allocated: 0, held: 0 });
});

test("without such calls nothing is known", () => {
  expect(memoryOf("getpid() = 7")).toBeNull();
});
