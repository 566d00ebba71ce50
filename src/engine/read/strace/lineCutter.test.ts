import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fourDigits, notDigits } from "./digits.ts";
import { LineCutter } from "./lineCutter.ts";

describe("lines", () => {
  test("are the same in chunks of any size, whatever bytes they are made of", () => {
    const byte = fc.oneof(fc.constantFrom(0x0a, 0x0d, 0x09, 0x8a, 0x0b, 0x00, 0xff), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 300 }), fc.integer({ min: 1, max: 60 }), (codes, size) => {
        const lines: string[] = [];
        const text = (bytes: Uint8Array, start: number, end: number): string =>
          new TextDecoder("latin1").decode(bytes.subarray(start, end));
        const cutter = new LineCutter({
          line: (bytes, _view, start, end) => lines.push(text(bytes, start, end)),
          tooLong: () => lines.push("too long"),
        });
        for (let at = 0; at < codes.length; at += size) cutter.push(Uint8Array.from(codes.slice(at, at + size)));
        const rest = cutter.rest();
        lines.push(text(rest.bytes, 0, rest.length));
        const escaped = codes.map((code) =>
          code < 0x80 ? String.fromCharCode(code) : `\\${code.toString(8).padStart(3, "0")}`,
        );
        expect(lines).toEqual(escaped.join("").split("\n"));
      }),
    );
  });
});

describe("four characters", () => {
  test("are a number only when all of them are digits", () => {
    const character = fc.integer({ min: 0, max: 0x7f }).map((code) => String.fromCharCode(code));
    const digit = fc.constantFrom(..."0123456789");
    const four = fc.array(fc.oneof(digit, digit, digit, character), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(four, (characters) => {
        const text = characters.join("");
        const word = new DataView(new TextEncoder().encode(text).buffer).getInt32(0, true);
        const isNumber = /^\d{4}$/.test(text);
        expect(notDigits(word) === 0).toBe(isNumber);
        if (isNumber) expect(fourDigits(word)).toBe(Number(text));
      }),
    );
  });
});
