import fc from "fast-check";
import { expect, test } from "vitest";
import { AsciiBuffer } from "./asciiBuffer.ts";

test("pieces of ASCII text of any length and place are appended as they are, control characters included", () => {
  const ascii = fc.array(fc.integer({ min: 0, max: 0x7f }), { maxLength: 700 });
  fc.assert(
    fc.property(fc.array(fc.tuple(ascii, fc.nat(700)), { maxLength: 8 }), (pieces) => {
      const buffer = new AsciiBuffer(8);
      const expected: number[] = [];
      for (const [codes, from] of pieces) {
        const source = new AsciiBuffer();
        source.appendBytes(Uint8Array.from(codes), 0, codes.length);
        const start = Math.min(from, codes.length);
        buffer.append(source.view, start, codes.length);
        expected.push(...codes.slice(start));
      }
      expect([...buffer.bytes.subarray(0, buffer.length)]).toEqual(expected);
    }),
  );
});
