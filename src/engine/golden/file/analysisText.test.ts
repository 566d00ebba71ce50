import fc from "fast-check";
import { expect, test } from "vitest";
import { goldenFrom } from "../../../../test/support/behaviours.ts";
import { ANALYSIS_BEGIN, ANALYSIS_END, type AnalysisEntry, analysisEntry, analysisText } from "./analysisText.ts";

const ENTRY: AnalysisEntry = {
  name: "app",
  command: ["<workspace>/app", "a|b", "`x`", "two\nlines"],
  calls: 12345,
  threads: 2,
  samples: 3,
  varies: ["read p (3 to 5 times)"],
  topCalls: [
    ["read", 9],
    ["write", 2],
  ],
};
const OTHER: AnalysisEntry = { ...ENTRY, name: "aaa", command: [], varies: [] };

test("a new file has a heading and a row for each golden, by name", () => {
  expect(analysisText(undefined, [ENTRY, OTHER])).toBe(`# Golden traces

${ANALYSIS_BEGIN}

| Golden | Command | Calls | Threads | Samples | Varies | Most calls |
| --- | --- | --: | --: | --: | --- | --- |
| \`aaa\` |  | 12,345 | 2 | 3 | nothing | \`read\` 9, \`write\` 2 |
| \`app\` | \`\`<workspace>/app a\\|b \`x\` two\\nlines\`\` | 12,345 | 2 | 3 | \`read p (3 to 5 times)\` | \`read\` 9, \`write\` 2 |

${ANALYSIS_END}
`);
});

test("a golden is told in a row", () => {
  const golden = goldenFrom("openat a; read a 10 x3; write b 2\nmain>w: futex", {
    varies: [
      { thread: "main", name: "read", object: "a", function: "f", varies: "count", min: 3, max: 5 },
      { thread: "main", name: "read", object: "a", function: "g", varies: "count", min: 3, max: 5 },
      { thread: "main", name: "read", object: "b", function: "g", varies: "count", min: 2, max: 2 },
      { thread: "main", name: "write", object: "", function: "", varies: "order", min: 1, max: 1 },
    ],
  });
  expect(analysisEntry(golden)).toEqual({
    name: "demo",
    command: ["demo"],
    calls: 6,
    threads: 2,
    samples: 1,
    varies: ["read a (3 to 5 times)", "read b (2 times)", "write (order)"],
    topCalls: [
      ["read", 3],
      ["futex", 1],
      ["openat", 1],
      ["write", 1],
    ],
  });
});

const lines = fc.array(
  fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.constantFrom("", ANALYSIS_BEGIN, ANALYSIS_END, `x ${ANALYSIS_BEGIN}`, "| a | b |", "text\r"),
  ),
  { maxLength: 8 },
);

test("the user's text stays byte for byte, and writing again changes nothing", () => {
  fc.assert(
    fc.property(lines, lines, fc.constantFrom("\n", "\r\n"), (before, after, eol) => {
      const own = (text: readonly string[]) => text.filter((line) => !line.includes("goldentrace:")).join(eol);
      const [head, tail] = [own(before), own(after)];
      const first = analysisText(`${head}${eol}${ANALYSIS_BEGIN}${eol}old${eol}${ANALYSIS_END}${eol}${tail}`, [ENTRY]);
      expect(first.startsWith(`${head}${eol}${ANALYSIS_BEGIN}`)).toBe(true);
      expect(first.endsWith(`${ANALYSIS_END}${eol}${tail}`)).toBe(true);
      expect(first).not.toContain("old\n");

      // Whatever markers stand where: what is there is kept but for one block, and a second time changes nothing.
      const mixed = before.join(eol);
      const written = analysisText(mixed, [ENTRY, OTHER]);
      expect(analysisText(written, [OTHER, ENTRY])).toBe(written);
      if (!mixed.includes(ANALYSIS_BEGIN) || !mixed.includes(ANALYSIS_END))
        expect(written.startsWith(mixed)).toBe(mixed !== "" || written.startsWith("#"));
    }),
  );
});

test("a command cannot end the table", () => {
  const text = analysisText(undefined, [{ ...ENTRY, command: [`x\n${ANALYSIS_END}\n# evil`] }]);
  expect(analysisText(text, [OTHER])).toBe(analysisText(undefined, [OTHER]));
});
