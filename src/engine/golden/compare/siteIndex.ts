import { StringTable } from "../../../base/stringTable.ts";
import type { ComparisonSite } from "../../../protocol/comparison.ts";
import type { Behaviour, BehaviourSite } from "../behaviour.ts";
import type { CompareOptions } from "./options.ts";

/** The places of two behaviours brought together: the golden's lines as they are now, functions under common numbers. */
export class SiteIndex {
  /** Files of the golden in which lines could not be followed. */
  readonly unmappedFiles = new Set<string>();
  private readonly functions = new StringTable(["\0"]);
  private readonly lines = new StringTable([""]);
  private readonly goldenPlaces: readonly (ComparisonSite | null)[];
  private readonly functionsOf: { readonly golden: Int32Array; readonly actual: Int32Array };
  private readonly linesOf: { readonly golden: Int32Array; readonly actual: Int32Array };

  constructor(
    readonly golden: Behaviour,
    readonly actual: Behaviour,
    mapSite: CompareOptions["mapSite"],
  ) {
    const places = golden.sites.map(({ file, line }) => mapSite?.(file, line));
    for (const [i, place] of places.entries()) {
      if (place === undefined) this.unmappedFiles.add(golden.sites[i]?.file ?? "");
    }
    this.goldenPlaces = golden.sites.map((site, i) => {
      const place = places[i];
      if (place === null) return null;
      return place === undefined ? this.sameFunctionNow(site) : { ...place, function: site.function };
    });
    const current = golden.sites.map((site, i) => ({ ...site, ...(places[i] ?? {}) }));
    const functionOf = (site: BehaviourSite): number => this.functions.intern(`${site.file}\0${site.function}`);
    const lineOf = (site: BehaviourSite, gone: boolean): number => {
      if (gone) return this.lines.intern(`gone ${site.file}\0${site.line}`);
      // Where lines cannot be followed, the function has to do.
      return this.lines.intern(
        this.unmappedFiles.has(site.file) ? `${site.file}\0${site.function}` : `${site.file}\0${site.line}`,
      );
    };
    this.functionsOf = {
      golden: Int32Array.from(current, functionOf),
      actual: Int32Array.from(actual.sites, functionOf),
    };
    this.linesOf = {
      golden: Int32Array.from(current, (site, i) => lineOf(site, places[i] === null)),
      actual: Int32Array.from(actual.sites, (site) => lineOf(site, false)),
    };
  }

  get functionCount(): number {
    return this.functions.size;
  }

  /** Common number of the function at a site of one side; 0 without a site. */
  functionId(side: "golden" | "actual", site: number): number {
    return site < 0 ? 0 : (this.functionsOf[side][site] ?? 0);
  }

  /** Common number of the line, or of the function where lines cannot be followed; 0 without a site. */
  lineId(side: "golden" | "actual", site: number): number {
    return site < 0 ? 0 : (this.linesOf[side][site] ?? 0);
  }

  functionName(id: number): string {
    return this.functions.get(id).split("\0")[1] ?? "";
  }

  fileName(id: number): string {
    return this.functions.get(id).split("\0")[0] ?? "";
  }

  /** Where a site of the golden is in the sources as they are now; null where it is gone or not known. */
  now(goldenSite: number): ComparisonSite | null {
    return this.goldenPlaces[goldenSite] ?? null;
  }

  private sameFunctionNow({ file, function: name }: BehaviourSite): ComparisonSite | null {
    if (name === "") return null;
    const same = this.actual.sites.filter((site) => site.file === file && site.function === name);
    if (same.length === 0) return null;
    return { file, line: Math.min(...same.map(({ line }) => line)), function: name };
  }
}
