/** A real program whose behaviour is accepted once and then checked unchanged. Everything it needs is made anew in each folder. */
export interface TrialProgram {
  readonly name: string;
  /** The Debian package, or the sample, that it comes from. */
  readonly from: string;
  /** Program and arguments; what lies in the workspace begins with `./`. */
  readonly command: readonly string[];
  /** Folder that it runs in, below the workspace. */
  readonly cwd?: string;
  /** Programs that must be installed besides the command's own. */
  readonly needs?: readonly string[];
  /** Commands that prepare a folder, in `cwd`. */
  readonly prepare?: readonly (readonly string[])[];
  /** A folder of samples/ that is copied to `cwd`. */
  readonly sample?: string;
  /** It is a script: what the process does first is its interpreter's. */
  readonly interpreted?: boolean;
  /** Record source lines. */
  readonly stacks?: boolean;
  /** Needs the web server of the trial; `<port>` in the command stands for its port. */
  readonly server?: boolean;
}

/** The same commits each time: their dates are part of what Git stores. */
const COMMIT = [
  ...["env", "GIT_AUTHOR_DATE=2024-03-01T12:00:00Z", "GIT_COMMITTER_DATE=2024-03-01T12:00:00Z"],
  ...["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org", "commit", "-q", "-a", "-m", "Say more"],
] as const;
const REPOSITORY = [
  ["git", "init", "-q"],
  ["git", "add", "."],
  COMMIT,
  ["sed", "-i", "1s/^/more /", "tree/a/1.txt"],
  // Git reads what changed in the second of its index again, until it has written it anew.
  ["touch", "-d", "2024-03-01T12:00:00Z", "tree/a/1.txt"],
  COMMIT,
] as const;

/** Debian's own, whatever else is first on PATH. */
const PYTHON = "/usr/bin/python3";

/**
 * Each runs in a folder that holds this folder's `programs/` and a tree of texts. Programs that leave something behind find it there
 * from a run before the first recorded one, as they would in a folder that is used every day.
 */
export const PROGRAMS: readonly TrialProgram[] = [
  { name: "ls", from: "coreutils", command: ["ls", "-lR", "tree"] },
  { name: "find-sort", from: "findutils", command: ["bash", "-c", "find tree -type f | sort | uniq -c | tail -n 3"] },
  { name: "grep", from: "grep", command: ["grep", "-rn", "water", "tree"] },
  { name: "sed", from: "sed", command: ["sed", "-i", "s/water/water/", "tree/a/1.txt", "tree/b/2.txt"] },
  { name: "awk", from: "mawk", command: ["awk", "-f", "words.awk", "tree/a/1.txt", "tree/a/2.txt"] },
  { name: "copy-diff", from: "diffutils", command: ["bash", "-c", "rm -rf copy; cp -r tree copy; diff -r tree copy"] },
  { name: "tar-gzip", from: "tar", command: ["bash", "pack.sh"], needs: ["tar", "gzip"], interpreted: true },
  { name: "xz", from: "xz-utils", command: ["xz", "-kf", "-T2", "--block-size=65536", "large.txt"] },
  { name: "bzip2", from: "bzip2", command: ["bzip2", "-kf", "large.txt"] },
  { name: "zstd", from: "zstd", command: ["zstd", "-qf", "-T2", "large.txt"] },
  { name: "openssl", from: "openssl", command: ["openssl", "dgst", "-sha256", "large.txt", "tree/a/1.txt"] },
  { name: "bash", from: "bash", command: ["bash", "lists.sh"], interpreted: true },
  { name: "dash", from: "dash", command: ["dash", "lists.sh"], interpreted: true },
  { name: "perl", from: "perl-base", command: ["perl", "report.pl"], interpreted: true },
  { name: "python", from: "python3", command: [PYTHON, "files.py"], interpreted: true },
  { name: "python-children", from: "python3", command: [PYTHON, "children.py"], interpreted: true },
  { name: "node", from: "nodejs", command: ["node", "files.mjs"], interpreted: true },
  { name: "sqlite3", from: "sqlite3", command: ["bash", "-c", "sqlite3 notes.db < notes.sql"], needs: ["sqlite3"] },
  { name: "jq", from: "jq", command: ["jq", "-S", ".", "data.json"] },
  { name: "gcc", from: "gcc", command: ["gcc", "-O1", "-o", "app", "one.c", "two.c", "three.c"] },
  { name: "make", from: "make", command: ["make", "-B", "-j2"], needs: ["cc"] },
  { name: "git-status", from: "git", command: ["git", "status"], cwd: "repository", prepare: REPOSITORY },
  { name: "git-log", from: "git", command: ["git", "log", "--stat"], cwd: "repository", prepare: REPOSITORY },
  {
    name: "git-clone",
    from: "git",
    command: ["bash", "-c", "rm -rf ../clone; git clone -q . ../clone"],
    cwd: "repository",
    prepare: REPOSITORY,
  },
  {
    name: "curl",
    from: "curl",
    command: ["curl", "-s", "-o", "page.txt", "http://127.0.0.1:<port>/page"],
    server: true,
  },
  {
    name: "pool",
    from: "of the trial, C",
    command: ["./pool"],
    needs: ["cc"],
    prepare: [["cc", "-g", "-O2", "-pthread", "-o", "pool", "pool.c"]],
  },
  {
    name: "c-files",
    from: "samples",
    sample: "c-files",
    cwd: "c-files",
    command: ["./build/files"],
    needs: ["make", "cc", "git"],
    // Lines are followed through edits with what Git stores.
    prepare: [
      ["git", "init", "-q", ".."],
      ["make", "-s"],
    ],
    stacks: true,
  },
  { name: "rust-log", from: "samples", sample: "rust-log", cwd: "rust-log", command: ["./target/debug/rust-log"] },
  {
    name: "python-train",
    from: "samples",
    sample: "python-train",
    cwd: "python-train",
    command: [PYTHON, "train.py"],
    interpreted: true,
    prepare: [["mkdir", "-p", "build"]],
  },
];
