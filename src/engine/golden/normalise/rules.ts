/** One way in which equal behaviour looks different, and what is done about it. Listed by `goldentrace diff --explain`. */
export interface NormalisationRule {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly example: { readonly before: string; readonly after: string };
}

const rule = (id: string, title: string, description: string, before: string, after: string): NormalisationRule => ({
  id,
  title,
  description,
  example: { before, after },
});

/** All rules, in the order they are applied in. Applying them to what they made changes nothing. */
export const RULES = [
  rule(
    "canonical-names",
    "One name for each call",
    "Calls that other C libraries, kernels and architectures use for the same thing take one name and one order of arguments.",
    'open("a.txt", O_RDONLY)',
    'openat(AT_FDCWD, "a.txt", O_RDONLY)',
  ),
  rule(
    "descriptors",
    "Descriptors by what they point to",
    "The number of a file, socket or pipe is replaced by its path, address or kind.",
    "read(7</etc/hosts>, …)",
    "read(fd</etc/hosts>, …)",
  ),
  rule(
    "standard-streams",
    "Standard input, output and error",
    "What descriptors 0, 1 and 2 pointed to when the program began is called <stdin>, <stdout> and <stderr>: a terminal in one run may be a pipe in the next.",
    "write(1</dev/pts/3>, …)",
    "write(fd<<stdout>>, …)",
  ),
  rule(
    "sockets",
    "Sockets by their address",
    "A socket is named by its kind and the address it was connected or bound to, not by its inode.",
    "read(4<socket:[81733]>, …)",
    "read(fd<tcp 127.0.0.1:5432>, …)",
  ),
  rule(
    "ports",
    "Ports that the system chose",
    "Ports that the program did not ask for (of outgoing connections, or after binding to port 0) are left out. Ports it connects or binds to stay.",
    "sin_port=htons(48122)",
    "sin_port=htons(<port>)",
  ),
  rule(
    "process-ids",
    "Process and thread ids",
    "Ids are left out; what was created is named by how it was made.",
    "kill(4711, SIGTERM)",
    "kill(<pid>, SIGTERM)",
  ),
  rule(
    "addresses",
    "Memory addresses",
    "Addresses differ from run to run.",
    "munmap(0x7f3c1a2b4000, 4096)",
    "munmap(<address>, 4096)",
  ),
  rule("times", "Times", "Times that the kernel tells or that are set are left out.", "{tv_sec=1763, …}", "<time>"),
  rule(
    "file-metadata",
    "What stat says",
    "Inode and device numbers, owners, times and sizes of files are left out.",
    "{st_ino=812, st_size=4096, …}",
    "<stat>",
  ),
  rule(
    "environment-values",
    "What the machine answers",
    "Buffers that the kernel fills with what the machine is like, environment variables, and lengths that depend on them.",
    'getcwd("/home/ann/x", 4096) = 12',
    "getcwd(<out>, 4096) = 0",
  ),
  rule(
    "buffers",
    "Contents of buffers",
    "What is read and written is not compared, unless the contents were recorded with captureData.",
    'write(fd<…>, "hello", 5)',
    "write(fd<…>, <data>, 5)",
  ),
  rule("workspace", "The workspace", "Paths below the workspace.", "/home/ann/app/data.bin", "<workspace>/data.bin"),
  rule("temp-dirs", "Folders for temporary files", "Paths below /tmp, /var/tmp and TMPDIR.", "/var/tmp/x", "<tmp>/x"),
  rule("home", "The home folder", "Paths below the user's home folder.", "/home/ann/.cache", "<home>/.cache"),
  rule(
    "proc",
    "Own places below /proc and /dev",
    "/proc/self, /proc/PID and its tasks and descriptors; terminals by number.",
    "/proc/4711/fd/3",
    "/proc/<pid>/fd/<fd>",
  ),
  rule(
    "user",
    "The user",
    "The user's name and number where the system keeps something for each user.",
    "/run/user/1000/bus",
    "/run/user/<user>/bus",
  ),
  rule("host", "The host's name", "The machine's name in paths and texts.", "lock.build-7.pid", "lock.<host>.pid"),
  rule(
    "temp-names",
    "Names of temporary files",
    "Random parts of names: mkstemp, mktemp, Python's tempfile, compilers, git, editors.",
    "<tmp>/tmpab12cd34/x",
    "<tmp>/tmp<random>/x",
  ),
  rule(
    "run-folders",
    "Recordings",
    "Folders of Goldentrace's own runs.",
    ".goldentrace/runs/app_2026…",
    ".goldentrace/runs/<run>",
  ),
  rule(
    "hashes",
    "Hashes in names",
    "Checksums, object ids, build hashes and uuids.",
    "target/debug/deps/app-3f9a1c5be2d40718",
    "target/debug/deps/app-<hash>",
  ),
  rule(
    "times-in-names",
    "Times in names",
    "Dates and times of the recording itself in names. Other dates stay: they belong to the data.",
    "log-2026-11-22.txt",
    "log-<date>.txt",
  ),
  rule("pids-in-names", "Process ids in names", "Ids of traced processes in names.", "app.4711.lock", "app.<pid>.lock"),
  rule(
    "program-folders",
    "Folders of programs",
    "A program that is executed is known by its name where it is installed in a folder of programs: /usr/bin, a version manager's. What a version manager does to find it is start-up.",
    'execve("<home>/.pyenv/versions/3.11.7/bin/python3", …)',
    'execve("<programs>/python3", …)',
  ),
  rule(
    "stream-chunks",
    "Chunks of streams",
    "Reads (or writes) in a row from one pipe, connection or terminal count as one, whatever their sizes: how a stream is cut is up to scheduling.",
    "read(fd<pipe>, …) = 4096; read(fd<pipe>, …) = 512",
    "read(fd<pipe>, …)",
  ),
  rule(
    "environment-files",
    "Files of the machine",
    "Reading shared libraries, locales, caches of the loader, Python's own files and the like is not compared (only in strict mode).",
    'openat("/etc/ld.so.cache") is compared',
    'openat("/etc/ld.so.cache") is not compared',
  ),
  rule(
    "code-loading",
    "Loading of the program's own code",
    "Reading a script and its modules belongs to start-up, also when it happens late: its sizes change with every edit, and compiled modules come and go.",
    "read(fd<<workspace>/util.py>, …) is compared",
    "read(fd<<workspace>/util.py>, …) is start-up",
  ),
  rule(
    "runtime-threads",
    "Threads of a run-time system",
    "Threads among which a run-time system moves the program's tasks as it likes (Go) count as one.",
    "main, main>thread, main>thread#2",
    "main",
  ),
] as const satisfies readonly NormalisationRule[];

export type RuleId = (typeof RULES)[number]["id"];
