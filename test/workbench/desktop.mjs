// The desktop VS Code of this machine.
import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { findProgram } from "../setup/processes.mjs";

/**
 * The executable of the desktop VS Code, when there is one and a display to show it on. The `code` of a Remote-SSH or
 * container terminal and that of WSL are not it: they only talk to a window elsewhere.
 * @returns {string | undefined}
 */
export function desktopCode() {
  const command = findProgram("code");
  if (!command || !(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)) {
    return undefined;
  }
  // `bin/code` is a script that starts the program beside its folder.
  const executable = path.join(path.dirname(realpathSync(command)), "..", "code");
  return existsSync(executable) ? executable : undefined;
}
