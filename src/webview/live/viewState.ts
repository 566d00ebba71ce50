import { effect, signal } from "@preact/signals";
import { LOG_LEVELS } from "../../engine/trace/levels.ts";
import type { LogFilter } from "../../protocol/live.ts";
import { vscode } from "../rpc.ts";
import { SORT_COLUMNS, type SortOrder } from "./syscallOrder.ts";

/** What the user arranged in the view. VS Code keeps it while the view is closed and reopened. */
interface SavedState {
  readonly filter: LogFilter;
  /** Null until the user chose: then the setting decides. */
  readonly follow: boolean | null;
  readonly collapsed: readonly string[];
  readonly lastMinute: boolean;
  readonly sort: SortOrder;
  readonly allSyscalls: boolean;
}

/** Below this width (as in live.css) everything is in one column. */
const TWO_COLUMNS_PX = 700;
/** Header, charts, table and a readable piece of log need about this height in one column. */
const LOW_PX = 900;

/** Longest text that is searched for. */
export const MAX_SEARCH = 200;
export const NO_FILTER: LogFilter = { minLevel: 0, unlevelled: true, search: "" };

const saved = readSaved(vscode.getState());

export const filter = signal(saved.filter);
export const follow = signal(saved.follow);
export const collapsed = signal(saved.collapsed);
export const lastMinute = signal(saved.lastMinute);
export const sort = signal(saved.sort);
export const allSyscalls = signal(saved.allSyscalls);

effect(() => {
  const state: SavedState = {
    filter: filter.value,
    follow: follow.value,
    collapsed: collapsed.value,
    lastMinute: lastMinute.value,
    sort: sort.value,
    allSyscalls: allSyscalls.value,
  };
  vscode.setState(state);
});

/** Reads what an older or newer version may have saved: anything unexpected becomes its default. */
function readSaved(state: unknown): SavedState {
  const fields = record(state);
  const savedFilter = record(fields.filter);
  const savedSort = record(fields.sort);
  const levels: readonly number[] = Object.values(LOG_LEVELS);
  const minLevel = savedFilter.minLevel;
  const search = savedFilter.search;
  const column = SORT_COLUMNS.find((name) => name === savedSort.column);
  return {
    filter: {
      minLevel: typeof minLevel === "number" && levels.includes(minLevel) ? minLevel : 0,
      unlevelled: savedFilter.unlevelled !== false,
      search: typeof search === "string" ? search.slice(0, MAX_SEARCH) : "",
    },
    follow: typeof fields.follow === "boolean" ? fields.follow : null,
    collapsed: Array.isArray(fields.collapsed)
      ? fields.collapsed.filter((id): id is string => typeof id === "string")
      : defaultCollapsed(),
    lastMinute: fields.lastMinute === true,
    sort: { column: column ?? "totalNs", descending: column === undefined || savedSort.descending === true },
    allSyscalls: fields.allSyscalls === true,
  };
}

/** In a low side bar the log is worth more than the table of calls, which would push it out of sight. */
function defaultCollapsed(): readonly string[] {
  return window.innerWidth < TWO_COLUMNS_PX && window.innerHeight < LOW_PX ? ["syscalls"] : [];
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
