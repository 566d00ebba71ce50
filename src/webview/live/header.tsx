import { useEffect, useState } from "preact/hooks";
import { formatCount, plural } from "../../base/format.ts";
import { oneLine, truncate } from "../../base/text.ts";
import { endText } from "../../engine/view/endText.ts";
import type { RecordingEnd, RecordingState } from "../../protocol/live.ts";
import { Icon, IconButton } from "./controls.tsx";
import type { LiveStore } from "./liveStore.ts";
import { formatElapsed } from "./units.ts";

interface StateLook {
  readonly label: string;
  readonly icon: string;
  readonly tone: string;
  readonly spin?: boolean;
}

const STATES: Readonly<Record<RecordingState, StateLook>> = {
  starting: { label: "Starting", icon: "loading", tone: "busy", spin: true },
  running: { label: "Recording", icon: "record", tone: "recording" },
  paused: { label: "Paused", icon: "debug-pause", tone: "paused" },
  stopping: { label: "Stopping", icon: "loading", tone: "busy", spin: true },
  finishing: { label: "Saving the run", icon: "loading", tone: "busy", spin: true },
  finished: { label: "Finished", icon: "pass", tone: "finished" },
  failed: { label: "Failed", icon: "error", tone: "failed" },
};

/** Tooltips are bounded: a command line can hold megabytes. */
const MAX_TOOLTIP = 2000;

export function Header({ store }: { store: LiveStore }) {
  const info = store.info.value;
  const state = store.state;
  if (info === null || state === null) return null;
  return (
    <header class="header">
      <div class="header-state">
        <State store={store} state={state} />
        <Buttons store={store} state={state} />
      </div>
      <h1 class="program" title={truncate(oneLine(info.command), MAX_TOOLTIP)}>
        {truncate(oneLine(info.name), 200)}
        {info.command !== info.name && <span class="command"> {truncate(oneLine(info.command), 500)}</span>}
      </h1>
      <Facts store={store} />
    </header>
  );
}

function State({ store, state }: { store: LiveStore; state: RecordingState }) {
  const end = store.end.value;
  const ended = end !== null && state !== "failed" ? "finished" : state;
  const bad = end !== null && (end.signal !== null || (end.exitCode ?? 0) !== 0);
  const look = STATES[ended];
  return (
    <div class={`state state-${look.tone}${bad && ended === "finished" ? " state-bad" : ""}`}>
      <Icon name={bad && ended === "finished" ? "error" : look.icon} spin={look.spin ?? false} />
      <span role="status">{look.label}</span>
      <Elapsed store={store} />
    </div>
  );
}

/** The only part that changes with the clock alone, so that nothing else is rendered for it. */
function Elapsed({ store }: { store: LiveStore }) {
  const [now, setNow] = useState(() => performance.now());
  const ticking = !store.isOver;
  useEffect(() => {
    if (!ticking) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const timer = setInterval(
      () => {
        if (document.visibilityState === "visible") setNow(performance.now());
      },
      calm ? 1000 : 100,
    );
    return () => clearInterval(timer);
  }, [ticking]);
  const elapsed = store.elapsedNs(Math.max(now, performance.now()));
  return (
    <span class="elapsed" role="timer" aria-live="off" title="Time since the program started, pauses included">
      {elapsed === null ? "" : formatElapsed(elapsed)}
    </span>
  );
}

function Buttons({ store, state }: { store: LiveStore; state: RecordingState }) {
  const { command } = store;
  const over = store.isOver;
  const canStop = state === "running" || state === "paused" || state === "starting";
  return (
    <div class="buttons" role="toolbar" aria-label="Recording">
      {!over && state === "paused" && (
        <IconButton
          icon="debug-continue"
          label="Continue the program"
          tone="start"
          onClick={() => command("continue")}
        />
      )}
      {!over && state !== "paused" && (
        <IconButton
          icon="debug-pause"
          label="Pause the program"
          tone="pause"
          disabled={state !== "running"}
          onClick={() => command("pause")}
        />
      )}
      {!over && (
        <IconButton
          icon="debug-stop"
          label="Stop the program and save the run"
          tone="stop"
          disabled={!canStop}
          onClick={() => command("stop")}
        />
      )}
      {over && (
        <IconButton icon="go-to-file" label="Open the report of this run" onClick={() => command("openReport")} />
      )}
      <IconButton
        icon="debug-restart"
        label={over ? "Record this program again" : "Restart the program"}
        tone="start"
        disabled={!store.trusted.value || (!over && !canStop)}
        onClick={() => command("restart")}
      />
      {over && (
        <IconButton
          icon="add"
          label="Record another program"
          disabled={!store.trusted.value}
          onClick={() => command("start")}
        />
      )}
    </div>
  );
}

/** One line of plain facts: how it ended, how it is recorded, how much there is. */
function Facts({ store }: { store: LiveStore }) {
  const info = store.info.value;
  const update = store.latest.value;
  const end = store.end.value;
  if (info === null) return null;
  const recorder = info.recorder === "none" ? "system calls not recorded" : `recorded with ${info.recorder}`;
  return (
    <ul class="facts" aria-label="About this recording">
      {end !== null && (
        <li class={end.stopped === undefined && (end.signal !== null || (end.exitCode ?? 0) !== 0) ? "bad" : ""}>
          {describeExit(end)}
        </li>
      )}
      <li title={truncate(oneLine(info.recorderReason), MAX_TOOLTIP)}>{recorder}</li>
      {info.filter !== "" && (
        <li title={`Only these system calls are recorded: ${truncate(oneLine(info.filter), 200)}`}>
          only {truncate(oneLine(info.filter), 40)}
        </li>
      )}
      {update !== null && (
        <>
          {info.recorder !== "none" && <li>{plural(end?.syscalls ?? update.syscalls, "system call")}</li>}
          <li>{plural(update.processes, "process", "processes")}</li>
          <li>{plural(update.threads, "thread")}</li>
          {update.signals > 0 && <li>{plural(update.signals, "signal")}</li>}
          {update.lost > 0 && <li class="bad">{formatCount(update.lost)} lost</li>}
        </>
      )}
    </ul>
  );
}

function describeExit(end: RecordingEnd): string {
  if (end.stopped !== undefined) {
    const exit = end.exitCode === null && end.signal === null ? null : { code: end.exitCode, signal: end.signal };
    return oneLine(endText(exit, end.stopped));
  }
  if (end.signal !== null) return `killed by ${oneLine(end.signal)}`;
  if (end.exitCode !== null) return `exit code ${end.exitCode}`;
  return "exit code unknown";
}
