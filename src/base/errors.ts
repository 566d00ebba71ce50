/** Machine-readable causes that surfaces react to (exit codes, buttons); every other cause is `"user"`. */
export type ExpectedErrorCode =
  | "user"
  | "usage"
  | "not-found"
  | "not-executable"
  | "permission"
  | "tracer-missing"
  | "ptrace-refused"
  | "disk-full"
  | "unreadable-trace"
  | "untrusted";

/**
 * An error that is the user's to mend: shown as one line, never with a stack.
 * Anything else that is thrown is a bug of ours and is shown with its stack.
 */
export class ExpectedError extends Error {
  override readonly name = "ExpectedError";
  readonly code: ExpectedErrorCode;
  /** What the user can do about it, as a sentence or a command line. */
  readonly wayOut: string | undefined;

  /** @param message one line, without a full stop's worth of jargon; names the file, program or setting concerned */
  constructor(message: string, options: { code?: ExpectedErrorCode; wayOut?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code ?? "user";
    this.wayOut = options.wayOut;
  }
}

/** The text to show for anything thrown: one line (two with a way out) for the user's errors, the stack for ours. */
export function describeError(error: unknown): string {
  if (error instanceof ExpectedError) {
    return error.wayOut === undefined ? error.message : `${error.message}\n${error.wayOut}`;
  }
  if (error instanceof Error) return error.stack ?? `${error.name}: ${error.message}`;
  return String(error);
}
