import type { SampleHistory } from "./sampleHistory.ts";

/** A point of a line in nanoseconds and units; `null` breaks the line. */
export type PathPoint = { readonly time: number; readonly value: number } | null;

export interface PathRequest {
  readonly history: SampleHistory;
  readonly values: Float64Array;
  readonly domain: readonly [number, number];
  /** Width in device pixels: at most four points a pixel column come out, whatever the number of samples. */
  readonly columns: number;
  /** Neighbours further apart than this are not joined. */
  readonly gapNs: number;
  readonly pauses: readonly { readonly startNs: number; readonly endNs: number | null }[];
}

/**
 * The points to draw for one series: all samples when they are few; first, lowest, highest and last of each pixel column when they are
 * many, so that no spike is lost. Pauses, missing samples and values that are not known (`NaN`) are gaps. One sample beyond each end is kept so that lines reach the edges.
 */
export function chartPath(request: PathRequest): PathPoint[] {
  const { history, values, domain, columns } = request;
  const [from, to] = domain;
  const first = Math.max(0, history.lowerBound(from) - 1);
  const last = Math.min(history.length, history.lowerBound(to) + 1);
  const nsPerColumn = (to - from) / Math.max(1, columns);
  const dense = last - first > 2 * columns;
  const points: PathPoint[] = [];
  let start = first;
  while (start < last) {
    const end = dense ? columnEnd(request, start, last, nsPerColumn) : start + 1;
    if (start > first && isGap(request, start)) points.push(null);
    emitColumn(history.time, values, start, end, points);
    start = end;
  }
  return points;
}

/** End of the run of samples that share the pixel column of `start` and have no gap among them. */
function columnEnd(request: PathRequest, start: number, last: number, nsPerColumn: number): number {
  const { time } = request.history;
  const column = Math.floor((time[start]! - request.domain[0]) / nsPerColumn);
  let end = start + 1;
  while (end < last && Math.floor((time[end]! - request.domain[0]) / nsPerColumn) === column && !isGap(request, end)) {
    end++;
  }
  return end;
}

function isGap({ history, gapNs, pauses }: PathRequest, index: number): boolean {
  const before = history.time[index - 1]!;
  const here = history.time[index]!;
  if (here - before > gapNs) return true;
  return pauses.some(({ startNs, endNs }) => before < (endNs ?? Number.POSITIVE_INFINITY) && here > startNs);
}

function emitColumn(time: Float64Array, values: Float64Array, start: number, end: number, points: PathPoint[]): void {
  let first = start;
  while (first < end && Number.isNaN(values[first])) first++;
  if (first === end) {
    if (points.length > 0) points.push(null);
    return;
  }
  let lowest = first;
  let highest = first;
  let last = first;
  for (let i = first + 1; i < end; i++) {
    if (Number.isNaN(values[i])) continue;
    if (values[i]! < values[lowest]!) lowest = i;
    if (values[i]! > values[highest]!) highest = i;
    last = i;
  }
  const wanted = [first, Math.min(lowest, highest), Math.max(lowest, highest), last];
  let previous = -1;
  for (const index of wanted) {
    if (index !== previous) points.push({ time: time[index]!, value: values[index]! });
    previous = index;
  }
}
