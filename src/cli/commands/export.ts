import { formatBytes } from "../../base/format.ts";
import { shown } from "../../base/terminal/shown.ts";
import { findWriter } from "../../engine/write/index.ts";
import { atMost, parseCommandLine, usage } from "../commandLine.ts";
import type { Command } from "../dispatch.ts";
import { openTrace } from "../openTrace.ts";
import { EXPORT_FORMATS } from "../table/commandSpec.ts";
import { Progress } from "../terminal/progress.ts";
import { writeOutput } from "../writeOutput.ts";

export const command: Command = async (argv, context) => {
  const line = parseCommandLine("export", argv);
  atMost(line, 1);
  const format = line.text("format");
  const writer = format === undefined ? undefined : findWriter(format);
  if (writer === undefined) throw usage("Which format?", `--format is one of ${EXPORT_FORMATS.join(", ")}`);
  const input = await openTrace(line, context);
  const file = line.text("output");
  let bytes = 0;
  const progress = new Progress(context.stderr, () => `writing ${writer.id}  ${formatBytes(bytes)}`);
  // Standard output may be the terminal that progress would be drawn on.
  if (file !== undefined && !line.has("quiet")) progress.start();
  try {
    await writeOutput(file, writer.write(input), context, (written) => {
      bytes = written;
    });
  } finally {
    await progress.stop();
  }
  if (!input.summary.complete) {
    await context.stderr.write(
      `goldentrace: the trace is incomplete; so is the export of ${shown(input.summary.run)}\n`,
    );
  }
  return 0;
};
