/** What a format's parser made out of one line. */
export interface ParsedLine {
  /** Numeric level, 0 when the format carries none. */
  readonly level: number;
  readonly message: string;
  readonly logger: string;
  readonly threadName: string;
  readonly site: LogSite | undefined;
}

export interface LogSite {
  readonly file: string;
  readonly line: number;
}

/** One log format. */
export interface LineFormat {
  readonly id: string;
  /** Characters that a line of this format can begin with; other lines never reach `parse`. */
  readonly first: string;
  /** @returns undefined when the line is not of this format */
  parse(text: string): ParsedLine | undefined;
}

export const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const DIGITS = "0123456789";
