import * as z from "zod/mini";

/** One source position of an address; an address in inlined code has several. */
export interface SourceFrame {
  /** As the debug information has it: absolute, or relative to an unknown directory. */
  readonly file: string;
  /** 1-based; 0 for code that belongs to no line. */
  readonly line: number;
  /** 0 when unknown. */
  readonly column: number;
  /** Demangled; empty when unknown. */
  readonly function: string;
}

/** Understands the answers of one symboliser to one query after the other. */
export interface AddressReader {
  /** What to write to the symboliser for these addresses. */
  begin(addresses: readonly number[]): string;
  /** Takes a line in. Returns the frames of every address when the line completes the query's answer. */
  line(text: string, terminated: boolean): SourceFrame[][] | undefined;
}

const llvmAnswer = z.object({
  Symbol: z.array(
    z.object({
      FileName: z.string(),
      FunctionName: z.string(),
      Line: z.number(),
      Column: z.number(),
    }),
  ),
});

/** `llvm-symbolizer --output-style=JSON`: one JSON object a line for each address, errors included. */
export class LlvmReader implements AddressReader {
  private expected = 0;
  private frames: SourceFrame[][] = [];
  private overlong = false;

  begin(addresses: readonly number[]): string {
    this.expected = addresses.length;
    this.frames = [];
    return addresses.map((address) => `${hex(address)}\n`).join("");
  }

  line(text: string, terminated: boolean): SourceFrame[][] | undefined {
    if (!terminated) {
      this.overlong = true;
      return undefined;
    }
    if (!this.overlong && !text.startsWith("{")) return undefined;
    this.frames.push(this.overlong ? [] : parseLlvmAnswer(text));
    this.overlong = false;
    return this.frames.length === this.expected ? this.frames : undefined;
  }
}

function parseLlvmAnswer(text: string): SourceFrame[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Old versions do not escape every byte of a file name; such an address has no site.
    return [];
  }
  const answer = llvmAnswer.safeParse(json);
  if (!answer.success) return [];
  return answer.data.Symbol.filter(({ FileName }) => FileName !== "" && FileName !== "??").map((symbol) => ({
    file: symbol.FileName,
    line: symbol.Line,
    column: symbol.Column,
    function: tidyFunction(symbol.FunctionName),
  }));
}

/** Of no binary; its echo shows that everything before it was answered. */
const SENTINEL = "0xffffffffffffffff";

/** `addr2line -a -f -i -C`: the address, then pairs of lines `function` and `file:line`, as many as functions were inlined. */
export class Addr2lineReader implements AddressReader {
  private frames: SourceFrame[][] = [];
  private functionName: string | undefined;
  private broken = false;

  begin(addresses: readonly number[]): string {
    this.frames = [];
    this.functionName = undefined;
    return [...addresses.map(hex), SENTINEL, ""].join("\n");
  }

  line(text: string, terminated: boolean): SourceFrame[][] | undefined {
    if (!terminated) {
      this.broken = true;
      return undefined;
    }
    if (/^0x[0-9a-f]+$/.test(text)) {
      this.functionName = undefined;
      this.broken = false;
      if (/^0xf{8,16}$/.test(text)) return this.frames;
      this.frames.push([]);
    } else if (!this.broken) {
      this.pairLine(text);
    }
    return undefined;
  }

  private pairLine(text: string): void {
    if (this.functionName === undefined) {
      this.functionName = text;
      return;
    }
    const match = /^(.*):(\d+|\?)(?: \(discriminator \d+\))?$/.exec(text);
    const file = match?.[1];
    if (file === undefined) {
      // A line feed in a name: what follows up to the next address cannot be told apart.
      this.broken = true;
    } else if (file !== "??") {
      const line = match?.[2] === "?" ? 0 : Number(match?.[2]);
      const name = this.functionName === "??" ? "" : tidyFunction(this.functionName);
      this.frames.at(-1)?.push({ file, line, column: 0, function: name });
    }
    this.functionName = undefined;
  }
}

/** Escapes in Rust's older names: https://github.com/rust-lang/rustc-demangle/blob/main/src/legacy.rs. */
const RUST_ESCAPES: Readonly<Record<string, string>> = {
  SP: "@",
  BP: "*",
  RF: "&",
  LT: "<",
  GT: ">",
  LP: "(",
  RP: ")",
  C: ",",
};

/**
 * Rust's older names are C++ names to a symboliser: they end in a hash of the crate, and what C++ has no letters for is escaped.
 * Names without that hash are left as they are.
 */
export function tidyFunction(name: string): string {
  const path = name.replace(/::h[0-9a-f]{16}$/, "");
  if (path === name) return name;
  return path
    .replace(/(^|::)_(?=\$)/g, "$1")
    .replace(
      /\$(?:u([0-9a-f]{1,6})|([A-Z]{1,2}))\$/g,
      (whole, code: string | undefined, letters: string | undefined) => {
        if (letters !== undefined) return RUST_ESCAPES[letters] ?? whole;
        const point = Number.parseInt(code as string, 16);
        return point >= 0x20 && point <= 0x10ffff && point !== 0x7f ? String.fromCodePoint(point) : whole;
      },
    )
    .replaceAll("..", "::");
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
