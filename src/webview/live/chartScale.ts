/** A value axis from 0: its top, and where the labelled lines are. */
export interface ValueAxis {
  readonly top: number;
  readonly ticks: readonly number[];
}

/** Top of an axis in 1, 2, 5 steps: the smallest of them that is not below `peak` and `least`. */
export function decimalAxis(peak: number, least: number): ValueAxis {
  const needed = Math.max(peak, least, Number.MIN_VALUE);
  const power = 10 ** Math.floor(Math.log10(needed));
  const top = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= needed * (1 - 1e-9)) ?? 10 * power;
  return { top, ticks: [top / 2, top] };
}

/** Top of an axis in bytes: a power of two, so that labels read `64 MiB` and not `67.1 MiB`. */
export function binaryAxis(peak: number, least: number): ValueAxis {
  const top = 2 ** Math.ceil(Math.log2(Math.max(peak, least, 1)) - 1e-9);
  return { top, ticks: [top / 2, top] };
}

const SECOND = 1e9;
const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];

/** Round times within the domain, at most `most` of them, nanoseconds. */
export function timeTicks(domain: readonly [number, number], most: number): number[] {
  const [from, to] = domain;
  const span = (to - from) / SECOND;
  if (!(span > 0) || most < 1) return [];
  let step = STEPS_S.find((candidate) => span / candidate <= most);
  if (step === undefined) step = Math.ceil(span / most / 86_400) * 86_400;
  const ticks: number[] = [];
  // Adding zero turns -0 into 0.
  for (let i = Math.ceil(from / SECOND / step - 1e-9) + 0; i * step * SECOND <= to; i++) ticks.push(i * step * SECOND);
  return ticks;
}

/** A moment of the run on the time axis: `0.5 s`, `12 s`, `2:05`, `1:02:05`. */
export function formatClock(ns: number, decimals = 0): string {
  const seconds = Math.max(0, ns) / SECOND;
  if (seconds < 59.95) {
    const text = seconds.toFixed(decimals);
    return `${decimals === 0 && !Number.isInteger(seconds) ? seconds.toFixed(1) : text} s`;
  }
  const whole = Math.floor(seconds + 1e-6);
  const pad = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${hours > 0 ? pad(Math.floor(whole / 60) % 60) : Math.floor(whole / 60)}:${pad(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
