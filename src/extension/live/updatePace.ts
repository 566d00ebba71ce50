import { UPDATE_INTERVAL_MS } from "../../protocol/dap.ts";

/** An update that took this much longer than the swiftest one came late: something on its way cannot keep up. Milliseconds. */
const LATE_MS = 250;
/** An update that took at most this much longer than the swiftest one leaves room for more, milliseconds. */
const SWIFT_MS = 80;
/** So long must all updates have been swift before more of them are asked for. */
const RECOVERY_MS = 3000;
/** An interval this much longer than what one update costs lets a queue drain. */
const SLACK = 1.5;

/**
 * How often a recording may send updates so that they are taken as fast as they come. A window that is busy (a slow machine, a
 * remote connection, another extension) would otherwise fall behind further and further, and a question about the log would wait
 * behind all that is queued. While updates come late, how far apart they are dealt with is what one of them costs; they must be sent
 * further apart than that.
 */
export class UpdatePace {
  private intervalMs: number = UPDATE_INTERVAL_MS.least;
  private leastMs = Number.POSITIVE_INFINITY;
  private previousMs = Number.NaN;
  private changedAtMs = Number.NEGATIVE_INFINITY;
  private hurriedAtMs = Number.NEGATIVE_INFINITY;

  /**
   * Told about every update when it has been dealt with.
   * @param sentAtMs when it was sent, by the same clock as `nowMs`
   * @returns the interval to ask for, when it is another one than before
   */
  observe(sentAtMs: number, nowMs: number): number | undefined {
    const costMs = nowMs - this.previousMs;
    this.previousMs = nowMs;
    this.leastMs = Math.min(this.leastMs, nowMs - sentAtMs);
    const delayMs = nowMs - sentAtMs - this.leastMs;
    if (delayMs > SWIFT_MS) this.hurriedAtMs = nowMs;
    if (delayMs > LATE_MS) return this.ask(Math.max(this.intervalMs, this.tooMany(sentAtMs, costMs)), nowMs);
    if (nowMs - Math.max(this.hurriedAtMs, this.changedAtMs) < RECOVERY_MS) return undefined;
    return this.ask(this.intervalMs / SLACK, nowMs);
  }

  private tooMany(sentAtMs: number, costMs: number): number {
    const byCost = Number.isNaN(costMs) ? 0 : costMs * SLACK;
    // What was sent before the last change says nothing about the pace since.
    return sentAtMs < this.changedAtMs ? byCost : Math.max(byCost, this.intervalMs * SLACK);
  }

  private ask(intervalMs: number, nowMs: number): number | undefined {
    const wanted = Math.round(Math.min(Math.max(intervalMs, UPDATE_INTERVAL_MS.least), UPDATE_INTERVAL_MS.most));
    if (wanted === this.intervalMs) return undefined;
    this.intervalMs = wanted;
    this.changedAtMs = nowMs;
    return wanted;
  }
}
