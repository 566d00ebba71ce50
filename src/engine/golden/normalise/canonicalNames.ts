/** An older or narrower call, and how its arguments read in the call that stands for it: `$1` is the first one given. */
interface Alias {
  readonly name: string;
  readonly args: readonly string[];
}

/**
 * Calls that other architectures, C libraries or versions of them use for the same thing. Arguments that are not mentioned
 * follow; `$cwd` is the directory that relative paths count from.
 */
const TABLE = `
  open = openat($cwd, $1, $2, $3)
  creat = openat($cwd, $1, O_WRONLY|O_CREAT|O_TRUNC, $2)
  stat = newfstatat($cwd, $1, $2, 0)
  stat64 = newfstatat($cwd, $1, $2, 0)
  lstat = newfstatat($cwd, $1, $2, AT_SYMLINK_NOFOLLOW)
  lstat64 = newfstatat($cwd, $1, $2, AT_SYMLINK_NOFOLLOW)
  fstatat64 = newfstatat($1, $2, $3, $4)
  fstat64 = fstat($1, $2)
  access = faccessat2($cwd, $1, $2, 0)
  faccessat = faccessat2($1, $2, $3, 0)
  readlink = readlinkat($cwd, $1, $2, $3)
  rename = renameat2($cwd, $1, $cwd, $2, 0)
  renameat = renameat2($1, $2, $3, $4, 0)
  unlink = unlinkat($cwd, $1, 0)
  rmdir = unlinkat($cwd, $1, AT_REMOVEDIR)
  mkdir = mkdirat($cwd, $1, $2)
  mknod = mknodat($cwd, $1, $2, $3)
  link = linkat($cwd, $1, $cwd, $2, 0)
  symlink = symlinkat($1, $cwd, $2)
  chmod = fchmodat($cwd, $1, $2)
  chown = fchownat($cwd, $1, $2, $3, 0)
  chown32 = fchownat($cwd, $1, $2, $3, 0)
  lchown = fchownat($cwd, $1, $2, $3, AT_SYMLINK_NOFOLLOW)
  fchown32 = fchown($1, $2, $3)
  utime = utimensat($cwd, $1, $2, 0)
  utimes = utimensat($cwd, $1, $2, 0)
  futimesat = utimensat($1, $2, $3, 0)
  getdents = getdents64($1, $2, $3)
  statfs64 = statfs($1, $3)
  fstatfs64 = fstatfs($1, $3)
  truncate64 = truncate($1, $2)
  ftruncate64 = ftruncate($1, $2)
  sendfile64 = sendfile($1, $2, $3, $4)
  fadvise64_64 = fadvise64($1, $2, $3, $4)
  fcntl64 = fcntl($1, $2, $3)
  preadv = preadv2($1, $2, $3, $4, 0)
  pwritev = pwritev2($1, $2, $3, $4, 0)
  dup2 = dup3($1, $2, 0)
  pipe = pipe2($1, 0)
  eventfd = eventfd2($1, 0)
  epoll_create = epoll_create1(0)
  epoll_wait = epoll_pwait($1, $2, $3, $4, NULL, 8)
  inotify_init = inotify_init1(0)
  signalfd = signalfd4($1, $2, $3, 0)
  accept = accept4($1, $2, $3, 0)
  send = sendto($1, $2, $3, $4, NULL, 0)
  recv = recvfrom($1, $2, $3, $4, NULL, NULL)
  fork = clone(flags=SIGCHLD)
  vfork = clone(flags=CLONE_VM|CLONE_VFORK|SIGCHLD)
  mmap2 = mmap($1, $2, $3, $4, $5, $6)
  _llseek = lseek($1, $2, $4)
  waitpid = wait4($1, $2, $3, NULL)
  getrlimit = prlimit64(0, $1, NULL, $2)
  ugetrlimit = prlimit64(0, $1, NULL, $2)
  setrlimit = prlimit64(0, $1, $2, NULL)
  umount = umount2($1, 0)
  clock_gettime64 = clock_gettime($1, $2)
  clock_nanosleep_time64 = clock_nanosleep($1, $2, $3, $4)
  futex_time64 = futex($1, $2, $3, $4, $5, $6)
  ppoll_time64 = ppoll($1, $2, $3, $4, $5)
  pselect6_time64 = pselect6($1, $2, $3, $4, $5, $6)
  recvmmsg_time64 = recvmmsg($1, $2, $3, $4, $5)
  utimensat_time64 = utimensat($1, $2, $3, $4)
  getuid32 = getuid()
  geteuid32 = geteuid()
  getgid32 = getgid()
  getegid32 = getegid()
`;

const ALIASES: ReadonlyMap<string, Alias> = new Map(
  TABLE.trim()
    .split("\n")
    .map((line) => {
      const [, from = "", name = "", args = ""] = /^\s*(\w+) = (\w+)\(([^)]*)\)$/.exec(line) ?? [];
      return [from, { name, args: args === "" ? [] : args.split(", ") }];
    }),
);

/** The name that a call goes by, whatever its arguments. */
export function canonicalName(name: string): string {
  return ALIASES.get(name)?.name ?? name;
}

/**
 * The call that stands for another, with its arguments.
 * @param cwd the directory relative paths count from, as an argument (`AT_FDCWD</path>`)
 */
export function canonicalCall(name: string, args: readonly string[], cwd: string): { name: string; args: string[] } {
  if (asksDescriptor(name, args))
    return { name: "fstat", args: [args[0] ?? "", args.at(name === "statx" ? 4 : 2) ?? ""] };
  const alias = ALIASES.get(name);
  if (alias === undefined) return { name, args: [...args] };
  const mapped: string[] = [];
  for (const part of alias.args) {
    if (part === "$cwd") mapped.push(cwd);
    else if (!part.startsWith("$")) mapped.push(part);
    else {
      const given = args[Number(part.slice(1)) - 1];
      if (given !== undefined) mapped.push(given);
    }
  }
  return { name: alias.name, args: mapped };
}

/** C libraries ask about an open file in one of three ways. */
function asksDescriptor(name: string, args: readonly string[]): boolean {
  if (args[1] !== '""' || args[0]?.startsWith("AT_FDCWD")) return false;
  if (name === "newfstatat" || name === "fstatat64") return (args[3] ?? "").includes("AT_EMPTY_PATH");
  return name === "statx" && (args[2] ?? "").includes("AT_EMPTY_PATH");
}
