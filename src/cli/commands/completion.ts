import { atMost, parseCommandLine, seeHelp, usage } from "../commandLine.ts";
import { completionScript } from "../completion.ts";
import type { Command } from "../dispatch.ts";
import { SHELLS } from "../table/commandSpec.ts";

export const command: Command = async (argv, { stdout }) => {
  const line = parseCommandLine("completion", argv);
  atMost(line, 1);
  const asked = line.positionals[0];
  const shell = SHELLS.find((name) => name === asked);
  if (shell === undefined) {
    throw usage(asked === undefined ? "Which shell?" : `No completion for ${asked}`, seeHelp("completion"));
  }
  await stdout.write(completionScript(shell));
  return 0;
};
