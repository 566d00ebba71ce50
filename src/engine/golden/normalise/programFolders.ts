/**
 * Folders that programs are installed in, as normalised paths begin. Which of them a program is found in is up to the machine and its PATH:
 * distributions, package managers and version managers.
 */
const PROGRAM_FOLDER = new RegExp(
  [
    "^(?:/usr(?:/local)?)?/s?bin/",
    "^/(?:opt|snap|nix|gnu|home/linuxbrew)/(?:[^/]+/)*s?bin/",
    String.raw`^<home>/\.(?:pyenv|rbenv|nodenv|goenv|jenv|phpenv|asdf|nvm|fnm|volta|sdkman|rustup|cargo|local|nix-profile)/(?:[^/]+/)*bin/`,
  ].join("|"),
);

/** Scripts of version managers that look for the real program and execute it. */
const SHIM = /\/\.?(?:pyenv|rbenv|nodenv|goenv|jenv|phpenv|asdf|mise)\/(?:[^/]+\/)*(?:shims|libexec|bin)\/[^/]+$/;
/** Where version managers keep the real programs. */
const VERSIONS = /\/(?:versions|installs)\//;

/** `<programs>/NAME` for a normalised path in a folder of programs, else the path. */
export function programPath(path: string): string {
  const folder = PROGRAM_FOLDER.exec(path)?.[0];
  if (folder === undefined) return path;
  const name = path.slice(folder.length);
  return name === "" || name.includes("/") ? path : `<programs>/${name}`;
}

/** Whether an execve runs a version manager's script. @param argv normalised, as are all paths here */
export function isShim(path: string, argv: readonly string[]): boolean {
  return [path, argv[1] ?? ""].some((each) => SHIM.test(each) && !VERSIONS.test(each));
}
