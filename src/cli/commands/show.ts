import { atMost, parseCommandLine } from "../commandLine.ts";
import type { Command } from "../dispatch.ts";
import { openTrace } from "../openTrace.ts";
import { summaryText } from "../summary/summaryText.ts";
import { styleFor } from "../terminal/style.ts";

export const command: Command = async (argv, context) => {
  const line = parseCommandLine("show", argv);
  atMost(line, 1);
  const { summary } = await openTrace(line, context);
  const { stdout } = context;
  const text = line.has("json")
    ? `${JSON.stringify(summary, undefined, stdout.isTerminal ? 2 : undefined)}\n`
    : summaryText(summary, {
        style: styleFor(stdout.colour),
        width: stdout.columns,
        all: line.has("all"),
        env: line.has("env"),
      });
  await stdout.write(text);
  return 0;
};
