/**
 * Runs one task at a time and remembers only the newest one that waits.
 * For redraws and refreshes, where an overtaken request is of no use.
 */
export class AsyncLimiter {
  private running = false;
  private pending: (() => Promise<void>) | undefined;

  constructor(private readonly onError: (error: unknown) => void) {}

  schedule(task: () => Promise<void>): void {
    this.pending = task;
    if (!this.running) void this.drain();
  }

  private async drain(): Promise<void> {
    this.running = true;
    while (this.pending !== undefined) {
      const task = this.pending;
      this.pending = undefined;
      try {
        await task();
      } catch (error) {
        this.onError(error);
      }
    }
    this.running = false;
  }
}
