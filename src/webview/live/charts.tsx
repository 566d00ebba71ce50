import { effect, type Signal, signal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { currentTheme } from "../theme.ts";
import { formatClock } from "./chartScale.ts";
import { Empty, Section } from "./controls.tsx";
import { drawChart, drawTimeAxis, type Frame, measureGutter, timeScale } from "./drawing.ts";
import type { LiveStore } from "./liveStore.ts";
import { CHARTS, type ChartLine, type ChartSeries } from "./series.ts";
import { lastMinute } from "./viewState.ts";

/** The moment under the pointer or chosen with the keyboard, in all charts; null for none. */
const cursor = signal<number | null>(null);

const MINUTE_NS = 60e9;
/** While recording, the axis is at least this long, so that the first samples do not fill it. */
const SHORTEST_NS = 2e9;

export function Charts({ store }: { store: LiveStore }) {
  const hasSamples = store.samplesVersion.value >= 0 && store.history.length > 0;
  return (
    <Section id="charts" title="Charts" extra={hasSamples ? <RangeToggle store={store} /> : null}>
      {hasSamples ? <Stack store={store} /> : <NoSamples store={store} />}
    </Section>
  );
}

function NoSamples({ store }: { store: LiveStore }) {
  const interval = store.info.value?.metricsIntervalMs ?? 0;
  return store.isOver ? (
    <Empty icon="graph-line" title="No measurements">
      <p>The program ended before the first one, which is taken after {interval} ms.</p>
    </Empty>
  ) : (
    <Empty icon="graph-line" title="Waiting for the first measurement…" />
  );
}

function RangeToggle({ store }: { store: LiveStore }) {
  // As long as both show the same there is nothing to choose.
  if ((store.history.newestNs ?? 0) < MINUTE_NS) return null;
  return (
    <button
      type="button"
      class="link-button"
      title={lastMinute.value ? "Show the whole run" : "Show the last minute"}
      onClick={() => {
        lastMinute.value = !lastMinute.peek();
      }}
    >
      {lastMinute.value ? "Last minute" : "Whole run"}
    </button>
  );
}

function domainOf(store: LiveStore): [number, number] {
  const newest = store.history.newestNs ?? 0;
  const end = store.isOver ? Math.max(newest, 1e6) : Math.max(newest, SHORTEST_NS);
  return lastMinute.value && end > MINUTE_NS ? [end - MINUTE_NS, end] : [0, end];
}

/** All charts, the time axis below, and one drawing loop that runs only when something changed. */
function Stack({ store }: { store: LiveStore }) {
  const root = useRef<HTMLDivElement>(null);
  const timeAxis = useRef<HTMLCanvasElement>(null);
  const notRecorded = store.info.value?.recorder === "none";
  void store.samplesVersion.value;
  const shown = CHARTS.filter(
    ({ lines, optional }) => optional !== true || lines.some(({ column }) => store.history.has(column)),
  );
  const drawn = shown.filter(({ id }) => !(notRecorded && id === "syscalls"));
  const gutter = useRef(0);

  useEffect(() => {
    const element = root.current;
    const axis = timeAxis.current;
    if (element === null || axis === null) return;
    const theme = currentTheme();
    let requested = 0;
    const draw = (): void => {
      requested = 0;
      const { history } = store;
      const labels = drawn.flatMap((series) => series.axis(peakOf(store, series)).ticks.map(series.formatTick));
      gutter.current = measureGutter(axis, theme.peek(), labels);
      const frame: Frame = {
        theme: theme.peek(),
        domain: domainOf(store),
        gutter: gutter.current,
        cursorNs: cursor.peek(),
        pauses: store.pauses.peek(),
        // Samples may come late on a busy machine; five intervals without one are a gap.
        gapNs: Math.max(5 * (store.info.peek()?.metricsIntervalMs ?? 100) * history.samplesPerPoint * 1e6, 1e9),
      };
      for (const series of drawn) {
        const canvas = element.querySelector<HTMLCanvasElement>(`canvas[data-chart="${series.id}"]`);
        if (canvas !== null) drawChart(canvas, series, history, frame);
      }
      drawTimeAxis(axis, frame);
    };
    const invalidate = (): void => {
      if (requested === 0) requested = requestAnimationFrame(draw);
    };
    const stop = effect(() => {
      void [
        store.samplesVersion.value,
        store.end.value,
        store.pauses.value,
        theme.value,
        cursor.value,
        lastMinute.value,
      ];
      invalidate();
    });
    const resized = new ResizeObserver(invalidate);
    resized.observe(element);
    return () => {
      stop();
      resized.disconnect();
      cancelAnimationFrame(requested);
    };
  }, [store, drawn.length]);

  return (
    <div class="charts" ref={root}>
      <ColumnTitles store={store} />
      {shown.map((series) =>
        drawn.includes(series) ? (
          <Chart key={series.id} store={store} series={series} gutter={gutter} />
        ) : (
          <div key={series.id} class="chart">
            <div class="chart-values">
              <span class="chart-label">{series.title}</span>
              <span class="muted">not recorded</span>
              <span />
            </div>
          </div>
        ),
      )}
      <div class="time-axis" aria-hidden="true">
        <canvas ref={timeAxis} />
      </div>
    </div>
  );
}

function peakOf(store: LiveStore, series: ChartSeries): number {
  return Math.max(...series.lines.map(({ column }) => store.history.peak(column)));
}

/** Says what the two columns of figures are: now, at the cursor, or on average; and the peak. */
function ColumnTitles({ store }: { store: LiveStore }) {
  return (
    <div class="chart-values chart-columns" aria-hidden="true">
      <span />
      <span>{valueTitle(store, cursor)}</span>
      <span>peak</span>
    </div>
  );
}

function valueTitle(store: LiveStore, at: Signal<number | null>): string {
  const time = cursorTime(store, at.value);
  if (time !== null) return `at ${formatClock(time, 1)}`;
  return store.isOver ? "mean" : "now";
}

/** Time of the sample at the cursor. */
function cursorTime(store: LiveStore, at: number | null): number | null {
  const index = at === null ? -1 : store.history.nearest(at);
  return index < 0 ? null : store.history.time[index]!;
}

/** What a measure is now, at the cursor, or was on average; `NaN` where it is not known. */
function currentValue(store: LiveStore, line: Pick<ChartLine, "column">): number {
  const { history } = store;
  const column = history.column(line.column);
  if (cursor.value !== null) return column[history.nearest(cursor.value)] ?? 0;
  return store.isOver ? history.mean(line.column) : (column[history.length - 1] ?? 0);
}

interface ChartProps {
  readonly store: LiveStore;
  readonly series: ChartSeries;
  readonly gutter: { readonly current: number };
}

function Chart({ store, series, gutter }: ChartProps) {
  const id = useId();
  void store.samplesVersion.value;
  const domain = domainOf(store);
  const at = cursorTime(store, cursor.value);
  const peak = (line: ChartLine): string => series.format(store.history.peak(line.column));
  const moveTo = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const time = timeScale({ domain, gutter: gutter.current }, box.width).invert(event.clientX - box.left);
    cursor.value = Math.min(Math.max(time, domain[0]), domain[1]);
  };
  return (
    <div class="chart">
      {series.lines.map((line, index) => (
        <div key={line.column} class="chart-values" id={`${id}-${index}`}>
          <span class="chart-label" title={tooltip(store, series)}>
            {series.lines.length > 1 && <span class={`swatch swatch-${line.colour}`} aria-hidden="true" />}
            {line.label}
            {index === 0 && series.aside !== undefined && " "}
            {index === 0 && <Aside store={store} series={series} />}
          </span>
          <span class={cursor.value === null ? "value" : "value at-cursor"} title={`Peak ${peak(line)}`}>
            <span class="visually-hidden">{`${valueTitle(store, cursor)} `}</span>
            {known(currentValue(store, line), series.format)}
          </span>
          <span class="peak">
            <span class="visually-hidden">peak </span>
            {peak(line)}
          </span>
        </div>
      ))}
      <div
        class="plot"
        role="slider"
        tabIndex={0}
        aria-label={`${series.title} over time`}
        aria-describedby={series.lines.map((_, index) => `${id}-${index}`).join(" ")}
        aria-valuemin={Math.round(domain[0] / 1e6)}
        aria-valuemax={Math.round(domain[1] / 1e6)}
        aria-valuenow={Math.round((at ?? domain[1]) / 1e6)}
        aria-valuetext={at === null ? "No moment chosen; use the arrow keys" : cursorText(store, series, at)}
        onPointerMove={moveTo}
        onPointerLeave={() => {
          cursor.value = null;
        }}
        onKeyDown={(event) => onKey(event, store, domain)}
        onBlur={() => {
          cursor.value = null;
        }}
      >
        <canvas data-chart={series.id} />
      </div>
    </div>
  );
}

function Aside({ store, series: { aside } }: Pick<ChartProps, "store" | "series">) {
  if (aside === undefined || !store.history.has(aside.column)) return null;
  return (
    <span class="muted chart-aside" title={aside.explanation(store.history)}>
      {known(currentValue(store, aside), aside.format)}
    </span>
  );
}

/** What is measured; in narrow panels the only place of what is told aside. */
function tooltip(store: LiveStore, { explanation, aside }: ChartSeries): string {
  if (aside === undefined || !store.history.has(aside.column)) return explanation;
  return `${explanation}.\n${aside.explanation(store.history)}: ${known(currentValue(store, aside), aside.format)}`;
}

function known(value: number, format: (value: number) => string): string {
  return Number.isNaN(value) ? "–" : format(value);
}

function cursorText(store: LiveStore, series: ChartSeries, at: number): string {
  const values = series.lines.map((line) => `${line.label} ${known(currentValue(store, line), series.format)}`);
  return `${formatClock(at, 1)}: ${values.join(", ")}`;
}

/** Arrow keys walk from sample to sample, Page keys a tenth of the axis; Escape leaves. */
function onKey(event: KeyboardEvent, store: LiveStore, domain: readonly [number, number]): void {
  const { history } = store;
  const here = cursor.peek() ?? domain[1];
  const byIndex = (step: number): number => {
    const index = history.nearest(here) + (cursor.peek() === null ? 0 : step);
    return history.time[Math.min(Math.max(index, 0), history.length - 1)] ?? here;
  };
  const tenth = (domain[1] - domain[0]) / 10;
  const moves: Readonly<Record<string, () => number | null>> = {
    ArrowLeft: () => byIndex(-1),
    ArrowDown: () => byIndex(-1),
    ArrowRight: () => byIndex(1),
    ArrowUp: () => byIndex(1),
    PageDown: () => here - tenth,
    PageUp: () => here + tenth,
    Home: () => domain[0],
    End: () => domain[1],
    Escape: () => null,
  };
  const move = moves[event.key];
  if (move === undefined) return;
  event.preventDefault();
  const to = move();
  cursor.value = to === null ? null : Math.min(Math.max(to, domain[0]), domain[1]);
}
