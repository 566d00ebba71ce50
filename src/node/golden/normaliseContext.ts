import { homedir, hostname, tmpdir, userInfo } from "node:os";
import type { NormaliseContext } from "../../engine/golden/behaviourOf.ts";
import type { RunManifest } from "../../protocol/runFolder.ts";
import { errorCode } from "../procFiles.ts";
import type { GoldenSettings } from "./goldenSettings.ts";

type Rules = Pick<GoldenSettings, "rules" | "rulesOff">;

/** Where and how a run was recorded, as far as normalisation needs it. */
export function normaliseContext(manifest: RunManifest, { rules, rulesOff }: Rules): NormaliseContext {
  const { command, workspace, host, recorder } = manifest;
  const cwd = command.cwd === "" ? workspace : command.cwd;
  return {
    workspace,
    cwd,
    command: [command.program, ...command.args],
    hostname: host.hostname,
    // A run that was brought here from elsewhere tells its user by its folders only.
    ...(host.hostname === hostname() ? thisUser() : userOf(cwd)),
    captureData: recorder.captureData,
    rules,
    rulesOff,
  };
}

/** For a trace that nothing else is known of. */
export function foreignContext(workspace: string, { rules, rulesOff }: Rules): NormaliseContext {
  return { workspace, cwd: workspace, command: [], ...thisUser(), rules, rulesOff };
}

function thisUser(): Pick<NormaliseContext, "home" | "user" | "tempDirs"> {
  return { home: homedir(), user: userName(), tempDirs: [tmpdir()] };
}

/** Empty for a user id without an account, as in containers. */
function userName(): string {
  try {
    return userInfo().username;
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ERR_SYSTEM_ERROR") return "";
    throw error;
  }
}

function userOf(path: string): Pick<NormaliseContext, "home" | "user"> {
  const [home, user] = /^\/(?:home|Users)\/([^/]+)/.exec(path) ?? [];
  if (home !== undefined && user !== undefined) return { home, user };
  return path === "/root" || path.startsWith("/root/") ? { home: "/root", user: "root" } : {};
}
