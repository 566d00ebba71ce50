import * as vscode from "vscode";
import { describeError, ExpectedError } from "../base/errors.ts";

/** The extension's log channel and the one way errors reach the user. */
export class Log implements vscode.Disposable {
  readonly channel = vscode.window.createOutputChannel("Goldentrace", { log: true });

  info(message: string): void {
    this.channel.info(message);
  }

  warn(message: string): void {
    this.channel.warn(message);
  }

  /**
   * Logs an error whole and tells the user: their own errors as one line with the way out, ours with a button to the log. Whoever cancels
   * something is told nothing.
   * @param doing what was being done, to begin the sentence with ("Deleting a run")
   */
  async show(doing: string, error: unknown): Promise<void> {
    if (error instanceof vscode.CancellationError) return;
    this.channel.error(`${doing}: ${describeError(error)}`);
    const showLog = "Show Log";
    const message =
      error instanceof ExpectedError
        ? [error.message, error.wayOut].filter((part) => part !== undefined).join(" ")
        : `${doing} failed because of a fault in Goldentrace: ${error instanceof Error ? error.message : String(error)}`;
    const picked = await vscode.window.showErrorMessage(message, ...(error instanceof ExpectedError ? [] : [showLog]));
    if (picked === showLog) this.channel.show();
  }

  dispose(): void {
    this.channel.dispose();
  }
}
