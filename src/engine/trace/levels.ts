/** Numeric log levels, as Python's `logging` counts them; TRACE is 5 by the convention of the field. */
export const LOG_LEVELS = {
  TRACE: 5,
  DEBUG: 10,
  INFO: 20,
  WARNING: 30,
  ERROR: 40,
  CRITICAL: 50,
} as const;

export type LogLevelName = keyof typeof LOG_LEVELS;

export const LOG_LEVEL_NAMES = Object.keys(LOG_LEVELS) as readonly LogLevelName[];

/** The name of the highest level that is not above `level`; undefined for 0 (a line without a level). */
export function logLevelName(level: number): LogLevelName | undefined {
  let found: LogLevelName | undefined;
  for (const name of LOG_LEVEL_NAMES) if (level >= LOG_LEVELS[name]) found = name;
  return found;
}
