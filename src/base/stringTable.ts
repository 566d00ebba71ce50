/** Interns strings as dense ids, in order of first sight. */
export class StringTable {
  private readonly ids = new Map<string, number>();
  private readonly strings: string[];

  constructor(initial: readonly string[] = []) {
    this.strings = [...initial];
    for (const [id, text] of initial.entries()) this.ids.set(text, id);
  }

  get size(): number {
    return this.strings.length;
  }

  /** The strings by id; a live view, not a copy. */
  get all(): readonly string[] {
    return this.strings;
  }

  intern(text: string): number {
    let id = this.ids.get(text);
    if (id === undefined) {
      id = this.strings.length;
      this.ids.set(text, id);
      this.strings.push(text);
    }
    return id;
  }

  find(text: string): number | undefined {
    return this.ids.get(text);
  }

  get(id: number): string {
    const text = this.strings[id];
    if (text === undefined) throw new RangeError(`No string has id ${id}`);
    return text;
  }
}
