import * as vscode from "vscode";
import { assertNever } from "../../base/assert.ts";
import type { LiveCommand } from "../../protocol/view.ts";
import { requireTrust } from "../config.ts";
import type { WindowRecording } from "../debug/recordings.ts";

/** Carries out a button of the Live view. Buttons of a session that is over do what still makes sense. */
export async function runLiveCommand(command: LiveCommand, recording: WindowRecording | undefined): Promise<void> {
  switch (command) {
    case "start":
      requireTrust();
      await vscode.commands.executeCommand("goldentrace.run");
      return;
    case "stop":
      if (recording !== undefined && !recording.over) await vscode.debug.stopDebugging(recording.session);
      return;
    case "pause":
    case "continue":
      // The thread id is not used: the whole process tree is stopped and continued.
      if (recording !== undefined && !recording.over) await recording.session.customRequest(command, { threadId: 0 });
      return;
    case "restart":
      requireTrust();
      await restart(recording);
      return;
    case "openReport":
      await vscode.commands.executeCommand("goldentrace.openReport", recording?.info?.runFolder);
      return;
    case "showRuns":
      await vscode.commands.executeCommand("goldentrace.runs.focus");
      return;
    case "doctor":
      await vscode.commands.executeCommand("goldentrace.doctor");
      return;
    case "manageTrust":
      await vscode.commands.executeCommand("workbench.trust.manage");
      return;
    default:
      assertNever(command);
  }
}

async function restart(recording: WindowRecording | undefined): Promise<void> {
  if (recording === undefined) return;
  const { session } = recording;
  if (!recording.over) await vscode.debug.stopDebugging(session);
  await vscode.debug.startDebugging(session.workspaceFolder, session.configuration);
}
