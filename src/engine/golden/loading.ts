import type { EventShape } from "./behaviour.ts";
import type { StartupMark } from "./startupMarks.ts";

/** Calls that look at a file without changing it. */
const LOOKING: ReadonlySet<string> = new Set([
  ..."openat newfstatat statx fstat faccessat2 readlinkat read pread64 lseek mmap ioctl fcntl close getdents64".split(
    " ",
  ),
]);
const COMPILED = /^(.*)\/__pycache__\/([^/]+?)\.(?:cpython|pypy)[^/]*\.pyc/;

interface ThreadView {
  /** Folder that the previous call asked about. */
  asked: string;
  /** Folder that is being listed to find modules in. */
  listing: string;
}

/**
 * Finds the reading of code (rule `code-loading`): the script itself, Python's modules, whose compiled files come and go, and the
 * contents of modules of other languages, whose sizes change with every edit.
 */
export class CodeLoading {
  private readonly modules = new Set<string>();
  private readonly folders = new Set<string>();
  private readonly threads = new Map<number, ThreadView>();

  constructor(private readonly scripts: ReadonlySet<string>) {}

  /** Whether an event is loading, as far as can be told when it comes; `isModule` knows more in the end. */
  event(thread: number, shape: EventShape, mark: StartupMark | undefined): boolean {
    if (mark === undefined || !LOOKING.has(shape.name)) return false;
    const { name, object } = shape;
    if (mark.id !== "python") {
      return name !== "openat" && name !== "newfstatat" && name !== "statx" && (mark.sources?.test(object) ?? false);
    }
    const compiled = COMPILED.exec(object);
    if (compiled !== null) {
      this.modules.add(`${compiled[1]}/${compiled[2]}.py`);
      return true;
    }
    let view = this.threads.get(thread);
    if (view === undefined) {
      view = { asked: "", listing: "" };
      this.threads.set(thread, view);
    }
    if (name === "newfstatat") view.asked = object;
    else if (name === "openat") {
      // Looking for modules lists a folder right after asking whether it changed.
      const lists = view.asked === object && (shape.args[2] ?? "").includes("O_DIRECTORY");
      view.listing = lists ? object : "";
      view.asked = "";
      if (lists) this.folders.add(object);
      return lists;
    } else if (view.listing !== "" && object === view.listing) {
      if (name === "close") view.listing = "";
      return true;
    }
    return false;
  }

  /** Whether a shape is about the source of a module or a script, or asks whether a folder of modules changed. */
  isModule(shape: EventShape): boolean {
    if (!LOOKING.has(shape.name)) return false;
    const { name, object } = shape;
    if (this.modules.has(object) || this.scripts.has(object))
      return !/O_(?:WRONLY|RDWR|CREAT)/.test(shape.args[2] ?? "");
    // Python resolves the folder of its script.
    if (name === "readlinkat") return [...this.scripts].some((script) => script.startsWith(`${object}/`));
    return name === "newfstatat" && this.folders.has(object);
  }
}
