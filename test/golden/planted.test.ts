import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Comparison } from "../../src/protocol/comparison.ts";
import { missing } from "../node/programs.ts";
import {
  COSTS,
  canPlant,
  PLANTED_TARGET,
  PLANTS,
  type PlantedLanguage,
  PlantedWorkspace,
  toldAs,
} from "../support/plants.ts";
import { acceptOnce, checkOnce } from "../support/targets.ts";

const CASES: readonly { readonly language: PlantedLanguage; readonly needs: readonly string[] }[] = [
  { language: "c", needs: ["strace", "cc"] },
  { language: "py", needs: ["strace", "python3"] },
  { language: "sh", needs: ["strace", "bash", "cat", "mv", "sync"] },
];

for (const { language, needs } of CASES) {
  const lacking = missing(...needs);
  if (lacking !== undefined) console.log(`Planted changes in ${language} are not tested: ${lacking} is not installed.`);

  describe.skipIf(lacking !== undefined)(`planted changes in ${language}`, () => {
    let workspace: PlantedWorkspace;

    beforeAll(async () => {
      workspace = new PlantedWorkspace(language);
      await workspace.listen();
      workspace.plant();
      workspace.warmUp();
      await acceptOnce(PLANTED_TARGET, workspace.path, workspace.env);
    });

    afterAll(() => workspace.dispose());

    async function check(change?: { readonly name: string; readonly define: string }): Promise<Comparison> {
      workspace.plant();
      workspace.warmUp();
      workspace.plant(change);
      return checkOnce(PLANTED_TARGET, workspace.path, workspace.env);
    }

    test("nothing is told without a change", async () => {
      const { verdict, divergences } = await check();
      expect(divergences.map(({ title }) => title)).toEqual([]);
      expect(verdict).toBe("equivalent");
    });

    test.each(PLANTS.filter(({ name }) => canPlant(language, name)))("$name is told at its line", async (plant) => {
      const comparison = await check(plant);
      expect(comparison.verdict).toBe("diverged");
      const titles = comparison.divergences.map(({ title }) => title);
      expect(toldAs(plant, comparison, workspace), titles.join("\n")).toBeDefined();
    });

    test.runIf(language === "c")(
      "memory that is kept is told as a regression, and as no change of behaviour",
      async () => {
        const { verdict, performance } = await check(COSTS.find(({ name }) => name === "leak"));
        expect(verdict).toBe("equivalent");
        expect(performance.find(({ metric }) => metric === "mappedBytes")?.verdict).toBe("regressed");
      },
    );
  });
}
