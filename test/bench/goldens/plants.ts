import type { Comparison } from "../../../src/protocol/comparison.ts";

/** Changes that a library makes in any program that it is loaded into, and how they must be told. */
export const PRELOADED: readonly {
  readonly name: string;
  readonly isTold: (comparison: Comparison) => string | undefined;
}[] = [
  { name: "extra-open", isTold: (each) => told(each, /^(?:added|count) openat \/etc\/fstab/) },
  { name: "connection", isTold: (each) => told(each, /^(?:added|count) connect .*127\.0\.0\.1/) },
  { name: "thread", isTold: (each) => told(each, /^thread-added main>/) },
  {
    name: "leak",
    isTold: ({ performance }) => {
      const worse = performance.find(
        ({ metric, verdict }) => verdict === "regressed" && ["mappedBytes", "peakRss"].includes(metric),
      );
      return worse && `${worse.metric} ${Math.round(100 * (worse.change ?? Number.NaN))} % more`;
    },
  },
];

/** A change to a source of a program of the trial. */
export interface EditPlant {
  readonly name: string;
  readonly program: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** What kind, call and object of a divergence must look like. */
  readonly told: RegExp;
  /** Where there is debug information: what the line holds that must be told, after the edit, or before where it is gone. */
  readonly line?: string;
}

export const EDITS: readonly EditPlant[] = [
  {
    name: "missing-fsync",
    program: "python",
    file: "files.py",
    from: "        os.fsync(out.fileno())\n",
    to: "",
    told: /^removed fsync/,
  },
  {
    name: "swapped-rename",
    program: "python",
    file: "files.py",
    from: "        out.flush()\n",
    to: "        os.replace(name, target)\n        out.flush()\n        name = target\n",
    told: /^(?:order|added|removed|changed|count) (?:write|rename)/,
  },
  {
    name: "doubled-read",
    program: "python",
    file: "files.py",
    from: "    words = path.read_text().split()\n",
    to: "    words = (path.read_text() and path.read_text()).split()\n",
    told: /^count (?:read|openat) .*txt/,
  },
  {
    name: "thread",
    program: "python",
    file: "files.py",
    from: "with lock:\n        totals",
    to: "threading.Thread(target=print).start()\n    with lock:\n        totals",
    told: /^thread-added /,
  },
  {
    name: "swapped-rename",
    program: "node",
    file: "files.mjs",
    from: 'await rename("sums.new", "sums.txt");\n',
    to: 'await rename("sums.new", "sums.txt");\nawait writeFile("sums.txt", "");\n',
    told: /^(?:added|count) (?:openat|write) .*sums/,
  },
  {
    name: "doubled-read",
    program: "perl",
    file: "report.pl",
    from: "    close $in;\n",
    to: "    seek($in, 0, 0); 1 while <$in>;\n    close $in;\n",
    told: /^count read .*txt/,
  },
  {
    name: "extra-open",
    program: "bash",
    file: "lists.sh",
    from: "wait\n",
    to: "wait\nread -r line < summary.txt\n",
    told: /^(?:added|count) openat .*summary/,
  },
  {
    name: "exit-code",
    program: "dash",
    file: "lists.sh",
    from: "[ -s pairs.txt ] && cat summary.txt\n",
    to: "[ -s pairs.txt ] && cat summary.txt\nexit 4\n",
    told: /^exit /,
  },
  {
    name: "more writes",
    program: "sqlite3",
    file: "notes.sql",
    from: "DELETE FROM note WHERE weight = 5;\n",
    to: "DELETE FROM note WHERE weight = 5;\nUPDATE note SET weight = 7 WHERE id = 1;\n",
    told: /^(?:count|added) (?:fdatasync|fsync|pwrite64)/,
  },
  {
    name: "another unit",
    program: "make",
    file: "Makefile",
    from: "app: one.o two.o three.o\n\t$(CC) -o $@ $^\n",
    to: "app: one.o two.o three.o\n\t$(CC) -o $@ $^\n\tcp app app.old\n",
    told: /^thread-added main>cp/,
  },
  {
    name: "missing write",
    program: "pool",
    file: "pool.c",
    from: "i < 5",
    to: "i < 4",
    told: /^count write /,
  },
  {
    name: "extra-open",
    program: "c-files",
    file: "src/report.c",
    from: "    pid_t child = fork();\n",
    to: '    close(open("/etc/fstab", O_RDONLY | O_CLOEXEC));\n    pid_t child = fork();\n',
    told: /^added openat \/etc\/fstab/,
    line: "/etc/fstab",
  },
  {
    name: "doubled-read",
    program: "c-files",
    file: "src/worker.c",
    from: "    while ((length = read(fd, record, RECORD_LENGTH - 1)) > 0) {\n",
    to: "    while (read(fd, record, RECORD_LENGTH - 1) > 0)\n        ;\n    lseek(fd, 0, SEEK_SET);\n    while ((length = read(fd, record, RECORD_LENGTH - 1)) > 0) {\n",
    told: /^count read .*part-\d/,
    line: "while (read(fd, record",
  },
  {
    name: "added fsync",
    program: "c-files",
    file: "src/worker.c",
    from: "    return close(fd) != 0 || failed ? -1 : 0;\n",
    to: "    fsync(fd);\n    return close(fd) != 0 || failed ? -1 : 0;\n",
    told: /^added fsync .*part-\d/,
    line: "fsync(fd)",
  },
  {
    name: "thread",
    program: "c-files",
    file: "src/report.c",
    from: "    pid_t child = fork();\n",
    to: "    if (fork() == 0)\n        _exit(0);\n    pid_t child = fork();\n",
    told: /^thread-added main>/,
    line: "if (fork() == 0)",
  },
];

/** Title of the divergence that looks like this, with its line. */
export function told({ divergences }: Comparison, pattern: RegExp, line?: number): string | undefined {
  const found = divergences.find(({ kind, name, object, site, goldenSite }) => {
    if (!pattern.test([kind, name, object].join(" "))) return false;
    return line === undefined || (site ?? goldenSite)?.line === line;
  });
  return found && `${found.title}${line === undefined ? "" : ` (line ${line})`}`;
}
