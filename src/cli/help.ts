import { displayWidth, padEnd } from "../base/terminal/displayWidth.ts";
import { wrapText } from "../base/terminal/wrapText.ts";
import type { CommandSpec, OptionSpec, PositionalSpec } from "./table/commandSpec.ts";
import { COMMANDS } from "./table/commandTable.ts";
import type { Style } from "./terminal/style.ts";

const INDENT = "  ";

/** What `goldentrace` and `goldentrace --help` print. */
export function generalHelp(style: Style, width: number): string {
  const commands = COMMANDS.map((command): [string, string] => [command.name, command.summary]);
  return `${[
    ...wrapText("Goldentrace records what a program does: system calls, logs and metrics.", width),
    "",
    style.bold("Usage"),
    `${INDENT}goldentrace COMMAND [OPTIONS]`,
    "",
    style.bold("Commands"),
    ...definitionList(commands, width),
    "",
    style.bold("Options"),
    ...definitionList(
      [
        ["-h, --help", "Show this help; after a command, that command's."],
        ["-V, --version", "Print the version."],
      ],
      width,
    ),
    "",
    style.bold("Examples"),
    ...examples([
      { command: "goldentrace run -- ls -l", explanation: "record a program" },
      { command: "goldentrace show", explanation: "what the newest run did" },
      { command: "goldentrace doctor", explanation: "what this machine can record" },
    ]),
  ].join("\n")}\n`;
}

/** What `goldentrace COMMAND --help` prints. */
export function commandHelp(command: CommandSpec, style: Style, width: number): string {
  const sections = [
    wrapText(`${command.summary}.`, width),
    [style.bold("Usage"), ...command.usage.map((usage) => `${INDENT}goldentrace ${command.name} ${usage}`)],
    ...command.details.map((paragraph) => wrapText(paragraph, width)),
  ];
  if (command.positionals.length > 0) {
    sections.push([style.bold("Arguments"), ...definitionList(command.positionals.map(describePositional), width)]);
  }
  sections.push([style.bold("Options"), ...definitionList(command.options.map(describeOption), width)]);
  sections.push([style.bold("Examples"), ...examples(command.examples)]);
  sections.push([style.bold("Exit codes"), ...definitionList(command.exitCodes, width)]);
  return `${sections.map((section) => section.join("\n")).join("\n\n")}\n`;
}

/** `-e, --expr SPEC` and its description with the choices. */
export function describeOption(option: OptionSpec): [string, string] {
  const short = option.short === undefined ? "    " : `-${option.short}, `;
  const value = option.value === undefined ? "" : ` ${option.value}`;
  const notes = [
    option.choices === undefined ? "" : ` One of: ${option.choices.join(", ")}.`,
    option.multiple === true ? " May be given more than once." : "",
  ];
  return [`${short}--${option.name}${value}`, option.description + notes.join("")];
}

function describePositional(positional: PositionalSpec): [string, string] {
  return [positional.name, positional.description];
}

function examples(list: CommandSpec["examples"]): string[] {
  return list.flatMap(({ command, explanation }) => [`${INDENT}# ${explanation}`, `${INDENT}${command}`]);
}

const MAX_TERM_WIDTH = 30;

function definitionList(items: readonly (readonly [string, string])[], width: number): string[] {
  const room = Math.min(MAX_TERM_WIDTH, Math.max(...items.map(([term]) => displayWidth(term))));
  const indent = INDENT.length + room + 2;
  return items.flatMap(([term, text]) => {
    const lines = wrapText(text, Math.max(20, width - indent)).map((line) => " ".repeat(indent) + line);
    if (displayWidth(term) > room) return [INDENT + term, ...lines];
    return [INDENT + padEnd(term, room + 2) + (lines[0] ?? "").trimStart(), ...lines.slice(1)];
  });
}
