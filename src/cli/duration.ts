import { usage } from "./commandLine.ts";

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * A time such as `500ms`, `10`, `1.5h`, `7d` in milliseconds.
 * @param defaultUnit what a bare number counts; undefined where a unit must be given
 */
export function parseDuration(option: string, text: string, defaultUnit?: keyof typeof UNITS): number {
  const match = /^(\d{1,12}(?:\.\d{1,9})?)\s*([a-z]*)$/.exec(text.trim().toLowerCase());
  const unit = match?.[2] === "" ? defaultUnit : match?.[2];
  const factor = unit !== undefined && Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if (match === null || factor === undefined) {
    throw usage(`--${option} takes a time such as 500ms, 10s, 5m, 12h or 7d, not ${JSON.stringify(text)}`);
  }
  return Number(match[1]) * factor;
}
