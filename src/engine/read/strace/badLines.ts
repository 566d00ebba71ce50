import { asciiText } from "../../../base/asciiText.ts";

/** Counts lines that could not be read and remembers what the first of them looked like. */
export class BadLines {
  count = 0;
  /** As a JSON string, shortened; empty when there was none. */
  first = "";

  add(bytes: Uint8Array, start: number, end: number): void {
    this.count++;
    if (this.count === 1) this.first = JSON.stringify(asciiText(bytes, start, Math.min(end, start + 200)));
  }
}
