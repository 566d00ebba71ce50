import type { ExpectedError } from "../base/errors.ts";
import { shown } from "../base/terminal/shown.ts";
import type { CliContext } from "./context.ts";
import { styleFor } from "./terminal/style.ts";

/** Tells an error of the user's on standard error: a line, and below it the way out. */
export async function writeError(
  { message, wayOut }: ExpectedError,
  { stderr }: Pick<CliContext, "stderr">,
): Promise<void> {
  await stderr.write(`${styleFor(stderr.colour).bad("goldentrace:")} ${shown(message)}\n`);
  for (const line of wayOut?.split("\n") ?? []) await stderr.write(`  ${shown(line)}\n`);
}
