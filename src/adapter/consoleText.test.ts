import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConsoleText } from "./consoleText.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function decodeInChunks(bytes: Uint8Array, cuts: readonly number[], styles = true): string {
  const text = new ConsoleText(styles);
  let shown = "";
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const to = Math.min(cut, bytes.length);
    shown += text.decode(bytes.subarray(from, to));
    from = to;
  }
  return shown + text.decode(bytes.subarray(from)) + text.end();
}

describe("in the console", () => {
  test.each([
    ["text stays", "a\tb\r\nc\rd\n", "a\tb\r\nc\rd\n"],
    ["characters of all planes stay", "é € 😀 👨‍👩‍👧 \ufeff", "é € 😀 👨‍👩‍👧 \ufeff"],
    ["colours stay", "\x1b[1;38;5;196mred\x1b[0m", "\x1b[1;38;5;196mred\x1b[0m"],
    ["cursor movements go", "10%\x1b[K\x1b[2J\x1b[?25l\r20%", "10%\r20%"],
    [
      "a title and a clipboard become visible",
      "\x1b]0;title\x07\x1b]52;c;aGk=\x1b\\",
      "\\x1b]0;title\\x07\\x1b]52;c;aGk=\\x1b\\",
    ],
    ["bells, backspaces and NUL become visible", "a\x07\x08\0b\x7f", "a\\x07\\x08\\x00b\\x7f"],
    ["8-bit controls become visible", "\u009b31m\u0085", "\\x9b31m\\x85"],
    ["overrides of direction become visible", "a\u202eb\u2066c", "a\\u202eb\\u2066c"],
    ["an escape at the very end becomes visible", "a\x1b[3", "a\\x1b[3"],
    ["an endless control sequence is none", `\x1b[${"1".repeat(500)}`, `\\x1b[${"1".repeat(500)}`],
    ["an overlong style is left out", `\x1b[${"1;".repeat(100)}mx`, "x"],
  ])("%s", (_, input, shown) => {
    expect(decodeInChunks(encode(input), [])).toBe(shown);
  });

  test("bytes that are no UTF-8 become replacement characters", () => {
    expect(decodeInChunks(Uint8Array.of(0x61, 0xff, 0x62, 0xe2, 0x82), [])).toBe("a\ufffdb\ufffd");
  });

  test("a client that shows no styles gets none", () => {
    expect(decodeInChunks(encode("\x1b[31mred\x1b[0m"), [], false)).toBe("red");
  });
});

test("the same is shown wherever the bytes are cut, and nothing of it can act", () => {
  const part = fc.constantFrom(
    "é😀",
    "\x1b[31m",
    "\x1b[K",
    "\x1b",
    "[",
    "3",
    "m",
    "plain",
    "\x07",
    "\n",
    "\x1b]8;;x\x07",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.nat(40), { maxLength: 6 }), (parts, cuts) => {
      const bytes = encode(parts.join(""));
      const shown = decodeInChunks(bytes, cuts);
      expect(shown).toBe(decodeInChunks(bytes, []));
      expect(shown.replace(/\x1b\[[0-9;:]*m/g, "")).not.toMatch(
        /[\u0000-\u0008\u000b-\u000c\u000e-\u001f\u007f-\u009f]/,
      );
    }),
    { numRuns: 500 },
  );
});
