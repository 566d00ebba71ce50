import { createInterface } from "node:readline/promises";
import type { CliContext } from "../context.ts";

/** Asks a question on the terminal. Where nobody can answer, the command line was the answer: yes. */
export async function asksYes(question: string, { stderr }: CliContext): Promise<boolean> {
  if (!stderr.isTerminal || process.stdin.isTTY !== true) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^\s*y(?:es)?\s*$/i.test(await terminal.question(`${question} [y/N] `));
  } finally {
    terminal.close();
  }
}
