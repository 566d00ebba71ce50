import { formatCount, plural } from "../../base/format.ts";
import { LOG_LEVELS, type LogLevelName } from "../../engine/trace/levels.ts";
import { Empty, Icon, Section } from "./controls.tsx";
import type { LiveStore } from "./liveStore.ts";
import { LogDetail } from "./logDetail.tsx";
import { LogList } from "./logList.tsx";
import type { LogStore } from "./logStore.ts";
import { LogToolbar } from "./logToolbar.tsx";
import { shortCount } from "./units.ts";
import { filter } from "./viewState.ts";

export function LogSection({ store, logs }: { store: LiveStore; logs: LogStore }) {
  return (
    <Section id="log" title="Log" class="log-section" extra={<Totals logs={logs} />}>
      {logs.total === 0 ? (
        <NoOutput store={store} />
      ) : (
        <>
          <LogToolbar logs={logs} />
          <Lines store={store} logs={logs} />
          <LogDetail store={store} logs={logs} />
        </>
      )}
    </Section>
  );
}

function Lines({ store, logs }: { store: LiveStore; logs: LogStore }) {
  void logs.version.value;
  const nothing = !logs.feed.isFresh && logs.feed.matching === 0;
  return (
    <div class="log-lines">
      <LogList store={store} logs={logs} hidden={nothing} />
      {nothing && (
        <Empty icon="search" title="No line matches">
          <button type="button" class="text-button" onClick={logs.clearFilter}>
            Show all lines
          </button>
        </Empty>
      )}
    </div>
  );
}

function NoOutput({ store }: { store: LiveStore }) {
  return store.isOver ? (
    <Empty icon="output" title="No output">
      <p>The program wrote nothing to its standard output or error.</p>
    </Empty>
  ) : (
    <Empty icon="output" title="No output yet">
      <p>Lines appear here as the program writes them to its standard output or error.</p>
    </Empty>
  );
}

/** A count that is shortened in the narrowest panels; the button around it says the exact one. */
function Count({ of: count }: { of: number }) {
  return (
    <>
      <span class="exact">{formatCount(count)}</span>
      <span class="short">{shortCount(count)}</span>
    </>
  );
}

/** How many lines there are, and buttons that show the bad ones. */
function Totals({ logs }: { logs: LogStore }) {
  const errors = logs.count("ERROR") + logs.count("CRITICAL");
  const warnings = logs.count("WARNING");
  const show = (name: LogLevelName) => (): void => {
    filter.value = { ...filter.peek(), minLevel: LOG_LEVELS[name], unlevelled: false };
  };
  return (
    <div class="totals">
      {errors > 0 && (
        <button
          type="button"
          class="count-button errors"
          title={`${plural(errors, "error")}: show only these`}
          aria-label={`${plural(errors, "error")}: show only these`}
          onClick={show("ERROR")}
        >
          <Icon name="error" />
          <Count of={errors} />
        </button>
      )}
      {warnings > 0 && (
        <button
          type="button"
          class="count-button warnings"
          title={`${plural(warnings, "warning")}: show these and errors`}
          aria-label={`${plural(warnings, "warning")}: show these and errors`}
          onClick={show("WARNING")}
        >
          <Icon name="warning" />
          <Count of={warnings} />
        </button>
      )}
      <span class="muted">
        {formatCount(logs.total)}
        <span class="unit"> {logs.total === 1 ? "line" : "lines"}</span>
      </span>
    </div>
  );
}
