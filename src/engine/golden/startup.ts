import type { EventShape } from "./behaviour.ts";
import { isEnvironmentFile } from "./normalise/environment.ts";
import { resolveFrom } from "./normalise/paths.ts";
import { LOADER_CALLS, STARTUP_MARKS, type StartupMark } from "./startupMarks.ts";

/** Calls that look around; interpreters make many of them before they do anything. */
const PROBES: ReadonlySet<string> = new Set([
  ...[
    "newfstatat",
    "statx",
    "faccessat2",
    "readlinkat",
    "statfs",
    "getxattr",
    "lgetxattr",
    "getdents64",
    "chdir",
    "mmap",
  ],
]);
/** Rows that are kept while it is not yet known whether they are start-up. */
const MAX_PENDING = 50_000;

/** Every Go program asks for the size of huge pages before anything else. */
const GO_PROBE = "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size";

/** One program in one process, from its exec to the next. */
class Image {
  phase: "loader" | "interpreter" | "runtime" | "tentative" | "done" = "loader";
  sawCache = false;
  previous = "";
  /** Rows behind the first effect while a script is waited for; rows behind the loader for a file that may be a script. */
  pending: number[] = [];
  sawEffect = false;

  constructor(
    readonly path: string,
    readonly mark: StartupMark | undefined,
    readonly scripts: ReadonlySet<string>,
  ) {}
}

/**
 * Finds the events that belong to start-up: of the loader, of interpreters and run-time systems, by marks in the sequence of calls and
 * not by counting. Fed with all events in order; each process has its own start-up after each exec.
 */
export class StartupCuts {
  private readonly images = new Map<number, Image>();
  /** Scripts that interpreters were given: reading them is loading. */
  readonly scripts = new Set<string>();

  /** Processes whose threads share tasks as Go's run-time system has it. */
  readonly goProcesses = new Set<number>();

  constructor(private readonly startup: Uint8Array) {}

  /** The language of the program that a process runs, where it is an interpreter. */
  mark(process: number): StartupMark | undefined {
    return this.images.get(process)?.mark;
  }

  /**
   * A process began another program.
   * @param path normalised path of the program
   * @param argv its normalised arguments
   * @param cwd normalised folder that relative paths count from
   */
  executed(process: number, path: string, argv: readonly string[], cwd: string): void {
    this.end(process);
    const base = path.slice(path.lastIndexOf("/") + 1);
    const mark = STARTUP_MARKS.find(({ program }) => program?.test(base));
    const scripts = new Set<string>();
    const script = mark === undefined ? undefined : scriptOf(mark, argv);
    if (script !== undefined) scripts.add(resolveFrom(cwd, script));
    for (const each of scripts) this.scripts.add(each);
    this.images.set(process, new Image(resolveFrom(cwd, path), mark, scripts));
  }

  /** The program of a process ended: what was waiting for a mark that never came is no start-up. */
  end(process: number): void {
    const image = this.images.get(process);
    if (image?.phase === "interpreter") for (const row of image.pending) this.startup[row] = 0;
    this.images.delete(process);
  }

  endAll(): void {
    for (const process of [...this.images.keys()]) this.end(process);
  }

  /** @param isLoading whether the event reads code */
  event(process: number, row: number, shape: EventShape, isLoading: boolean): void {
    const image = this.images.get(process);
    if (image === undefined || image.phase === "done") return;
    if (image.phase === "loader") {
      if (this.inLoader(image, row, shape)) return;
      this.afterLoader(image, shape);
    }
    if (image.phase === "runtime" && shape.object === GO_PROBE) this.goProcesses.add(process);
    switch (image.phase) {
      case "interpreter":
        this.interpreter(image, row, shape, isLoading);
        break;
      case "runtime":
        if (!isLoading && isEffect(shape)) image.phase = "done";
        else this.startup[row] = 1;
        break;
      case "tentative":
        this.tentative(image, row, shape);
        break;
    }
  }

  private inLoader(image: Image, row: number, shape: EventShape): boolean {
    const { name, object } = shape;
    const cached = image.sawCache;
    if (object === "/etc/ld.so.cache") image.sawCache = true;
    const previous = image.previous;
    image.previous = name;
    if (previous === "munmap-cache") return false;
    const belongs =
      LOADER_CALLS.has(name) ||
      (isEnvironmentFile(object) && (name !== "read" || object.includes(".so"))) ||
      name === "pread64";
    if (!belongs) return false;
    this.startup[row] = 1;
    // The cache of the loader is given back last, behind the limit of the stack.
    if (cached && name === "munmap" && (previous === "prlimit64" || previous === "mprotect"))
      image.previous = "munmap-cache";
    return true;
  }

  private afterLoader(image: Image, shape: EventShape): void {
    if (image.mark?.inline !== undefined) {
      image.phase = image.scripts.size > 0 ? "interpreter" : "runtime";
      return;
    }
    const runtime = STARTUP_MARKS.find(
      ({ first }) => first?.name === shape.name && (first.argument?.test(shape.args[0] ?? "") ?? true),
    );
    image.phase = runtime === undefined ? "tentative" : "runtime";
  }

  private interpreter(image: Image, row: number, shape: EventShape, isLoading: boolean): void {
    this.startup[row] = 1;
    if (isOpenOf(shape, image.scripts)) {
      image.phase = "done";
      image.pending = [];
      return;
    }
    image.sawEffect ||= !isLoading && isEffect(shape);
    if (!image.sawEffect) return;
    image.pending.push(row);
    if (image.pending.length < MAX_PENDING) return;
    for (const pending of image.pending) this.startup[pending] = 0;
    image.pending = [];
    image.phase = "done";
  }

  /** A program that opens its own file before it does anything is a script with its interpreter named in it. */
  private tentative(image: Image, row: number, shape: EventShape): void {
    if (shape.name === "openat" && (shape.object === image.path || shape.value === image.path)) {
      for (const pending of image.pending) this.startup[pending] = 1;
      this.startup[row] = 1;
      this.scripts.add(image.path);
      image.phase = "done";
      image.pending = [];
    } else if (isEffect(shape) || image.pending.length >= MAX_PENDING) {
      image.phase = "done";
      image.pending = [];
    } else {
      image.pending.push(row);
    }
  }
}

function isOpenOf(shape: EventShape, scripts: ReadonlySet<string>): boolean {
  if (shape.name !== "openat" || shape.errno !== "") return false;
  return scripts.has(shape.object) || scripts.has(shape.value);
}

function isEffect(shape: EventShape): boolean {
  if (!shape.observable || PROBES.has(shape.name)) return false;
  if (shape.name === "clone") return shape.args[0] !== "thread";
  return shape.errno === "" || shape.class === "network";
}

/** The script that an interpreter is given, as it is written there; undefined for code on the command line or standard input. */
export function scriptOf(mark: StartupMark, argv: readonly string[]): string | undefined {
  for (let index = 1; index < argv.length; index++) {
    const arg = argv[index] as string;
    if (mark.inline?.has(arg)) return undefined;
    if (arg === "-") return undefined;
    if (arg === "--") return argv[index + 1];
    if (mark.valued?.has(arg)) index++;
    else if (!/^[-+]/.test(arg)) return arg;
  }
  return undefined;
}
