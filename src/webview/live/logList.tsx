import { useEffect, useLayoutEffect, useMemo, useReducer, useRef } from "preact/hooks";
import { plural } from "../../base/format.ts";
import { currentTheme } from "../theme.ts";
import { Icon } from "./controls.tsx";
import type { LiveStore } from "./liveStore.ts";
import { LogRow, lineAsText, rowId } from "./logRow.tsx";
import type { LogStore } from "./logStore.ts";
import { follow } from "./viewState.ts";
import { VirtualScroll } from "./virtualScroll.ts";

/** A selection can span millions of lines; this many fit a clipboard. */
const MAX_COPY = 10_000;
/** Lines fetched beyond the visible ones when following, so that scrolling up a little shows no gap. */
const FOLLOW_MARGIN = 20;

interface LogListProps {
  readonly store: LiveStore;
  readonly logs: LogStore;
  readonly hidden: boolean;
}

/** The lines, of which only the visible ones exist as elements. */
export function LogList({ store, logs, hidden }: LogListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const scroll = useMemo(() => new VirtualScroll(rowHeightFor(currentTheme().peek().fontSize)), []);
  const leftAt = useRef(0);
  const shownRows = useRef(0);
  const applied = useRef("");
  void logs.version.value;
  const { feed } = logs;
  const following = logs.following.value;
  scroll.setRowHeight(rowHeightFor(currentTheme().value.fontSize));
  // New lines are known by number before they are fetched. Following, the lines in view stay until the new ones can replace
  // them: placeholders would flicker at every update.
  const isTailHeld = feed.matching === 0 || feed.line(feed.matching - 1) !== undefined;
  if (!following || isTailHeld || feed.matching < shownRows.current) shownRows.current = feed.matching;
  scroll.setRows(shownRows.current);
  if (following) {
    scroll.moveToEnd();
    leftAt.current = feed.matching;
  }

  // The scroll bar follows the list, not the other way round, so it is set after every rendering.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    // Reading or setting a scroll position makes the browser lay out the page at once, so only when it has to change.
    const position = `${scroll.scrollTop} ${scroll.spacerHeight} ${scroll.viewport}`;
    if (position !== applied.current) {
      applied.current = position;
      if (Math.abs(element.scrollTop - scroll.scrollTop) >= 1) element.scrollTop = scroll.scrollTop;
      scroll.scrolledTo(element.scrollTop);
    }
    feed.want(
      following
        ? { last: scroll.visibleCount + FOLLOW_MARGIN }
        : { first: scroll.firstVisible, count: scroll.visibleCount },
    );
  });

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const resized = new ResizeObserver(() => {
      fitViewport(scroll, element, logs);
      redraw(0);
    });
    resized.observe(element);
    const onWheel = (event: WheelEvent): void => {
      if (event.ctrlKey || event.deltaY === 0) return;
      if (event.deltaY < 0 && scroll.maxTop > 0) logs.detached.value = true;
      if (!scroll.scaled) return;
      // The scroll bar is too coarse for the wheel here: a pixel of it is many rows.
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? scroll.rowHeight : 1;
      scroll.moveBy(event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? element.clientHeight : unit));
      if (scroll.atEnd && event.deltaY > 0) logs.detached.value = false;
      redraw(0);
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      resized.disconnect();
      element.removeEventListener("wheel", onWheel);
    };
  }, [scroll, logs]);

  useEffect(() => {
    const onSelection = (): void => {
      const selection = document.getSelection();
      // Lines that are being marked must not run away.
      if (selection?.isCollapsed === false && scroller.current?.contains(selection.anchorNode) === true) {
        logs.detached.value = true;
      }
    };
    const onCopy = (event: ClipboardEvent): void => copyLines(event, scroller.current, store, logs);
    document.addEventListener("selectionchange", onSelection);
    document.addEventListener("copy", onCopy);
    return () => {
      document.removeEventListener("selectionchange", onSelection);
      document.removeEventListener("copy", onCopy);
    };
  }, [store, logs]);

  const onScroll = (): void => {
    const element = scroller.current;
    if (element === null) return;
    // A resize moves the scroll position before its observer is told.
    fitViewport(scroll, element, logs);
    if (!scroll.onScroll(element.scrollTop)) return;
    logs.detached.value = !scroll.atEnd;
    redraw(0);
  };

  const choose = (position: number, extend: boolean): void => {
    const last = feed.matching - 1;
    if (last < 0) return;
    const to = Math.min(Math.max(position, 0), last);
    logs.detached.value = true;
    if (!extend || logs.anchor.peek() === null) logs.anchor.value = to;
    logs.active.value = to;
    scroll.reveal(to);
    redraw(0);
  };

  const open = (position: number): void => {
    const line = feed.line(position);
    if (line?.file !== undefined && line.line !== undefined) store.openSource(line.file, line.line);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const active = logs.active.peek();
    const page = Math.max(1, scroll.visibleCount - 2);
    const here = active ?? (following ? feed.matching : scroll.firstVisible - 1);
    const moves: Readonly<Record<string, number>> = {
      ArrowUp: here - 1,
      ArrowDown: here + 1,
      PageUp: here - page,
      PageDown: here + page,
      Home: 0,
      End: feed.matching - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) choose(to, event.shiftKey);
    else if (event.key === "Enter" && active !== null) open(active);
    else if (event.key === "Escape" && active !== null) clearSelection(logs);
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) selectAll(logs);
    else return;
    event.preventDefault();
  };

  const onClick = (event: MouseEvent): void => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>(".row") : null;
    // The end of marking some text is a click too.
    if (row === null || document.getSelection()?.isCollapsed === false) return;
    const position = Number(row.dataset.position);
    choose(position, event.shiftKey);
    if (!event.shiftKey) open(position);
  };

  const active = logs.active.value;
  const anchor = logs.anchor.value ?? active;
  const [from, to] =
    active === null || anchor === null ? [0, -1] : [Math.min(active, anchor), Math.max(active, anchor)];
  const first = scroll.firstVisible;
  const positions = Array.from({ length: hidden ? 0 : Math.max(0, scroll.visibleCount) }, (_, i) => first + i);
  return (
    <>
      <div
        ref={scroller}
        class="log-scroller"
        role="listbox"
        tabIndex={0}
        aria-label="Log lines"
        aria-multiselectable="true"
        hidden={hidden}
        {...(active !== null && positions.includes(active) ? { "aria-activedescendant": rowId(active) } : {})}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        onClick={onClick}
        // Neither the scroll bar nor a line may run away while the pointer holds it. Marking begins here, too: the event that
        // tells of marked text comes only after new lines may have moved it.
        onPointerDown={() => {
          logs.detached.value = true;
        }}
      >
        <div class="log-spacer" role="presentation" style={{ height: `${scroll.spacerHeight}px` }}>
          <div class="log-window" role="presentation" style={{ height: `${scroll.viewport}px` }}>
            <div
              class="log-rows"
              role="presentation"
              style={{
                transform: `translateY(${first * scroll.rowHeight - scroll.top}px)`,
                "--row-height": `${scroll.rowHeight}px`,
              }}
            >
              {positions.map((position) => (
                <LogRow
                  key={position}
                  position={position}
                  matching={shownRows.current}
                  line={feed.line(position)}
                  active={position === active}
                  selected={position >= from && position <= to}
                />
              ))}
            </div>
          </div>
        </div>
      </div>
      {!following && !scroll.atEnd && (
        <button
          type="button"
          class="to-end"
          onClick={() => {
            logs.detached.value = false;
            scroll.moveToEnd();
            if (follow.peek() === false) redraw(0);
          }}
        >
          <Icon name="arrow-down" />
          {feed.matching > leftAt.current && leftAt.current > 0
            ? plural(feed.matching - leftAt.current, "new line")
            : "Newest line"}
        </button>
      )}
    </>
  );
}

function rowHeightFor(fontSize: number): number {
  return Math.round(fontSize * 1.5);
}

/** Takes over the height of the list. The panel of a chosen line takes room, below which the line itself must not vanish. */
function fitViewport(scroll: VirtualScroll, element: HTMLElement, logs: LogStore): void {
  const active = logs.active.peek();
  const keep = active !== null && scroll.shows(active);
  scroll.setViewport(element.clientHeight);
  if (keep) scroll.reveal(active);
}

function clearSelection(logs: LogStore): void {
  logs.active.value = null;
  logs.anchor.value = null;
}

function selectAll(logs: LogStore): void {
  logs.detached.value = true;
  logs.anchor.value = 0;
  logs.active.value = logs.feed.matching - 1;
}

/** Copies the chosen lines when the list has the focus and no text is marked; marked text is copied by the browser itself. */
function copyLines(event: ClipboardEvent, list: HTMLElement | null, store: LiveStore, logs: LogStore): void {
  const active = logs.active.peek();
  if (active === null || list === null || !list.contains(document.activeElement)) return;
  if (document.getSelection()?.isCollapsed === false) return;
  const anchor = logs.anchor.peek() ?? active;
  const first = Math.min(active, anchor);
  const wanted = Math.abs(active - anchor) + 1;
  const count = Math.min(wanted, MAX_COPY);
  event.preventDefault();
  if (wanted > MAX_COPY)
    store.report(`Only the first ${plural(MAX_COPY, "line")} of ${plural(wanted, "line")} are copied.`);
  const held = Array.from({ length: count }, (_, i) => logs.feed.line(first + i));
  const known = held.filter((line) => line !== undefined);
  if (known.length === count && event.clipboardData !== null) {
    event.clipboardData.setData("text/plain", known.map(lineAsText).join("\n"));
    return;
  }
  // Lines out of view come from the host, which takes longer than the event lasts.
  logs.feed
    .range(first, count)
    .then((lines) => navigator.clipboard.writeText(lines.map(lineAsText).join("\n")))
    .catch(store.report);
}
