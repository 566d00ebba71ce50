import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { toJSONSchema } from "zod/mini";
import { GOLDEN_DIR, goldenFileName, goldenFileSchema, goldenPerformanceName } from "../src/protocol/goldenFile.ts";

const root = path.resolve(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));

/** What the editor checks goldens with, made from what Goldentrace checks them with. */
function goldenJsonSchema(): string {
  const schema = toJSONSchema(goldenFileSchema, { target: "draft-7", io: "input" });
  const named = {
    title: "Golden trace",
    description: "Written by `goldentrace accept`; not meant to be changed by hand.",
  };
  return `${JSON.stringify({ ...schema, ...named }, null, 2)}\n`;
}

describe("schemas/golden.schema.json", () => {
  it("is what the schema in the code says (renew with `npx vitest run test/goldenSchema.test.ts -u`)", async () => {
    await expect(goldenJsonSchema()).toMatchFileSnapshot("../schemas/golden.schema.json");
  });

  it("is contributed for goldens and not for what lies beside them", () => {
    const [contribution] = manifest.contributes.jsonValidation;
    expect(contribution.url).toBe("./schemas/golden.schema.json");
    expect(contribution.fileMatch).toEqual([
      `${GOLDEN_DIR}/${goldenFileName("*")}`,
      `!${GOLDEN_DIR}/${goldenPerformanceName("*")}`,
    ]);
  });
});
