import { formatBytes, formatCount } from "../../base/format.ts";

/** Per cent of one processor: `3.4 %`, `180 %`. */
export function formatPercent(percent: number): string {
  return `${percent > 0 && percent < 9.95 ? percent.toFixed(1) : formatCount(percent)} %`;
}

export function formatByteRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

export function formatRate(perSecond: number): string {
  return `${formatCount(perSecond)}/s`;
}

/** Byte sizes of axis labels are round: `64 MiB` and not `64.0 MiB`. */
export function roundBytes(bytes: number): string {
  return formatBytes(bytes).replace(/\.0+ /, " ");
}

/** Counts of axis labels: `500`, `20k`, `1M`. */
export function shortCount(count: number): string {
  const trim = (value: number): string => String(Number(value.toPrecision(3)));
  if (count >= 1e9) return `${trim(count / 1e9)}G`;
  if (count >= 1e6) return `${trim(count / 1e6)}M`;
  return count >= 1e3 ? `${trim(count / 1e3)}k` : trim(count);
}

/** A running clock: `12.3 s`, `2:05`, `1:02:05`. */
export function formatElapsed(ns: number): string {
  const seconds = Math.max(0, ns) / 1e9;
  if (seconds < 60) return `${(Math.floor(seconds * 10) / 10).toFixed(1)} s`;
  const whole = Math.floor(seconds);
  const pad = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${pad(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(whole % 60)}`;
}

/** When a log line came, from the start of the run: `0:01.234`, `1:02:03.456`. */
export function formatLogTime(ns: number): string {
  const ms = Math.max(0, Math.floor(ns / 1e6));
  const pad = (value: number, width: number): string => String(value).padStart(width, "0");
  const minutes = Math.floor(ms / 60_000);
  const seconds = `${pad(Math.floor(ms / 1000) % 60, 2)}.${pad(ms % 1000, 3)}`;
  if (minutes < 60) return `${minutes}:${seconds}`;
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60, 2)}:${seconds}`;
}
