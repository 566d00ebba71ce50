import { hexValue, SPACE } from "./ascii.ts";

/** Bytes of a write to the program's terminal or output, as the tracer saw them. */
export interface TerminalWrite {
  /** Index in the thread table. */
  readonly thread: number;
  readonly fd: number;
  /** What `-y` says about the descriptor, `/dev/pts/3` for example; empty without it. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Nanoseconds from the origin at which the call was entered. */
  readonly time: number;
}

/** Large writes are handed on in pieces of this size. */
const PIECE = 1 << 16;

/**
 * Decodes what `strace -e write=1,2` prints below a call:
 * ` | 00000  68 65 6c 6c 6f 20 77 6f  72 6c 64 0a              hello wo rld. |`.
 * The dump shows what the program asked to write; only the bytes that the call really wrote are handed on, as soon as they are there.
 */
export class WriteDump {
  private thread = 0;
  private fd = 0;
  private path = "";
  private time = 0;
  private missing = 0;
  private readonly piece = new Uint8Array(PIECE);
  private used = 0;

  constructor(private readonly sink: (write: TerminalWrite) => void) {}

  /** Announces a call that wrote `written` bytes. */
  expect(thread: number, fd: number, path: string, time: number, written: number): void {
    this.flush();
    this.thread = thread;
    this.fd = fd;
    this.path = path;
    this.time = time;
    this.missing = written;
  }

  /** Takes a line that begins with ` | `. */
  line(bytes: Uint8Array, start: number, end: number): void {
    if (this.missing === 0) return;
    let at = start + 3;
    while (at < end && bytes[at] !== SPACE) at++;
    // Two blanks, then 16 times two digits and a blank, with one blank more in the middle.
    at += 2;
    for (let i = 0; i < 16 && this.missing > 0; i++) {
      const from = at + i * 3 + (i >> 3);
      if (from + 1 >= end) break;
      const high = hexValue(bytes[from] as number);
      const low = hexValue(bytes[from + 1] as number);
      if (high < 0 || low < 0) break;
      this.piece[this.used++] = high * 16 + low;
      this.missing--;
    }
    if (this.missing === 0 || this.used > PIECE - 16) this.flush();
  }

  /** Another call begins: what is there is all there will be. */
  end(): void {
    this.flush();
    this.missing = 0;
  }

  private flush(): void {
    if (this.used === 0) return;
    const { thread, fd, path, time } = this;
    const bytes = this.piece.slice(0, this.used);
    this.used = 0;
    this.sink({ thread, fd, path, time, bytes });
  }
}
