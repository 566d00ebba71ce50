import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import type { Theme } from "../theme.ts";
import { chartPath, type PathPoint } from "./chartPath.ts";
import { formatClock, timeTicks } from "./chartScale.ts";
import type { Pause } from "./liveStore.ts";
import type { SampleHistory } from "./sampleHistory.ts";
import type { ChartSeries } from "./series.ts";

/** What all charts of the stack share, so that the same moment is at the same place in each. */
export interface Frame {
  readonly theme: Theme;
  readonly domain: readonly [number, number];
  /** Pixels at the left for the labels of values. */
  readonly gutter: number;
  readonly cursorNs: number | null;
  readonly pauses: readonly Pause[];
  readonly gapNs: number;
}

export const AXIS_FONT_SIZE = 11;
/** Pixels above the highest value and below zero, so that lines and labels are not cut. */
const INSET = 6;

/**
 * Fits a canvas to its box in device pixels and clears it.
 * @returns the context in CSS pixels with the size of the box, or null while there is nothing to draw on
 */
function prepare(canvas: HTMLCanvasElement): { ctx: CanvasRenderingContext2D; width: number; height: number } | null {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ctx = canvas.getContext("2d");
  if (ctx === null || width === 0 || height === 0) return null;
  const ratio = window.devicePixelRatio || 1;
  const pixelWidth = Math.round(width * ratio);
  const pixelHeight = Math.round(height * ratio);
  if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
    canvas.width = pixelWidth;
    canvas.height = pixelHeight;
  }
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, height);
  return { ctx, width, height };
}

function axisFont(theme: Theme): string {
  return `${AXIS_FONT_SIZE}px ${theme.fontFamily}`;
}

/** Widest label of the value axes of all charts, in CSS pixels. */
export function measureGutter(canvas: HTMLCanvasElement, theme: Theme, labels: readonly string[]): number {
  const ctx = canvas.getContext("2d");
  if (ctx === null) return 0;
  ctx.font = axisFont(theme);
  return Math.ceil(Math.max(0, ...labels.map((label) => ctx.measureText(label).width))) + 6;
}

/** Where a time is on a canvas of this width. */
export function timeScale(frame: Pick<Frame, "domain" | "gutter">, width: number) {
  return scaleLinear()
    .domain(frame.domain)
    .range([frame.gutter, Math.max(frame.gutter + 1, width - 1)]);
}

export function drawChart(canvas: HTMLCanvasElement, series: ChartSeries, history: SampleHistory, frame: Frame): void {
  const prepared = prepare(canvas);
  if (prepared === null) return;
  const { ctx, width, height } = prepared;
  const { theme } = frame;
  const axis = series.axis(Math.max(...series.lines.map(({ column }) => history.peak(column))));
  const x = timeScale(frame, width);
  const y = scaleLinear()
    .domain([0, axis.top])
    .range([height - 1, INSET]);
  drawValueAxis(ctx, series, axis.ticks, y, frame, width);
  ctx.save();
  ctx.beginPath();
  ctx.rect(frame.gutter, 0, width - frame.gutter, height);
  ctx.clip();
  drawPauses(ctx, frame, x, height);
  for (const chartLine of series.lines) {
    const points = chartPath({
      history,
      values: history.column(chartLine.column),
      domain: frame.domain,
      columns: (width - frame.gutter) * (window.devicePixelRatio || 1),
      gapNs: frame.gapNs,
      pauses: frame.pauses,
    });
    const colour = theme[chartLine.colour];
    const highContrast = theme.forced || theme.kind.startsWith("high-contrast");
    if (series.lines.length === 1 && !highContrast) fillBelow(ctx, points, colour, x, y);
    strokeLine(ctx, points, colour, chartLine.dash, highContrast ? 2 : 1.5, x, y);
  }
  if (frame.cursorNs !== null) drawCursor(ctx, series, history, frame, x, y, height);
  ctx.restore();
}

type Scale = (value: number) => number;

function drawValueAxis(
  ctx: CanvasRenderingContext2D,
  series: ChartSeries,
  ticks: readonly number[],
  y: Scale,
  { theme, gutter }: Frame,
  width: number,
): void {
  // The only grid colour of high contrast is that of borders, too loud beside the data.
  const strength = theme.kind.startsWith("high-contrast") ? 0.5 : 1;
  ctx.font = axisFont(theme);
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  ctx.lineWidth = 1;
  for (const value of [0, ...ticks]) {
    // Half a pixel aside, a line one pixel wide is sharp.
    const at = Math.round(y(value)) - 0.5;
    ctx.strokeStyle = theme.grid;
    ctx.globalAlpha = strength * (value === 0 ? 1 : 0.6);
    ctx.beginPath();
    ctx.moveTo(gutter, at);
    ctx.lineTo(width, at);
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.fillStyle = theme.muted;
    if (value > 0) ctx.fillText(series.formatTick(value), gutter - 5, at + 1);
  }
}

function drawPauses(ctx: CanvasRenderingContext2D, { theme, pauses, domain }: Frame, x: Scale, height: number): void {
  ctx.save();
  ctx.strokeStyle = theme.muted;
  ctx.globalAlpha = 0.5;
  ctx.lineWidth = 1;
  for (const { startNs, endNs } of pauses) {
    const from = x(Math.max(startNs, domain[0]));
    const to = x(Math.min(endNs ?? domain[1], domain[1]));
    if (to <= from) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(from, INSET, to - from, height);
    ctx.clip();
    ctx.beginPath();
    for (let at = from - height; at < to; at += 6) {
      ctx.moveTo(at, height);
      ctx.lineTo(at + height, 0);
    }
    ctx.stroke();
    ctx.restore();
  }
  ctx.restore();
}

function strokeLine(
  ctx: CanvasRenderingContext2D,
  points: readonly PathPoint[],
  colour: string,
  dash: readonly number[],
  width: number,
  x: Scale,
  y: Scale,
): void {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.lineJoin = "round";
  ctx.lineCap = "round";
  ctx.setLineDash([...dash]);
  ctx.beginPath();
  line<PathPoint>()
    .defined((point) => point !== null)
    .x((point) => x(point?.time ?? 0))
    .y((point) => y(point?.value ?? 0))
    .context(ctx)(points);
  ctx.stroke();
  ctx.setLineDash([]);
}

function fillBelow(
  ctx: CanvasRenderingContext2D,
  points: readonly PathPoint[],
  colour: string,
  x: Scale,
  y: Scale,
): void {
  ctx.fillStyle = colour;
  ctx.globalAlpha = 0.15;
  ctx.beginPath();
  area<PathPoint>()
    .defined((point) => point !== null)
    .x((point) => x(point?.time ?? 0))
    .y0(y(0))
    .y1((point) => y(point?.value ?? 0))
    .context(ctx)(points);
  ctx.fill();
  ctx.globalAlpha = 1;
}

function drawCursor(
  ctx: CanvasRenderingContext2D,
  series: ChartSeries,
  history: SampleHistory,
  { theme, cursorNs }: Frame,
  x: Scale,
  y: Scale,
  height: number,
): void {
  const index = history.nearest(cursorNs ?? 0);
  if (index < 0) return;
  const at = Math.round(x(history.time[index]!)) - 0.5;
  ctx.strokeStyle = theme.foreground;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(at, 0);
  ctx.lineTo(at, height);
  ctx.stroke();
  for (const { column, colour } of series.lines) {
    if (Number.isNaN(history.column(column)[index])) continue;
    ctx.fillStyle = theme[colour];
    ctx.strokeStyle = theme.background;
    ctx.beginPath();
    ctx.arc(at, y(history.column(column)[index]!), 3, 0, 2 * Math.PI);
    ctx.fill();
    ctx.stroke();
  }
}

/** The shared time axis below the stack. Labels keep their distance and stay inside. */
export function drawTimeAxis(canvas: HTMLCanvasElement, frame: Frame): void {
  const prepared = prepare(canvas);
  if (prepared === null) return;
  const { ctx, width } = prepared;
  const { theme } = frame;
  const x = timeScale(frame, width);
  ctx.font = axisFont(theme);
  ctx.textBaseline = "top";
  ctx.textAlign = "left";
  const ticks = timeTicks(frame.domain, Math.max(2, Math.floor((width - frame.gutter) / 56)));
  let free = Number.NEGATIVE_INFINITY;
  for (const tick of ticks) {
    const label = formatClock(tick);
    const labelWidth = ctx.measureText(label).width;
    const at = Math.min(Math.max(x(tick) - labelWidth / 2, 0), width - labelWidth);
    if (at < free) continue;
    ctx.strokeStyle = theme.grid;
    ctx.beginPath();
    ctx.moveTo(Math.round(x(tick)) - 0.5, 0);
    ctx.lineTo(Math.round(x(tick)) - 0.5, 3);
    ctx.stroke();
    ctx.fillStyle = theme.muted;
    ctx.fillText(label, at, 4);
    free = at + labelWidth + 8;
  }
}
