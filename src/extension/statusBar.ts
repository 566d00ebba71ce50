import * as vscode from "vscode";
import { formatCount, formatNs, plural } from "../base/format.ts";
import { truncate } from "../base/text.ts";
import type { Recordings, WindowRecording } from "./debug/recordings.ts";

/** While something records: what, for how long, and a way to the Live view. Keeps the `goldentrace.recording` context key. */
export class RecordingStatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("goldentrace.recording", vscode.StatusBarAlignment.Left, 5);
  private readonly subscriptions: vscode.Disposable[];
  private progressEnd: (() => void) | undefined;
  private lastText = "";

  constructor(private readonly recordings: Recordings) {
    this.item.name = "Goldentrace Recording";
    this.item.command = "goldentrace.showLive";
    this.subscriptions = [recordings.onChange(() => this.refresh()), recordings.onUpdate(() => this.refresh())];
  }

  private refresh(): void {
    const running = this.recordings.running.filter((recording) => recording.end === null);
    const first = running.at(-1);
    if (first === undefined) {
      this.lastText = "";
      this.item.hide();
    } else {
      const text = label(first, running.length);
      if (text !== this.lastText) {
        this.lastText = text;
        this.item.text = text;
        this.item.tooltip = tooltip(first);
        this.item.show();
      }
    }
    this.progress(running.some(({ info, update }) => info === null || update?.state === "finishing"));
    void vscode.commands.executeCommand("setContext", "goldentrace.recording", running.length > 0);
  }

  /** The Live view's progress line while a program is being started and while its run folder is being closed. */
  private progress(busy: boolean): void {
    if (busy && this.progressEnd === undefined) {
      void vscode.window.withProgress({ location: { viewId: "goldentrace.live" } }, () => {
        return new Promise<void>((resolve) => {
          this.progressEnd = resolve;
        });
      });
    } else if (!busy) {
      this.progressEnd?.();
      this.progressEnd = undefined;
    }
  }

  dispose(): void {
    this.progressEnd?.();
    for (const subscription of this.subscriptions) subscription.dispose();
    this.item.dispose();
  }
}

function label({ info, update, session }: WindowRecording, count: number): string {
  const name = truncate(info?.name ?? session.name, 30);
  const seconds = Math.floor((update?.elapsedNs ?? 0) / 1e9);
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const icon = update?.state === "paused" ? "$(debug-pause)" : "$(record)";
  return `${icon} ${name} ${clock}${count > 1 ? ` (+${count - 1})` : ""}`;
}

function tooltip({ info, update }: WindowRecording): string {
  if (info === null) return "Goldentrace is starting a program";
  const lines = [`Goldentrace records ${info.command} with ${info.recorder}`];
  if (update !== null) {
    lines.push(
      `${plural(update.syscalls, "system call")}, ${formatCount(update.logLines)} log lines, ${formatNs(update.elapsedNs)}`,
    );
  }
  lines.push("Click to show the Live view");
  return lines.join("\n");
}
