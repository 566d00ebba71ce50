/** Variables that the editor sets for its own processes; the terminals that it opens do not have them either. */
const EDITOR_VARIABLE = /^(?:ELECTRON_|VSCODE_(?!(?:PORTABLE|SHELL_LOGIN|ENV_REPLACE|ENV_APPEND|ENV_PREPEND)$))/;

/** The environment that a recorded program would have in a terminal: this process' own, without what the editor added. */
export function programEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !EDITOR_VARIABLE.test(name)));
}
