import { useState } from "preact/hooks";
import { plural } from "../../base/format.ts";
import { truncate, visibleControls } from "../../base/text.ts";
import { Icon, IconButton } from "./controls.tsx";
import type { LiveStore } from "./liveStore.ts";

interface Notice {
  readonly severity: "error" | "warning" | "info";
  readonly text: string;
}

const FEW = 5;

/** What the user must know about this recording, worst first. */
function noticesOf(store: LiveStore): readonly Notice[] {
  const end = store.end.value;
  const update = store.latest.value;
  const notices: Notice[] = [];
  if (end !== null && !end.complete) {
    notices.push({ severity: "error", text: "This recording is incomplete: what it lacks cannot be compared." });
  }
  if (store.state === "failed" && end === null) notices.push({ severity: "error", text: "The recording failed." });
  if (update !== null && update.lost > 0) {
    notices.push({ severity: "error", text: `${plural(update.lost, "event was", "events were")} lost.` });
  }
  for (const text of new Set([...(end?.problems ?? []), ...(update?.notices ?? [])])) {
    notices.push({
      severity: end !== null && !end.complete && end.problems.includes(text) ? "error" : "warning",
      text,
    });
  }
  return notices;
}

const ICONS = { error: "error", warning: "warning", info: "info" } as const;

export function Notices({ store }: { store: LiveStore }) {
  const [showAll, setShowAll] = useState(false);
  const notices = noticesOf(store);
  const failure = store.failure.value;
  const visible = showAll ? notices : notices.slice(0, FEW);
  if (failure === null && notices.length === 0) return null;
  return (
    <div class="notices" role="status" aria-label="Notices">
      {failure !== null && (
        <div class="notice notice-error">
          <Icon name="error" />
          <p>{truncate(visibleControls(failure), 1000)}</p>
          <IconButton
            icon="close"
            label="Dismiss"
            onClick={() => {
              store.failure.value = null;
            }}
          />
        </div>
      )}
      {visible.map(({ severity, text }) => (
        <div key={text} class={`notice notice-${severity}`}>
          <Icon name={ICONS[severity]} />
          <p>{truncate(visibleControls(text), 1000)}</p>
        </div>
      ))}
      {notices.length > FEW && (
        <button type="button" class="link-button more" aria-expanded={showAll} onClick={() => setShowAll(!showAll)}>
          {showAll ? "Show fewer" : `Show ${notices.length - FEW} more`}
        </button>
      )}
    </div>
  );
}
