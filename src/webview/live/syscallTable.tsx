import { useRef } from "preact/hooks";
import { formatCount, formatNs, plural } from "../../base/format.ts";
import { oneLine, truncate } from "../../base/text.ts";
import type { LiveSyscall } from "../../protocol/live.ts";
import { Empty, Icon, Section } from "./controls.tsx";
import type { LiveStore } from "./liveStore.ts";
import { keepOrder, type SortColumn, sortSyscalls } from "./syscallOrder.ts";
import { allSyscalls, sort } from "./viewState.ts";

/** While recording, rows change places at most this often, and never under the pointer or the focus. */
const REORDER_MS = 1000;
/** Rows in a narrow panel until more are asked for; the style sheet hides the rest. */
const FEW = 5;
/** Part of the longest bar below which a bar would be a mere dot. */
const SHORTEST_BAR = 0.02;

const COLUMNS: readonly { readonly id: SortColumn; readonly title: string; readonly explanation: string }[] = [
  { id: "name", title: "Name", explanation: "The system call" },
  { id: "calls", title: "Calls", explanation: "How often it was called" },
  { id: "errors", title: "Errors", explanation: "Calls that failed" },
  { id: "totalNs", title: "Time", explanation: "Time spent in all its calls together, waiting included" },
];

export function Syscalls({ store }: { store: LiveStore }) {
  return (
    <Section id="syscalls" title="Slowest system calls">
      <Body store={store} />
    </Section>
  );
}

function Body({ store }: { store: LiveStore }) {
  const info = store.info.value;
  const rows = store.latest.value?.topSyscalls ?? [];
  if (info?.recorder === "none") {
    const alreadySaid = store.latest.value?.notices.some((notice) => notice.includes(info.recorderReason)) ?? false;
    return (
      <Empty icon="circle-slash" title="System calls are not recorded">
        {!alreadySaid && <p>{truncate(oneLine(info.recorderReason), 500)}</p>}
        <button type="button" class="text-button" onClick={() => store.command("doctor")}>
          Check this machine
        </button>
      </Empty>
    );
  }
  if (rows.length > 0) return <Table rows={rows} live={!store.isOver} />;
  if (!store.isOver) return <Empty icon="pulse" title="No system call so far" />;
  return (
    <Empty icon="circle-slash" title="No system call was recorded">
      <p>
        {info !== null && info.filter !== ""
          ? `Only these were asked for: ${truncate(oneLine(info.filter), 200)}`
          : "Every program makes some, so the recording is not complete."}
      </p>
    </Empty>
  );
}

function Table({ rows, live }: { rows: readonly LiveSyscall[]; live: boolean }) {
  const body = useRef<HTMLTableSectionElement>(null);
  const shown = useRef<{ names: readonly string[]; at: number; sort: unknown }>({ names: [], at: 0, sort: null });
  const now = performance.now();
  const busy = body.current?.matches(":hover, :focus-within") ?? false;
  const mayMove = shown.current.sort !== sort.value || !live || (!busy && now - shown.current.at >= REORDER_MS);
  const ordered = mayMove ? sortSyscalls(rows, sort.value, shown.current.names) : keepOrder(rows, shown.current.names);
  shown.current = {
    names: ordered.map(({ name }) => name),
    at: mayMove ? now : shown.current.at,
    sort: sort.value,
  };
  const longest = Math.max(1, ...rows.map(({ totalNs }) => totalNs));
  return (
    <>
      <table class={`syscalls${allSyscalls.value ? " all" : ""}`}>
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <HeadCell key={column.id} {...column} />
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {ordered.map((row) => (
            <tr key={row.name} title={describe(row)}>
              <th scope="row">
                {row.totalNs >= longest * SHORTEST_BAR && (
                  <span class="bar" style={{ width: `${(100 * row.totalNs) / longest}%` }} aria-hidden="true" />
                )}
                <span class="syscall-name">{truncate(oneLine(row.name), 60)}</span>
              </th>
              <td>{formatCount(row.calls)}</td>
              <td class={row.errors > 0 ? "bad" : "zero"}>{formatCount(row.errors)}</td>
              <td>{formatNs(row.totalNs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {ordered.length > FEW && (
        <button
          type="button"
          class="link-button more more-syscalls"
          aria-expanded={allSyscalls.value}
          onClick={() => {
            allSyscalls.value = !allSyscalls.peek();
          }}
        >
          {allSyscalls.value ? "Show fewer" : `Show ${ordered.length - FEW} more`}
        </button>
      )}
    </>
  );
}

/** A row in words: narrow panels hide columns, and long names are cut. */
function describe({ name, calls, errors, totalNs }: LiveSyscall): string {
  return `${truncate(oneLine(name), 60)}: ${plural(calls, "call")}, ${plural(errors, "error")}, ${formatNs(totalNs)}`;
}

function HeadCell({ id, title, explanation }: (typeof COLUMNS)[number]) {
  const { column, descending } = sort.value;
  const active = column === id;
  const direction = active ? (descending ? "descending" : "ascending") : "none";
  const onClick = (): void => {
    sort.value = { column: id, descending: active ? !descending : id !== "name" };
  };
  return (
    <th scope="col" aria-sort={direction}>
      <button type="button" class="sort-button" title={explanation} onClick={onClick}>
        {title}
        {active && <Icon name={descending ? "arrow-small-down" : "arrow-small-up"} />}
      </button>
    </th>
  );
}
