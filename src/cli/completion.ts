import type { CommandSpec, Completes, OptionSpec, Shell } from "./table/commandSpec.ts";
import { COMMANDS } from "./table/commandTable.ts";

/** The completion script of a shell, made from the command table. Runs and targets are asked from `goldentrace list`. */
export function completionScript(shell: Shell): string {
  return { bash, zsh, fish }[shell]();
}

function bash(): string {
  const cases = COMMANDS.map((command) => {
    const flags = command.options.flatMap((option) => optionWords(option)).join(" ");
    const values = command.options
      .filter((option) => option.value !== undefined)
      .map((option) => {
        const pattern = optionWords(option).join("|");
        return `        ${pattern}) ${bashCompletes(option.completes, option.choices)}; return ;;`;
      });
    const positional = bashPositional(command);
    return [
      `    ${command.name})`,
      ...(values.length === 0 ? [] : ['      case "$prev" in', ...values, "      esac"]),
      '      if [[ "$cur" == -* ]]; then',
      `        COMPREPLY=($(compgen -W ${quote(flags)} -- "$cur"))`,
      "      else",
      `        ${positional}`,
      "      fi",
      "      ;;",
    ].join("\n");
  });
  const names = COMMANDS.map((command) => command.name).join(" ");
  return `# bash completion for goldentrace; written by \`goldentrace completion bash\`.
_goldentrace_lines() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(goldentrace list "$@" 2>/dev/null)" -- "$cur"))
}

_goldentrace() {
  local cur prev command i
  COMPREPLY=()
  cur="\${COMP_WORDS[COMP_CWORD]}"
  prev="\${COMP_WORDS[COMP_CWORD-1]}"
  command="\${COMP_WORDS[1]}"
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W ${quote(`${names} --help --version`)} -- "$cur"))
    return
  fi
  # After \`--\` comes a program with its own completion.
  for ((i = 2; i < COMP_CWORD; i++)); do
    if [[ "\${COMP_WORDS[i]}" == "--" ]]; then
      if declare -F _command_offset >/dev/null; then
        _command_offset $((i + 1))
      elif [[ $((i + 1)) -eq $COMP_CWORD ]]; then
        COMPREPLY=($(compgen -c -- "$cur"))
      else
        COMPREPLY=($(compgen -f -- "$cur"))
      fi
      return
    fi
  done
  case "$command" in
${cases.join("\n")}
  esac
}

complete -o filenames -o bashdefault -F _goldentrace goldentrace
`;
}

function bashPositional(command: CommandSpec): string {
  const first = command.positionals[0];
  if (first === undefined) return ":";
  return bashCompletes(first.completes, first.choices);
}

function bashCompletes(completes: Completes | undefined, choices: readonly string[] | undefined): string {
  if (choices !== undefined) return `COMPREPLY=($(compgen -W ${quote(choices.join(" "))} -- "$cur"))`;
  switch (completes) {
    case "run":
      return '_goldentrace_lines --names; COMPREPLY+=($(compgen -W latest -- "$cur") $(compgen -f -- "$cur"))';
    case "target":
      return "_goldentrace_lines --targets";
    case "file":
      return 'COMPREPLY=($(compgen -f -- "$cur"))';
    case "directory":
      return 'COMPREPLY=($(compgen -d -- "$cur"))';
    case "command":
      return 'COMPREPLY=($(compgen -c -- "$cur"))';
    default:
      return ":";
  }
}

function zsh(): string {
  const functions = COMMANDS.map((command) => {
    const specs = [
      ...command.options.map(zshOption),
      ...command.positionals.map((positional, index) => {
        if (positional.completes === "command") return quote(`*::${positional.name}:_normal`);
        return quote(
          `${index + 1}:${zshText(positional.name)}:${zshCompletes(positional.completes, positional.choices)}`,
        );
      }),
    ];
    return `_goldentrace_${command.name}() {\n  _arguments -s -S \\\n    ${specs.join(" \\\n    ")}\n}`;
  });
  const names = COMMANDS.map((command) => `    ${quote(`${command.name}:${zshText(command.summary)}`)}`);
  return `#compdef goldentrace
# zsh completion for goldentrace; written by \`goldentrace completion zsh\`.
_goldentrace_runs() {
  local -a runs
  runs=(latest \${(f)"$(goldentrace list --names 2>/dev/null)"})
  _alternative "runs:run:compadd -a runs" "files:trace file:_files"
}

_goldentrace_targets() {
  local -a targets
  targets=(\${(f)"$(goldentrace list --targets 2>/dev/null)"})
  compadd -a targets
}

${functions.join("\n\n")}

_goldentrace() {
  local -a commands
  commands=(
${names.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    _arguments '--help[Show help]' '--version[Print the version]'
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  (( $+functions[_goldentrace_$command] )) && _goldentrace_$command
}

if [ "$funcstack[1]" = "_goldentrace" ]; then
  _goldentrace "$@"
else
  compdef _goldentrace goldentrace
fi
`;
}

function zshOption(option: OptionSpec): string {
  const repeat = option.multiple === true ? "*" : "";
  const text = `[${zshText(option.description)}]`;
  const value =
    option.value === undefined ? "" : `:${zshText(option.value)}:${zshCompletes(option.completes, option.choices)}`;
  const long = `--${option.name}${option.value === undefined ? "" : "="}`;
  const specs = option.short === undefined ? [long] : [`-${option.short}`, long];
  return specs.map((spec) => quote(`${repeat}${spec}${text}${value}`)).join(" ");
}

function zshCompletes(completes: Completes | undefined, choices: readonly string[] | undefined): string {
  if (choices !== undefined) return `(${choices.join(" ")})`;
  const actions: Readonly<Record<Completes, string>> = {
    run: "_goldentrace_runs",
    target: "_goldentrace_targets",
    file: "_files",
    directory: "_files -/",
    command: "_command_names -e",
    none: " ",
  };
  return actions[completes ?? "none"];
}

/** Colons and brackets end parts of an `_arguments` spec. */
function zshText(text: string): string {
  return text.replace(/[\\:[\]]/g, "\\$&");
}

function fish(): string {
  const lines = COMMANDS.flatMap((command) => {
    const here = `'__fish_seen_subcommand_from ${command.name}'`;
    const first = command.positionals[0];
    const positional = first === undefined ? "" : fishCompletes(first.completes, first.choices);
    return [
      `complete -c goldentrace -n __fish_use_subcommand -a ${command.name} -d ${fishQuote(command.summary)}`,
      ...(positional === "" ? [] : [`complete -c goldentrace -n ${here}${positional}`]),
      ...command.options.map((option) => {
        const short = option.short === undefined ? "" : ` -s ${option.short}`;
        const value = option.value === undefined ? "" : ` -x${fishCompletes(option.completes, option.choices)}`;
        return `complete -c goldentrace -n ${here} -l ${option.name}${short}${value} -d ${fishQuote(option.description)}`;
      }),
    ];
  });
  return `# fish completion for goldentrace; written by \`goldentrace completion fish\`.
complete -c goldentrace -f
complete -c goldentrace -n __fish_use_subcommand -l help -s h -d 'Show help'
complete -c goldentrace -n __fish_use_subcommand -l version -s V -d 'Print the version'
${lines.join("\n")}
`;
}

function fishCompletes(completes: Completes | undefined, choices: readonly string[] | undefined): string {
  if (choices !== undefined) return ` -a ${fishQuote(choices.join(" "))}`;
  switch (completes) {
    case "run":
      return " -F -a 'latest (goldentrace list --names 2>/dev/null)'";
    case "target":
      return " -a '(goldentrace list --targets 2>/dev/null)'";
    case "file":
      return " -F";
    case "directory":
      return " -a '(__fish_complete_directories)'";
    case "command":
      return " -a '(__fish_complete_command)'";
    default:
      return "";
  }
}

function fishQuote(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}

function optionWords(option: OptionSpec): string[] {
  return option.short === undefined ? [`--${option.name}`] : [`-${option.short}`, `--${option.name}`];
}

/** A word in single quotes, for POSIX-like shells. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
