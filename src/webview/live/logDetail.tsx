import { useLayoutEffect, useRef } from "preact/hooks";
import { truncate, visibleControls } from "../../base/text.ts";
import { formatClock } from "./chartScale.ts";
import { IconButton } from "./controls.tsx";
import type { LiveStore } from "./liveStore.ts";
import type { LogStore } from "./logStore.ts";

/** Messages are cut before they come here; this bounds what is laid out whatever comes. */
const MAX_DETAIL = 8000;

/** The chosen line as a whole: long lines and tracebacks do not fit a row. */
export function LogDetail({ store, logs }: { store: LiveStore; logs: LogStore }) {
  const element = useRef<HTMLElement>(null);
  void logs.version.value;
  const position = logs.active.value;
  // In a low panel the page scrolls, and the end of the log lies below the fold. Before it is painted: nothing may move after.
  useLayoutEffect(() => {
    if (position !== null) element.current?.scrollIntoView({ block: "nearest" });
  }, [position]);
  const line = position === null ? undefined : logs.feed.line(position);
  if (line === undefined) return null;
  const { file, line: sourceLine } = line;
  return (
    <section class="detail" ref={element} aria-label="Selected line">
      <div class="detail-head">
        <span class="detail-facts">
          {[`at ${formatClock(line.timeNs, 3)}`, line.stream, line.level, visibleControls(line.logger)]
            .filter((fact) => fact !== "")
            .join(" · ")}
        </span>
        {file !== undefined && sourceLine !== undefined && (
          <button type="button" class="link-button source-link" onClick={() => store.openSource(file, sourceLine)}>
            {truncate(visibleControls(file), 300)}:{sourceLine}
          </button>
        )}
        <IconButton
          icon="close"
          label="Close the selected line"
          onClick={() => {
            logs.active.value = null;
            logs.anchor.value = null;
          }}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable text must be reachable with the keyboard */}
      <pre tabIndex={0}>{truncate(visibleControls(line.message), MAX_DETAIL)}</pre>
    </section>
  );
}
