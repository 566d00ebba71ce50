import { truncate, visibleControls } from "../../base/text.ts";
import type { LogLine } from "../../protocol/live.ts";
import { formatClock } from "./chartScale.ts";
import { formatLogTime } from "./units.ts";

/** Characters of a line that get into the page; no panel is wider. */
const MAX_SHOWN = 800;
const MAX_TOOLTIP = 1500;

interface LogRowProps {
  readonly position: number;
  readonly matching: number;
  /** Undefined while it is being fetched. */
  readonly line: LogLine | undefined;
  readonly active: boolean;
  readonly selected: boolean;
}

/** One line of the log on one row. What the program wrote is only ever text, with its control characters made visible. */
export function LogRow({ position, matching, line, active, selected }: LogRowProps) {
  const classes = ["row", line === undefined ? "pending" : "", active ? "active" : "", selected ? "selected" : ""];
  if (line !== undefined && line.level !== "") classes.push(`level-${line.level.toLowerCase()}`);
  if (line?.stream === "stderr") classes.push("stderr");
  return (
    <div
      id={rowId(position)}
      class={classes.filter((name) => name !== "").join(" ")}
      role="option"
      tabIndex={-1}
      aria-selected={selected}
      aria-setsize={matching}
      aria-posinset={position + 1}
      data-position={position}
      title={line === undefined ? "" : tooltip(line)}
    >
      {line === undefined ? <span class="text">…</span> : <Cells line={line} />}
    </div>
  );
}

export function rowId(position: number): string {
  return `line-${position}`;
}

function Cells({ line }: { line: LogLine }) {
  return (
    <>
      <span class="time">{formatLogTime(line.timeNs)}</span>
      <span class="level">{line.level}</span>
      <span class="stream">{line.stream === "stderr" ? "stderr" : ""}</span>
      <span class="text">
        {line.logger !== "" && <span class="logger">{truncate(inOneRow(line.logger), 60)} </span>}
        {truncate(inOneRow(line.message.slice(0, MAX_SHOWN + 1)), MAX_SHOWN)}
      </span>
      {line.file !== undefined && line.line !== undefined && (
        <span class="source">
          {truncate(inOneRow(baseName(line.file)), 40)}:{line.line}
        </span>
      )}
    </>
  );
}

/** Joined lines (a traceback) show where they break. */
function inOneRow(text: string): string {
  return visibleControls(text).replace(/\n/g, " ↵ ").replace(/\t/g, "  ");
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

function tooltip(line: LogLine): string {
  const message = truncate(visibleControls(line.message.slice(0, MAX_TOOLTIP + 1)), MAX_TOOLTIP);
  const facts = [`${formatClock(line.timeNs, 3)} after the start`, `written to ${line.stream}`];
  if (line.file !== undefined && line.line !== undefined) {
    facts.push(`from ${truncate(visibleControls(line.file), 200)}:${line.line} (click to open)`);
  }
  return `${message}\n\n${facts.join(", ")}`;
}

/** A line as it is copied: what is shown, with real line breaks and nothing invisible. */
export function lineAsText(line: LogLine): string {
  const head = [formatLogTime(line.timeNs), line.level, line.logger].filter((part) => part !== "").join(" ");
  return visibleControls(`${head} ${line.message}`);
}
