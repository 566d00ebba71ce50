import { osRelease } from "./hostInfo.ts";

/** What a check may ask to install, under the names of each family's package manager. */
const PACKAGES = {
  strace: {},
  addr2line: { apt: "binutils", dnf: "binutils", pacman: "binutils", apk: "binutils", zypper: "binutils" },
  python3: { pacman: "python" },
  git: {},
  cc: { apt: "build-essential", dnf: "gcc", pacman: "gcc", apk: "build-base", zypper: "gcc" },
} as const satisfies Readonly<Record<string, Partial<Record<Manager, string>>>>;

export type InstallableTool = keyof typeof PACKAGES;
type Manager = "apt" | "dnf" | "pacman" | "apk" | "zypper";

const INSTALL: Readonly<Record<Manager, string>> = {
  apt: "apt-get install -y",
  dnf: "dnf install -y",
  pacman: "pacman -S --needed",
  apk: "apk add",
  zypper: "zypper install -y",
};

const FAMILIES: readonly (readonly [RegExp, Manager])[] = [
  [/\b(debian|ubuntu)\b/, "apt"],
  [/\b(fedora|rhel|centos)\b/, "dnf"],
  [/\barch\b/, "pacman"],
  [/\balpine\b/, "apk"],
  [/\bsuse\b/, "zypper"],
];

/**
 * The line that installs a tool on this distribution (`ID` and `ID_LIKE` of os-release(5)).
 * @param isRoot leaves `sudo` out
 */
export function installLine(
  tool: InstallableTool,
  release: { readonly ID?: string; readonly ID_LIKE?: string } = osRelease(),
  isRoot: boolean = process.getuid?.() === 0,
): string {
  const words = `${release.ID ?? ""} ${release.ID_LIKE ?? ""}`;
  const manager = FAMILIES.find(([family]) => family.test(words))?.[1];
  if (manager === undefined) return `Install ${tool} with this system's package manager.`;
  const names: Partial<Record<Manager, string>> = PACKAGES[tool];
  return `${isRoot ? "" : "sudo "}${INSTALL[manager]} ${names[manager] ?? tool}`;
}
