import fc from "fast-check";
import { expect, test } from "vitest";
import { TraceBuilder } from "./traceBuilder.ts";

const CLOCK = { originRealtimeNs: 0n, originMonotonicNs: 0n };

test("rows in any order come out sorted, those of equal start in the order they came, with their own arguments", () => {
  const time = fc.integer({ min: 0, max: 30 });
  const rows = fc.array(fc.record({ time, args: fc.string({ unit: "grapheme-ascii", maxLength: 9 }) }));
  fc.assert(
    fc.property(rows, (added) => {
      const builder = new TraceBuilder(CLOCK);
      for (const [i, { time, args }] of added.entries()) {
        const bytes = new TextEncoder().encode(args);
        const record = { start: time, duration: i, thread: i, name: `call${i % 3}`, state: 0, errno: "" } as const;
        builder.addSyscall({ ...record, result: i, resultText: `0x${i}`, stack: i }, bytes, 0, bytes.length);
      }
      const { syscalls } = builder.build();
      const found = Array.from(syscalls.start, (start, row) => ({
        time: start,
        args: new TextDecoder().decode(syscalls.argBytes.subarray(syscalls.argStart[row], syscalls.argEnd[row])),
        came: [syscalls.duration[row], syscalls.thread[row], syscalls.result[row], syscalls.stack[row]],
        name: syscalls.names[syscalls.name[row] as number],
        text: syscalls.resultTexts[syscalls.resultText[row] as number],
      }));
      const expected = added
        .map(({ time, args }, i) => ({ time, args, came: [i, i, i, i], name: `call${i % 3}`, text: `0x${i}` }))
        .sort((a, b) => a.time - b.time);
      expect(found).toEqual(expected);
    }),
  );
});
