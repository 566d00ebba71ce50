import { useEffect, useRef, useState } from "preact/hooks";
import { formatCount } from "../../base/format.ts";
import { LOG_LEVEL_NAMES, LOG_LEVELS } from "../../engine/trace/levels.ts";
import { IconButton } from "./controls.tsx";
import type { LogStore } from "./logStore.ts";
import { filter, MAX_SEARCH } from "./viewState.ts";

/** A search runs when typing pauses this long. */
const SEARCH_DELAY_MS = 150;

export function LogToolbar({ logs }: { logs: LogStore }) {
  return (
    <div class="log-toolbar">
      <div class="log-tools">
        <Search />
        <LevelSelect logs={logs} />
        <IconButton
          icon="arrow-circle-down"
          label="Follow: keep the newest line in view"
          pressed={logs.following.value}
          onClick={logs.toggleFollow}
        />
      </div>
      <FilterFacts logs={logs} />
    </div>
  );
}

function Search() {
  const { search } = filter.value;
  const [text, setText] = useState(search);
  const timer = useRef<number | undefined>(undefined);
  const apply = (value: string): void => {
    clearTimeout(timer.current);
    if (value !== filter.peek().search) filter.value = { ...filter.peek(), search: value };
  };
  // "Clear the filter" changes the search from outside.
  useEffect(() => setText(search), [search]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <input
      type="search"
      class="search"
      placeholder="Search"
      aria-label="Search the log"
      maxLength={MAX_SEARCH}
      spellcheck={false}
      value={text}
      onInput={(event) => {
        const { value } = event.currentTarget;
        setText(value);
        clearTimeout(timer.current);
        timer.current = window.setTimeout(() => apply(value), SEARCH_DELAY_MS);
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter") apply(event.currentTarget.value);
        if (event.key === "Escape") {
          setText("");
          apply("");
        }
      }}
    />
  );
}

function LevelSelect({ logs }: { logs: LogStore }) {
  const { minLevel, search } = filter.value;
  const counted = (level: number): string =>
    formatCount(logs.countMatching({ minLevel: level, unlevelled: level === 0, search }));
  return (
    <select
      class="level-select"
      aria-label="Lowest level shown"
      title="Lowest level shown, with the number of lines"
      value={String(minLevel)}
      onChange={(event) => {
        const level = Number(event.currentTarget.value);
        // A level is chosen to see less: lines that have none are then hidden until they are asked for.
        filter.value = { ...filter.peek(), minLevel: level, unlevelled: level === 0 };
      }}
    >
      <option value="0">All levels ({counted(0)})</option>
      {LOG_LEVEL_NAMES.map((name) => (
        <option key={name} value={String(LOG_LEVELS[name])}>
          ≥ {name} ({counted(LOG_LEVELS[name])})
        </option>
      ))}
    </select>
  );
}

/** While a filter is set: how much it lets through, and whether lines without a level pass. */
function FilterFacts({ logs }: { logs: LogStore }) {
  const { minLevel, search, unlevelled } = filter.value;
  if (minLevel === 0 && search === "") return null;
  void logs.version.value;
  return (
    <div class="filter-facts">
      <span role="status">
        {logs.feed.isFresh ? "Searching…" : `${formatCount(logs.feed.matching)} of ${formatCount(logs.total)} lines`}
      </span>
      {minLevel > 0 && (
        <label class="check">
          <input
            type="checkbox"
            checked={unlevelled}
            onChange={(event) => {
              filter.value = { ...filter.peek(), unlevelled: event.currentTarget.checked };
            }}
          />
          without a level ({formatCount(logs.count(""))})
        </label>
      )}
      <button type="button" class="link-button" onClick={logs.clearFilter}>
        Clear
      </button>
    </div>
  );
}
