import { resolve } from "node:path";
import { RULES } from "../../engine/golden/normalise/rules.ts";
import { PERFORMANCE_DEFAULTS } from "../../engine/golden/performance/comparePerformance.ts";
import type { GoldenConfig, IgnoreRule, PERFORMANCE_POLICIES, UserRule } from "../../protocol/goldenConfig.ts";
import { type ComparisonMode, GOLDEN_DIR } from "../../protocol/goldenFile.ts";
import type { ConfigFile } from "../../protocol/launch.ts";
import { targetNames } from "../config.ts";

/** How a target is accepted and checked: `[golden]` and `[targets.NAME.golden]` with every default applied. */
export interface GoldenSettings {
  /** Absolute folder of the goldens. */
  readonly dir: string;
  readonly mode: ComparisonMode;
  readonly samples: number;
  readonly minEffect: number;
  readonly performance: (typeof PERFORMANCE_POLICIES)[number];
  readonly timeoutMs: number;
  readonly rulesOff: readonly string[];
  readonly rules: readonly UserRule[];
  readonly ignore: readonly IgnoreRule[];
}

const DEFAULT_SAMPLES = 3;
const DEFAULT_TIMEOUT_S = 600;

/** @param name of a target; any other name has the common settings */
export function goldenSettings(workspace: string, config: ConfigFile, name: string): GoldenSettings {
  const common: GoldenConfig = config.golden ?? {};
  const own: GoldenConfig = (targetNames(config).includes(name) ? config.targets?.[name]?.golden : undefined) ?? {};
  return {
    dir: resolve(workspace, common.dir ?? GOLDEN_DIR),
    mode: own.mode ?? common.mode ?? "observable",
    samples: own.samples ?? common.samples ?? DEFAULT_SAMPLES,
    minEffect: own.minEffect ?? common.minEffect ?? PERFORMANCE_DEFAULTS.minEffect,
    performance: own.performance ?? common.performance ?? "report",
    timeoutMs: (own.timeout ?? common.timeout ?? DEFAULT_TIMEOUT_S) * 1000,
    rulesOff: [...(common.rulesOff ?? []), ...(own.rulesOff ?? [])],
    rules: [...(common.rules ?? []), ...(own.rules ?? [])],
    ignore: [...(common.ignore ?? []), ...(own.ignore ?? [])],
  };
}

/** Ids of the normalisation rules that are on, in the order they are applied in. */
export function rulesOn({ rules, rulesOff }: Pick<GoldenSettings, "rules" | "rulesOff">): string[] {
  const off = new Set(rulesOff);
  return [...RULES, ...rules].map(({ id }) => id).filter((id) => !off.has(id));
}
