import type { TraceClock } from "../../trace/trace.ts";
import { DOT, SPACE, ZERO } from "./ascii.ts";
import { fourDigits, notDigits } from "./digits.ts";
import { LinePrefix } from "./linePrefix.ts";

/** The clock was set back when a line is earlier than the one before by more than this (nanoseconds). */
const CLOCK_STEP = 50e6;

const DAY = 86_400;

/** Reads thread and time in front of each line and makes one clock of all the ways in which logs tell time. */
export class LineHead {
  /** Of the line that was read last. */
  tid = 0;
  /** Nanoseconds from the origin of the line that was read last. */
  time = 0;
  /** Lines so far: what stands in for time in a log that has none. */
  lines = 0;
  /** How often the clock was set back. */
  clockSteps = 0;
  /** The log began without times. */
  untimed = false;
  private timed = false;
  private latest = Number.NEGATIVE_INFINITY;
  private clockOffset = 0;
  private relative = 0;
  /** Nanoseconds from the origin to the second that was read last, and the text it was read from. */
  private second = 0;
  private secondDigits = Number.NaN;
  private secondTail = 0;
  private readonly prefix = new LinePrefix();
  private readonly originSeconds: number;
  private readonly originNanoseconds: number;

  /** @param lineTid the thread of lines that name none */
  constructor(
    clock: TraceClock,
    private readonly lineTid: number,
  ) {
    this.originSeconds = Number(clock.originRealtimeNs / 1_000_000_000n);
    this.originNanoseconds = Number(clock.originRealtimeNs % 1_000_000_000n);
  }

  /**
   * Sets `tid` and `time`; returns where the text begins, -1 for an empty line. `view` shows the same memory as `bytes`;
   * 16 bytes can be read behind the end.
   */
  read(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    // `1234  1700000000.123456789 `: what we ask strace for, read without detours.
    let at = start;
    let tid = 0;
    let byte = bytes[at] as number;
    while (byte >= ZERO && byte <= 0x39 && at < start + 8) {
      tid = tid * 10 + byte - ZERO;
      byte = bytes[++at] as number;
    }
    if (at > start && byte === SPACE) {
      while (bytes[at] === SPACE) at++;
      if (at + 20 < end && bytes[at + 20] === SPACE && this.sameSecond(view, at)) {
        const first = view.getInt32(at + 11, true);
        const second = view.getInt32(at + 15, true);
        const last = (bytes[at + 19] as number) - ZERO;
        if ((notDigits(first) | notDigits(second)) === 0 && last >= 0 && last <= 9) {
          this.tid = tid;
          this.setTime(this.second + ((fourDigits(first) * 10000 + fourDigits(second)) * 10 + last));
          return at + 21;
        }
      }
    }
    const { prefix } = this;
    prefix.read(bytes, start, end);
    this.tid = prefix.tid === -1 ? this.lineTid : prefix.tid;
    this.slowTime();
    return prefix.end < end ? prefix.end : -1;
  }

  /**
   * Whether the ten digits and the point at `at` are those of `second`, which is found out only when they change.
   * Eight digits are compared as one floating-point number: of ASCII text none is `NaN`.
   */
  private sameSecond(view: DataView, at: number): boolean {
    const tail = view.getInt32(at + 8, true) & 0xffffff;
    const digits = view.getFloat64(at, true);
    if (digits === this.secondDigits && tail === this.secondTail) return true;
    const first = view.getInt32(at, true);
    const second = view.getInt32(at + 4, true);
    // Two digits in front of a point, with two zeros put before them.
    const third = ((tail & 0xffff) << 16) | 0x3030;
    if ((notDigits(first) | notDigits(second) | notDigits(third)) !== 0 || tail >>> 16 !== DOT) return false;
    const seconds = (fourDigits(first) * 10000 + fourDigits(second)) * 100 + fourDigits(third);
    this.second = (seconds - this.originSeconds) * 1e9 - this.originNanoseconds;
    this.secondDigits = digits;
    this.secondTail = tail;
    this.timed = true;
    return true;
  }

  private slowTime(): void {
    const { seconds, nanoseconds, kind } = this.prefix;
    switch (kind) {
      case "epoch":
        this.timed = true;
        this.setTime((seconds - this.originSeconds) * 1e9 + (nanoseconds - this.originNanoseconds));
        return;
      case "clock": {
        // Only the time of day is known: the run begins on the origin's day and passes midnight whenever hours drop.
        this.timed = true;
        const origin = this.originSeconds % DAY;
        let time = (seconds - origin) * 1e9 + (nanoseconds - this.originNanoseconds) + this.relative;
        if (time < this.latest - 12 * 3600e9) {
          this.relative += DAY * 1e9;
          time += DAY * 1e9;
        }
        this.setTime(time);
        return;
      }
      case "delta":
        this.timed = true;
        this.relative += seconds * 1e9 + nanoseconds;
        this.setTime(this.relative);
        return;
      case "none":
        if (!this.timed) this.untimed = true;
        this.setTime(this.untimed ? this.lines - 1 : Math.max(0, this.latest));
        return;
    }
  }

  private setTime(measured: number): void {
    let time = measured + this.clockOffset;
    if (time < this.latest) {
      if (time < this.latest - CLOCK_STEP) {
        this.clockSteps++;
        this.clockOffset += this.latest - time;
        time = this.latest;
      }
    } else {
      this.latest = time;
    }
    this.time = time;
  }
}
