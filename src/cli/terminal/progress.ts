import { cutToWidth } from "../../base/terminal/displayWidth.ts";
import type { Output } from "../context.ts";

const INTERVAL_MS = 200;
/** Work that ends sooner needs no progress. */
const DELAY_MS = 500;

/** One line on standard error that is drawn over itself and leaves nothing behind. Does nothing where that is not a terminal, or a dumb one. */
export class Progress {
  private timer: NodeJS.Timeout | undefined;
  private drawn = false;
  private readonly startedAt = performance.now();

  constructor(
    private readonly output: Output,
    private readonly text: () => string,
  ) {}

  start(): void {
    if (!this.output.canRedraw || this.timer !== undefined) return;
    this.timer = setInterval(() => this.draw(), INTERVAL_MS);
    // Progress never keeps the process alive.
    this.timer.unref();
  }

  /** Removes the line. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    if (this.drawn) await this.output.write("\r\x1b[2K");
    this.drawn = false;
  }

  private draw(): void {
    if (performance.now() - this.startedAt < DELAY_MS) return;
    this.drawn = true;
    // A terminal that went away has no use for progress; the command's own writes will report it.
    this.output.write(`\r\x1b[2K${cutToWidth(this.text(), this.output.columns - 1)}`).catch(() => this.stop());
  }
}
