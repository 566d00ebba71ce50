// Everything a terminal could act on, and the overrides that make text lie about its order; tab, line feed and carriage
// return stay. Marks inside words (joiners, direction marks) stay too: scripts and emoji need them.
const SUSPICIOUS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
const CONTROLS =
  // A whole control sequence (ECMA-48 CSI), or any single character of the above.
  /\x1b\[[0-?]*[ -/]*[@-~]|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
/** Colours and other styling (SGR); no longer than any that programs print. */
const STYLE = /^\x1b\[[0-9;:]{0,64}m$/;
/** A control sequence that may go on in the next chunk; a longer one is none. */
const UNFINISHED = /\x1b(?:\[[0-?]{0,64}[ -/]{0,4})?$/;

/**
 * Bytes of a program's output as text for a debug console: UTF-8 across chunk boundaries, invalid bytes as U+FFFD. Styles
 * are kept when the console shows them; other control sequences move cursors that a console does not have and are left
 * out; every other control character becomes visible (`\x07`), so that output cannot act on the client.
 */
export class ConsoleText {
  private decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  private held = "";

  constructor(private readonly styles: boolean) {}

  decode(bytes: Uint8Array): string {
    return this.clean(this.held + this.decoder.decode(bytes, { stream: true }));
  }

  /** What is left of an unfinished character or control sequence; the next bytes begin afresh. */
  end(): string {
    const rest = this.clean(this.held + this.decoder.decode());
    const { held } = this;
    this.held = "";
    return rest + visible(held);
  }

  private clean(text: string): string {
    const unfinished = UNFINISHED.exec(text);
    this.held = unfinished?.[0] ?? "";
    const whole = unfinished === null ? text : text.slice(0, unfinished.index);
    if (!SUSPICIOUS.test(whole)) return whole;
    return whole.replace(CONTROLS, (match) => {
      if (match.length === 1) return visible(match);
      return this.styles && STYLE.test(match) ? match : "";
    });
  }
}

function visible(text: string): string {
  return text.replace(CONTROLS, (match) => {
    const code = match.charCodeAt(0);
    const name = code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
    return name + match.slice(1);
  });
}
