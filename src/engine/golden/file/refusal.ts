import { ExpectedError } from "../../../base/errors.ts";
import { oneLine, truncate } from "../../../base/text.ts";

/** The file that is being read, for what is said about it. */
export interface GoldenSource {
  /** Path as the user knows it. */
  readonly file: string;
  /** The golden's name, as `goldentrace accept` takes it. */
  readonly name: string;
}

/**
 * Why a file cannot be used as a golden.
 * @param problem continues a sentence that begins with the file's name
 */
export function refusal(source: GoldenSource, problem: string, wayOut?: string): ExpectedError {
  return new ExpectedError(`${oneLine(source.file)} ${problem}`, {
    code: "unreadable-trace",
    wayOut: wayOut ?? recordAgain(source),
  });
}

/** What to do about a file that holds no golden. */
export function recordAgain({ name }: GoldenSource): string {
  return `Record it again: goldentrace accept ${oneLine(name)}`;
}

/** A piece of a file, as it is shown in a message. */
export function shown(text: string): string {
  return `"${truncate(oneLine(text.slice(0, 200)), 60)}"`;
}
