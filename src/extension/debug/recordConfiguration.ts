import * as vscode from "vscode";
import { DisposableStore } from "../../base/disposable.ts";
import { ExpectedError } from "../../base/errors.ts";
import { DEBUG_TYPE } from "../../protocol/dap.ts";
import type { Recordings } from "./recordings.ts";

/**
 * Records a launch configuration as F5 does and waits for its end.
 * @returns the run's folder
 * @throws CancellationError when it was cancelled; the session is stopped then
 * @throws ExpectedError when it could not be recorded
 */
export async function recordConfiguration(
  recordings: Recordings,
  folder: vscode.WorkspaceFolder,
  configuration: vscode.DebugConfiguration,
  token: vscode.CancellationToken,
): Promise<string> {
  if (token.isCancellationRequested) throw new vscode.CancellationError();
  const store = new DisposableStore();
  let session: vscode.DebugSession | undefined;
  try {
    const finished = new Promise<string>((resolve, reject) => {
      store.add(
        vscode.debug.onDidStartDebugSession((started) => {
          if (started.type !== DEBUG_TYPE || started.name !== configuration.name) return;
          session ??= started;
          // Cancelled while it was being started.
          if (token.isCancellationRequested) void vscode.debug.stopDebugging(started);
        }),
      );
      store.add(
        recordings.onChange(({ sessionId, end, over }) => {
          if (sessionId !== session?.id) return;
          if (end !== null) resolve(end.runFolder);
          else if (over) reject(new ExpectedError(`“${configuration.name}” ended without a run.`));
        }),
      );
      store.add(
        token.onCancellationRequested(() => {
          if (session !== undefined) void vscode.debug.stopDebugging(session);
          reject(new vscode.CancellationError());
        }),
      );
    });
    // Awaited below; when starting fails first, nobody else listens.
    finished.catch(() => undefined);
    const began = await vscode.debug.startDebugging(folder, configuration);
    if (!began) throw new ExpectedError(`“${configuration.name}” could not be started.`);
    return await finished;
  } finally {
    store.dispose();
  }
}
