import { loadConfig } from "../../src/node/config.ts";
import { type Accepted, acceptTarget } from "../../src/node/golden/accept.ts";
import { checkTargets } from "../../src/node/golden/check.ts";
import type { RecordingPlace } from "../../src/node/golden/recordTarget.ts";
import type { Comparison } from "../../src/protocol/comparison.ts";

type Variables = Readonly<Record<string, string>>;

function place(workspace: string, env: Variables): RecordingPlace {
  return { workspace, config: loadConfig(workspace), env: { ...process.env, ...env }, toolVersion: "test" };
}

/** Accepts a target of a workspace's goldentrace.toml, as `goldentrace accept` does. @param env variables added to ours */
export function acceptOnce(target: string, workspace: string, env: Variables = {}): Promise<Accepted> {
  return acceptTarget({ ...place(workspace, env), target, signal: new AbortController().signal });
}

/** Checks a target, as `goldentrace check` does. */
export async function checkOnce(target: string, workspace: string, env: Variables = {}): Promise<Comparison> {
  const { signal } = new AbortController();
  const [entry] = await checkTargets({ ...place(workspace, env), targets: [target], jobs: 1, signal });
  if (entry === undefined) throw new Error(`${target} was not checked`);
  return entry.comparison;
}
