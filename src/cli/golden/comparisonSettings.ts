import type { GoldenSettings } from "../../node/golden/goldenSettings.ts";
import { COMPARISON_MODES } from "../../protocol/goldenFile.ts";
import type { CommandLine } from "../commandLine.ts";

/** What the command line says about how to compare. */
export function comparisonSettings(line: CommandLine): Partial<GoldenSettings> {
  const mode = COMPARISON_MODES.find((known) => known === line.text("mode"));
  return mode === undefined ? {} : { mode };
}
