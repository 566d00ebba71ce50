import type { TraceClock } from "../../trace/trace.ts";
import { DOT, SPACE, ZERO } from "./ascii.ts";
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

  /** Sets `tid` and `time`; returns where the text begins, -1 for an empty line. */
  read(bytes: Uint8Array, start: number, end: number): number {
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
      const dot = at + 10;
      if (dot + 10 < end && bytes[dot] === DOT && bytes[dot + 10] === SPACE) {
        let seconds = 0;
        let digits = 0;
        for (let i = at; i < dot; i++) {
          const digit = (bytes[i] as number) - ZERO;
          digits |= digit | (9 - digit);
          seconds = seconds * 10 + digit;
        }
        let nanoseconds = 0;
        for (let i = dot + 1; i < dot + 10; i++) {
          const digit = (bytes[i] as number) - ZERO;
          digits |= digit | (9 - digit);
          nanoseconds = nanoseconds * 10 + digit;
        }
        if (digits >= 0) {
          this.tid = tid;
          this.timed = true;
          this.setTime((seconds - this.originSeconds) * 1e9 + (nanoseconds - this.originNanoseconds));
          return dot + 11;
        }
      }
    }
    const { prefix } = this;
    prefix.read(bytes, start, end);
    this.tid = prefix.tid === -1 ? this.lineTid : prefix.tid;
    this.slowTime();
    return prefix.end < end ? prefix.end : -1;
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
