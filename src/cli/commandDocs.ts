import { describeOption } from "./help.ts";
import type { CommandSpec } from "./table/commandSpec.ts";
import { COMMANDS } from "./table/commandTable.ts";

/** The part of docs/cli.md that is generated from the command table: one section a command, in Markdown. */
export function commandDocs(): string {
  return COMMANDS.map(commandSection).join("\n");
}

function commandSection(command: CommandSpec): string {
  const blocks = [
    `### \`goldentrace ${command.name}\``,
    `${command.summary}.`,
    ["```", ...command.usage.map((usage) => `goldentrace ${command.name} ${usage}`.trim()), "```"].join("\n"),
    ...command.details,
  ];
  if (command.positionals.length > 0) {
    blocks.push(
      markdownTable(
        ["Argument", "Meaning"],
        command.positionals.map(({ name, description }) => [`\`${name}\``, description]),
      ),
    );
  }
  blocks.push(
    markdownTable(
      ["Option", "Meaning"],
      command.options.map((option) => {
        const [flags, description] = describeOption(option);
        return [`\`${flags.trim()}\``, description];
      }),
    ),
    ["```sh", ...command.examples.flatMap((example) => [`# ${example.explanation}`, example.command]), "```"].join(
      "\n",
    ),
    markdownTable(["Exit code", "Meaning"], command.exitCodes),
  );
  return `${blocks.join("\n\n")}\n`;
}

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), `|${header.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}
