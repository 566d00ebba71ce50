import type { StringTable } from "../../../base/stringTable.ts";
import { actionOf } from "./callEffects.ts";
import { redactionOf } from "./redact.ts";

/** What a call's name tells the reader, by the id of the name. Grows as unknown names turn up. */
export class NameTraits {
  private readonly actions: number[] = [];
  private readonly redactions: number[] = [];

  constructor(private readonly names: StringTable) {}

  action(name: number): number {
    return this.actions[name] ?? this.learn(name, this.actions, actionOf);
  }

  redaction(name: number): number {
    return this.redactions[name] ?? this.learn(name, this.redactions, redactionOf);
  }

  private learn(name: number, table: number[], of: (text: string) => number): number {
    while (table.length < this.names.size) table.push(of(this.names.get(table.length)));
    return table[name] ?? 0;
  }
}
