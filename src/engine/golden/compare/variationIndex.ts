import type { Variation } from "../../../protocol/goldenFile.ts";

/** Names that a variation of something else than calls goes by. */
export const THREAD_VARIATION = "thread";
export const EXIT_VARIATION = "exit";

const key = (thread: string, name: string, object: string): string => `${thread}\0${name}\0${object}`;

/** What the golden's samples did not agree on, for looking up. */
export class VariationIndex {
  private readonly bySubject = new Map<string, Variation[]>();

  constructor(variations: readonly Variation[]) {
    for (const variation of variations) {
      const of = key(variation.thread, variation.name, variation.object);
      const known = this.bySubject.get(of);
      if (known === undefined) this.bySubject.set(of, [variation]);
      else known.push(variation);
    }
  }

  get size(): number {
    return this.bySubject.size;
  }

  /** @param functionName empty when it is not known; then every function's variations apply, as those without function do */
  find(thread: string, name: string, object: string, functionName = ""): readonly Variation[] {
    const found = this.bySubject.get(key(thread, name, object));
    if (found === undefined) return [];
    return found.filter((each) => each.function === "" || functionName === "" || each.function === functionName);
  }
}
