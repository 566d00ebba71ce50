import { formatDoctor } from "../../engine/view/doctor.ts";
import { runDoctor } from "../../node/doctor.ts";
import { findWorkspace } from "../../node/workspace.ts";
import { atMost, parseCommandLine } from "../commandLine.ts";
import type { Command } from "../dispatch.ts";
import { runsDirectory } from "../runArgument.ts";
import { type Style, styleFor } from "../terminal/style.ts";

export const command: Command = async (argv, context) => {
  const line = parseCommandLine("doctor", argv);
  atMost(line, 0);
  const checks = await runDoctor({
    ...(context.env.PATH === undefined ? {} : { path: context.env.PATH }),
    workspace: findWorkspace(context.cwd),
    runsDirectory: runsDirectory(line, context),
  });
  const { stdout } = context;
  await stdout.write(
    line.has("json")
      ? `${JSON.stringify(checks, undefined, 2)}\n`
      : coloured(formatDoctor(checks), styleFor(stdout.colour)),
  );
  return checks.some((check) => check.state === "problem") ? 1 : 0;
};

/** Colours the sign that each check's line begins with. */
function coloured(text: string, style: Style): string {
  const colours: Readonly<Record<string, (sign: string) => string>> = {
    ok: style.good,
    warning: style.warn,
    PROBLEM: style.bad,
  };
  return text.replace(/^(ok|warning|PROBLEM)(?= )/gm, (sign) => colours[sign]?.(sign) ?? sign);
}
