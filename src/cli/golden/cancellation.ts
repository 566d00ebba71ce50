import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Signals that end a command which records: the first stops what is recorded, and the command ends when that has ended. */
export class Cancellation {
  private readonly controller = new AbortController();
  private received: (typeof SIGNALS)[number] | undefined;
  private readonly listeners = SIGNALS.map((signal) => {
    const listener = (): void => {
      this.received ??= signal;
      this.controller.abort();
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** What a shell reports for the signal. */
  get exitCode(): number {
    return 128 + constants.signals[this.received ?? "SIGINT"];
  }

  dispose(): void {
    for (const remove of this.listeners) remove();
  }
}
