import type { StringTable } from "../../../base/stringTable.ts";
import { Action, actionOf } from "./callEffects.ts";
import { redactionOf } from "./redact.ts";

/** What a call's name tells the reader, by the id of the name. Grows as unknown names turn up. */
export class NameTraits {
  private readonly actions: number[] = [];
  private readonly redactions: number[] = [];

  /** @param captureOnly names of calls that are read for what they print and do not become rows */
  constructor(
    private readonly names: StringTable,
    private readonly captureOnly: readonly string[] = [],
  ) {}

  action(name: number): number {
    return (
      this.actions[name] ??
      this.learn(name, this.actions, (text) => (this.captureOnly.includes(text) ? Action.capture : actionOf(text)))
    );
  }

  redaction(name: number): number {
    return this.redactions[name] ?? this.learn(name, this.redactions, redactionOf);
  }

  private learn(name: number, table: number[], of: (text: string) => number): number {
    while (table.length < this.names.size) table.push(of(this.names.get(table.length)));
    return table[name] ?? 0;
  }
}
