/** How a program's start-up ends. */
export interface StartupMark {
  readonly id: string;
  readonly description: string;
  /** Base name of the executed program, for interpreters. */
  readonly program?: RegExp;
  /** First call behind the loader's, and its first argument, for run-time systems that are linked into programs. */
  readonly first?: { readonly name: string; readonly argument?: RegExp };
  /** Options that give code on the command line: then there is no script. */
  readonly inline?: ReadonlySet<string>;
  /** Options that take a value. */
  readonly valued?: ReadonlySet<string>;
  /** Files that hold code of this language; reading them is loading and not input. */
  readonly sources?: RegExp;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/**
 * Interpreters end their start-up where they open the script named on the command line; without a script, and for run-time systems
 * that are linked into the program, it ends in front of the first call that does something.
 */
export const STARTUP_MARKS: readonly StartupMark[] = [
  {
    id: "python",
    description: "Python: the script is opened; for -c and -m: the first call that does something.",
    program: /^(?:python|pypy)[\d.]*(?:-\w+)?$/,
    inline: words("-c -m"),
    valued: words("-W -X --check-hash-based-pycs"),
    sources: /\.pyw?$/,
  },
  {
    id: "node",
    description: "Node and its like: the script is opened.",
    program: /^(?:node|nodejs|deno|bun|tsx|ts-node)$/,
    inline: words("-e --eval -p --print -i"),
    valued: words("-r --require --import --loader --experimental-loader -C --conditions --title --env-file run"),
    sources: /\.[cm]?[jt]sx?$|\/package\.json$|\.node$/,
  },
  {
    id: "perl",
    description: "Perl: the script is opened.",
    program: /^perl[\d.]*$/,
    inline: words("-e -E"),
    valued: words("-I -M -m"),
    sources: /\.(?:p[lm]c?|al)$/,
  },
  {
    id: "ruby",
    description: "Ruby: the script is opened.",
    program: /^(?:ruby|jruby|truffleruby)[\d.]*$/,
    inline: words("-e"),
    valued: words("-I -r -C -E -K"),
    sources: /\.rb$/,
  },
  {
    id: "shell",
    description: "Shells: the script is opened; for -c: the first call that does something.",
    program: /^(?:ba|da|z|k|mk|a|fi)?sh$|^busybox$/,
    inline: words("-c -s -lc -ec -xc -euc -ic"),
    valued: words("-o +o -O +O --rcfile --init-file"),
  },
  {
    id: "script",
    description: "Tcl, Lua, PHP, awk and R: the script is opened.",
    program: /^(?:tclsh|wish|expect|lua|luajit|php|Rscript|guile|gjs)[\d.]*$/,
    inline: words("-e -r"),
    valued: words("-l -d"),
    sources: /\.(?:tcl|lua|php|inc|R|scm)$/,
  },
  {
    id: "java",
    description: "Java: the first call that does something, once the machine runs.",
    program: /^(?:java|kotlin|scala)$/,
    inline: words("-jar -cp -classpath"),
  },
  {
    id: "go",
    description:
      "Go: the first call that does something; threads of the run-time system made before it belong to start-up.",
    first: { name: "sched_getaffinity" },
  },
  {
    id: "rust",
    description: "Rust: the first call that does something, once standard descriptors and signal stacks are set up.",
    first: { name: "poll", argument: /^\[\{fd=fd?(?:0)?<.*events=0\}.*events=0\}.*events=0\}\]$/ },
  },
];

/** Calls that the dynamic loader and the C library make before `main`, in static programs too. */
export const LOADER_CALLS: ReadonlySet<string> = words(
  "brk mmap munmap mprotect arch_prctl set_tid_address set_robust_list rseq prlimit64 getrandom close fstat set_thread_area " +
    "readlinkat uname ugetrlimit mremap",
);
