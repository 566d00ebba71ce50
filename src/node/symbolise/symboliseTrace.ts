import { siteOfStacks } from "../../engine/trace/sites.ts";
import type { Trace, TraceProblem } from "../../engine/trace/trace.ts";
import { type SymboliseOptions, symbolise } from "./symbolise.ts";

/** A trace whose frames and stacks have their source positions, and what could not be found. */
export async function symboliseTrace(
  trace: Trace,
  options: SymboliseOptions,
): Promise<{ readonly trace: Trace; readonly problems: readonly TraceProblem[] }> {
  const { stacks } = trace;
  if (stacks.frames.length === 0) return { trace, problems: [] };
  const found = await symbolise(stacks.frames, options);
  // Log lines name sites too; those keep their indexes.
  const first = trace.sites.length;
  const sites = [...trace.sites, ...found.sites];
  const frameSites = found.frameSites.map((ids) => ids.map((id) => first + id));
  const frames = stacks.frames.map((frame, index) => ({ ...frame, sites: frameSites[index] ?? [] }));
  const site = siteOfStacks(stacks.parent, stacks.frame, frameSites, sites, options.workspace);
  return { trace: { ...trace, sites, stacks: { ...stacks, frames, site } }, problems: found.problems };
}
