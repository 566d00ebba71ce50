/**
 * Rules on names: file names, paths and texts that hold them. Each is a pure replacement that leaves its own result as it is.
 */

/** Placeholders stand between `<` and `>`; a run of name characters that touches one is not looked at again. */
const WORD = /[A-Za-z0-9]+/g;

/** Whether a run of letters and digits looks drawn and not written: `aX3kQz`, `8f3a1c9e`; not `worker01`, `libfoo2`, `UTF8`. */
export function looksRandom(word: string): boolean {
  if (word.length < 6) return false;
  const digits = /\d/.test(word);
  const letters = /[A-Za-z]/.test(word);
  // A word with a number behind it, or a number with a unit, is a name.
  if (digits && letters) return !/^(?:[A-Z]?[a-z]+|[A-Z]+)\d+$|^\d+(?:[A-Z]?[a-z]+|[A-Z]+)$/.test(word);
  // `dlXwRt` changes case without making words; `MyModuleName` does not count.
  if (letters) return /[a-z]/.test(word) && /[A-Z]/.test(word) && !/^[a-z]*(?:[A-Z][a-z]{2,})+$/.test(word);
  return false;
}

/** Names of temporary files as well-known programs make them. The random part is what the pattern's first group does not hold. */
const TEMPORARY_NAMES: readonly { readonly match: RegExp; readonly replace: string }[] = [
  // Python's tempfile, and the file it tries a directory with.
  { match: /^((?:[\w-]*[-_.])?tmp)[a-z0-9_]{8}(?=\.|$|-)/, replace: "$1<random>" },
  { match: /^(?=[a-z_]*\d|[a-z0-9]*_)[a-z0-9_]{8}$/, replace: "<random>" },
  { match: /^((?:pip|build|virtualenv|pytest|jupyter)-[\w.-]*-)[a-z0-9_]{8}$/, replace: "$1<random>" },
  // mktemp
  { match: /^(tmp\.)[A-Za-z0-9]{8,12}$/, replace: "$1<random>" },
  { match: /^([\w.-]*\.)[A-Za-z0-9]{10}$/, replace: "$1<random>" },
  // gcc, rustc, Go, bash
  { match: /^(cc|rustc)[A-Za-z0-9]{6}(?=\.|$)/, replace: "$1<random>" },
  { match: /^(go-build|go-link-|go-|gopath)\d+/, replace: "$1<random>" },
  { match: /^(sh-thd\.|sh-np\.|vi\.|ssh-)[A-Za-z0-9]+$/, replace: "$1<random>" },
  { match: /^(npm-|yarn-|node-compile-cache-|v8-compile-cache-)[A-Za-z0-9-]+$/, replace: "$1<random>" },
  // Python's semaphores and shared memory
  { match: /^((?:sem\.)?(?:py)?mp-)[a-z0-9_]{8}$/, replace: "$1<random>" },
  { match: /^(psm_)[0-9a-f]{8}$/, replace: "$1<random>" },
  // The C library's, until it links them to their names.
  { match: /^(sem\.)(?![A-Z]?[a-z]+$|[A-Z]+$|\d+$)[A-Za-z0-9]{6}$/, replace: "$1<random>" },
];

/** The name without its random part, where a well-known program makes names like it. */
function wellKnownName(name: string): string | undefined {
  for (const { match, replace } of TEMPORARY_NAMES) if (match.test(name)) return name.replace(match, replace);
  return undefined;
}

/** How much a call that makes a file says about its name. */
export type Drawn =
  /** It is in a directory for temporary files. */
  | "temporary"
  /** It was made in the way of `mkstemp`, for its owner alone. */
  | "private"
  /** It was made in the way of `mkstemp`, for others too. */
  | "shared"
  /** It was made as the libraries of Python and Perl do, and hardly anyone else: for its owner alone and following no link. */
  | "library";

/**
 * The name of a file that was made as `mkstemp` makes them: it replaces six characters, at the end or in front of a suffix. Outside of
 * directories for temporary files that is not done to names that are a word or a number, and where others may read the file not to any
 * that end in one.
 */
export function drawnName(name: string, how: Drawn): string {
  if (name.includes("<")) return name;
  if (how === "temporary") {
    const known = wellKnownName(name);
    if (known !== undefined) return known;
    // Python tries a directory with such a file.
    if (/^[a-z0-9_]{8}$/.test(name)) return "<random>";
  }
  if (how === "library") return libraryName(name);
  return name.replace(
    /^(.*?)([A-Za-z0-9]{6})((?:\.[A-Za-z]{1,5})?)$/,
    (all, stem: string, drawn: string, suffix: string) => {
      const word = /^(?:[A-Z]?[a-z]+|[A-Z]+|\d+)$/.test(drawn);
      const chosen = how === "private" ? word && stem === "" : how === "shared" && (word || !/[_.-]$/.test(stem));
      return chosen ? all : `${stem}<random>${suffix}`;
    },
  );
}

/**
 * Python draws eight of `a-z0-9_`, Perl as many of `A-Za-z0-9_` as its template says, ten by default. Eight of them make a word too often
 * to be told from one: what is taken out depends on where separators are, never on whether the letters look drawn.
 */
function libraryName(name: string): string {
  const [, stem = "", last = "", suffix = ""] =
    /^(.*?)([A-Za-z0-9_]*)((?:\.[A-Za-z][A-Za-z0-9]{0,4})*)$/.exec(name) ?? [];
  if (last.length < 6) return name;
  if (last.length <= 10) return `${stem}<random>${suffix}`;
  return `${stem}${last.slice(0, -8)}<random>${suffix}`;
}

/** Replaces the random part of a name below a directory for temporary files. */
export function temporaryName(name: string): string {
  if (name.includes("<")) return name;
  const known = wellKnownName(name);
  if (known !== undefined) return known;
  return name.replace(WORD, (word) => (looksRandom(word) ? "<random>" : /^\d{5,}$/.test(word) ? "<number>" : word));
}

/** Names of temporary files beside what they will replace, wherever they are. */
const TEMPORARY_SIBLINGS: readonly { readonly match: RegExp; readonly replace: string }[] = [
  { match: /^(tmp_(?:obj|pack|idx|rev|mtimes)_|\.tmp_)[A-Za-z0-9]{6}$/, replace: "$1<random>" },
  { match: /^(tmp_objdir-[a-z-]+-)[A-Za-z0-9]{6}$/, replace: "$1<random>" },
  { match: /^(.+[._-](?:tmp|temp)[._-]?)[A-Za-z0-9_]{6,16}$/i, replace: "$1<random>" },
  { match: /^(\.?(?:tmp|temp)[._-])[A-Za-z0-9]{6,16}$/i, replace: "$1<random>" },
  { match: /^(.+\.pyc?\.)\d+$/, replace: "$1<number>" },
  { match: /^(\.nfs|\.fuse_hidden)[0-9a-f]+$/, replace: "$1<random>" },
  { match: /^(.+\.)[A-Za-z0-9]{6}(~|\.part|\.new|\.lock)?$/, replace: "$1<random>$2" },
];

/** Whether any name of a path could be such a file; most are not. */
export const MAYBE_SIBLING = /te?mp|\.pyc?\.|\.nfs|\.fuse|\.[A-Za-z0-9]{6}(?:[~./]|$)/i;

export function temporarySibling(name: string): string {
  if (name.includes("<")) return name;
  for (const [index, { match, replace }] of TEMPORARY_SIBLINGS.entries()) {
    if (!match.test(name)) continue;
    // The last pattern fits ordinary extensions (`a.config`) too, so the letters themselves must look drawn.
    const last = index === TEMPORARY_SIBLINGS.length - 1;
    if (last && !looksRandom(/\.([A-Za-z0-9]{6})(?:~|\.part|\.new|\.lock)?$/.exec(name)?.[1] ?? "")) continue;
    return name.replace(match, replace);
  }
  return name;
}

const UUID = /(?<![\w<])[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}(?![\w>])/g;
const GIT_OBJECT = /(\/objects\/(?:tmp_objdir-[\w<>-]+\/)?)[0-9a-f]{2}\/[0-9a-f]{38,62}(?![\w>])/g;
/** Git keeps objects in folders that are named by the first two digits, those of a submodule further down, new ones apart at first. */
const GIT_FOLDER = /(\.git\/(?:modules\/[^\s"']+?\/)?objects\/(?:tmp_objdir-[\w<>-]+\/)?)[0-9a-f]{2}(?![\w.<>-])/g;
const HEX = /(?<![A-Za-z0-9<])[0-9a-f]{8,128}(?![A-Za-z0-9>])/g;
const RUN = /(\.goldentrace\/runs\/)[^/\s"'<>]+/g;

/** Checksums, object ids, build hashes and uuids anywhere in a text. */
export function hashes(text: string): string {
  if (!/[0-9a-fA-F]{8}|\/objects\//.test(text)) return text;
  return text
    .replace(UUID, "<uuid>")
    .replace(GIT_OBJECT, "$1<hash>")
    .replace(GIT_FOLDER, "$1<hash>")
    .replace(HEX, (word) =>
      word.length >= 16
        ? /[a-f]/.test(word)
          ? "<hash>"
          : word
        : /\d/.test(word) && /[a-f]/.test(word)
          ? "<hash>"
          : word,
    );
}

/** Folders of our own recordings. */
export function runFolders(text: string): string {
  return !text.includes(".goldentrace/") ? text : text.replace(RUN, "$1<run>");
}

const PROC: readonly { readonly match: RegExp; readonly replace: string }[] = [
  { match: /^\/proc\/(?:self|thread-self|\d{2,}|[2-9])(?=\/|$)/, replace: "/proc/<pid>" },
  { match: /^(\/proc\/<pid>\/task\/)\d+/, replace: "$1<pid>" },
  { match: /^((?:\/proc\/<pid>(?:\/task\/<pid>)?|\/dev)\/(?:fd|fdinfo)\/)\d+/, replace: "$1<fd>" },
  { match: /^(\/proc\/<pid>\/map_files\/).+/, replace: "$1<address>" },
  { match: /^(\/dev\/pts\/)\d+/, replace: "$1<number>" },
  { match: /^(\/dev\/(?:tty|loop|nvidia|dri\/card|dri\/renderD))\d+$/, replace: "$1<number>" },
];

/** A process' own place below /proc, whichever number or name it goes by; descriptors and terminals by number. */
export function procPaths(path: string): string {
  if (!path.startsWith("/proc/") && !path.startsWith("/dev/")) return path;
  let result = path;
  for (const { match, replace } of PROC) result = result.replace(match, replace);
  return result;
}

const USER_PLACES: readonly RegExp[] = [/^(\/run\/user\/|\/var\/run\/user\/)\d+/, /^(\/var\/lib\/systemd\/users\/)\d+/];

/** The user's number or name where the system keeps something for each user. */
export function userPlaces(path: string, user: string): string {
  if (!/^(?:<tmp>|\/(?:run|var|dev))\//.test(path)) return path;
  let result = path;
  for (const place of USER_PLACES) result = result.replace(place, "$1<user>");
  const named = /^(?:<tmp>|\/run|\/var\/run|\/var\/mail|\/var\/spool|\/dev\/shm)\//.test(result);
  if (!named || user === "") return result;
  return replaceWord(result, user, "<user>");
}

/** Replaces a word where no letter, digit or placeholder touches it. */
export function replaceWord(text: string, word: string, by: string): string {
  if (word === "" || !text.includes(word)) return text;
  let result = "";
  let from = 0;
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + word.length)) {
    const before = text[at - 1] ?? "";
    const after = text[at + word.length] ?? "";
    if (/[A-Za-z0-9<]/.test(before) || /[A-Za-z0-9>]/.test(after)) continue;
    result += text.slice(from, at) + by;
    from = at + word.length;
  }
  return result + text.slice(from);
}

const STAMPS = /(?<![\d<])\d{10}(?:\d{3}|\d{6}|\d{9})?(?![\d>])/g;
const DATES =
  /(?<![\d<])(\d{4})([-_.]?)(\d\d)\2(\d\d)(?:[T _-]?\d\d[-_:.h]?\d\d(?:[-_:.m]?\d\d(?:[.,]\d{1,9})?)?)?(?:Z|[+-]\d\d:?\d\d)?(?![\d>])/g;
const DAY = 86_400_000;

/** Dates and times in names, where they are those of the recording itself: other dates belong to the data. */
export function recordingTimes(text: string, recordedMs: number): string {
  if (!(recordedMs > 0) || !/\d{8}|\d{4}[-_.]\d\d/.test(text)) return text;
  return text
    .replace(STAMPS, (digits) => (Math.abs(Number(digits.slice(0, 10)) * 1000 - recordedMs) < DAY ? "<time>" : digits))
    .replace(DATES, (date, year: string, _separator: string, month: string, day: string) => {
      const stamp = Date.UTC(Number(year), Number(month) - 1, Number(day));
      return stamp > recordedMs - 2 * DAY && stamp < recordedMs + DAY ? "<date>" : date;
    });
}

/** Up to so many ids looking for each of them is cheaper than looking at each number. */
const FEW_PIDS = 16;

function holdsAny(text: string, words: ReadonlySet<string>): boolean {
  for (const word of words) if (text.includes(word)) return true;
  return false;
}

/** Numbers in names that are ids of traced processes: `app.12345.log`. */
export function pidsInNames(text: string, pids: ReadonlySet<string>): string {
  if (pids.size <= FEW_PIDS && !holdsAny(text, pids)) return text;
  return text.replace(
    /(?<![A-Za-z0-9<.]|\d\.)\d{3,7}(?![A-Za-z0-9>])|(?<=[A-Za-z_-]\.)\d{3,7}(?![A-Za-z0-9>])/g,
    (digits) => (pids.has(digits) ? "<pid>" : digits),
  );
}
