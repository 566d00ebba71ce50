import { AsciiBuffer } from "./asciiBuffer.ts";
import { ByteInterner } from "./byteInterner.ts";

/** Texts are made of bytes when there are this many. */
const BULK = 1 << 16;

const decoder = new TextDecoder("latin1");

/**
 * Texts by id, in order of arrival. Those that come as bytes are collected and become strings many at a time: one call of
 * the decoder, of whose string they are parts.
 */
export class ResultTexts {
  private texts: string[] = [];
  private readonly bytes = new AsciiBuffer(1 << 10);
  private ends: number[] = [];
  private readonly ids = new ByteInterner((bytes, start, end) => this.collect(bytes, start, end), 4096);

  /** The id of a text. */
  add(text: string): number {
    this.decode();
    return this.texts.push(text) - 1;
  }

  /** The id of an ASCII text; one that was seen shortly before keeps its id. */
  idOf(bytes: Uint8Array, start: number, end: number): number {
    return this.ids.id(bytes, start, end);
  }

  /** The texts so far; ids begin anew. */
  take(): string[] {
    this.decode();
    const { texts } = this;
    this.texts = [];
    this.ids.clear();
    return texts;
  }

  private collect(bytes: Uint8Array, start: number, end: number): number {
    if (this.bytes.length > BULK) this.decode();
    this.bytes.appendBytes(bytes, start, end);
    return this.texts.length + this.ends.push(this.bytes.length) - 1;
  }

  private decode(): void {
    const { ends, bytes, texts } = this;
    if (ends.length === 0) return;
    const all = decoder.decode(bytes.bytes.subarray(0, bytes.length));
    let start = 0;
    for (const end of ends) {
      texts.push(all.slice(start, end));
      start = end;
    }
    this.ends = [];
    bytes.length = 0;
  }
}
