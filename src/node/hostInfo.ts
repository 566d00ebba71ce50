import { readFileSync } from "node:fs";
import { arch, availableParallelism, hostname, release, totalmem, type } from "node:os";
import type { RunManifest } from "../protocol/runFolder.ts";

export type HostInfo = RunManifest["host"];

/** The machine a run was made on. `memoryBytes` is the machine's memory, `cpus` what this process may use. */
export function hostInfo(): HostInfo {
  return {
    hostname: hostname(),
    os: osName(),
    kernel: `${type()} ${release()}`,
    arch: arch(),
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
  };
}

/** Fields of `/etc/os-release` (os-release(5)); empty where there is none. */
export function osRelease(): { readonly PRETTY_NAME?: string; readonly ID?: string; readonly ID_LIKE?: string } {
  for (const path of ["/etc/os-release", "/usr/lib/os-release"]) {
    try {
      return parseOsRelease(readFileSync(path, "utf8"));
    } catch {
      // Absent on other systems; the next place, then none.
    }
  }
  return {};
}

/** Reads `KEY=value` lines, quotes removed, the shell's four escapes undone. */
export function parseOsRelease(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const match = /^([A-Z0-9_]+)=(.*)$/.exec(line.trim());
    const [key, raw] = [match?.[1], match?.[2]];
    if (key === undefined || raw === undefined) continue;
    const quoted = /^(["'])(.*)\1$/.exec(raw);
    fields[key] = (quoted?.[2] ?? raw).replace(/\\(["'$`\\])/g, "$1");
  }
  return fields;
}

function osName(): string {
  return osRelease().PRETTY_NAME ?? type();
}
