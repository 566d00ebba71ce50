/** What a command may touch of the process it runs in; the composition root is main.ts. */
export interface CliContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Goldentrace's version. */
  readonly version: string;
}

export interface Output {
  readonly isTerminal: boolean;
  /** A terminal whose lines can be drawn over. */
  readonly canRedraw: boolean;
  readonly colour: boolean;
  /** Columns to fill; fixed and generous where the output is not a terminal. */
  readonly columns: number;
  /** Resolves when the text was handed to the system. @throws OutputClosed when nobody reads any more */
  write(text: string): Promise<void>;
}

/** The reader of our output went away (`goldentrace show | head -1`): reason to end quietly. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

/** Columns for output that goes to a file or a pipe. */
export const FILE_COLUMNS = 160;
