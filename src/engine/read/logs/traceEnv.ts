/** One variable that makes programs talk at TRACE level. */
export interface TraceVariable {
  readonly name: string;
  readonly value: string;
  /** Whose variable it is and what it does. */
  readonly why: string;
  /**
   * - `if-unset`: set unless the program's environment has it already, even empty;
   * - `prepend`: put before what the environment has, with a colon between.
   */
  readonly sets: "if-unset" | "prepend";
  /** Left alone when the environment has this other variable, which then was set on purpose. */
  readonly unless?: string;
}

/** Stands in a value for the folder with Goldentrace's `sitecustomize.py`. */
export const PYTHON_STARTUP = "${pythonStartup}";

/**
 * What a recording sets so that programs log at TRACE. Nothing here may change what a program does, only what it tells:
 * variables that redirect output, change what a crash prints, slow programs down by themselves or mean different things
 * to different programs are left out. `docs/logs.md` tells which and why.
 */
export const TRACE_VARIABLES: readonly TraceVariable[] = [
  { name: "LOG_LEVEL", value: "TRACE", sets: "if-unset", why: "The level that many programs read at their start." },
  { name: "RUST_LOG", value: "trace", sets: "if-unset", why: "Rust: tracing-subscriber and env_logger." },
  {
    name: "PYTHONUNBUFFERED",
    value: "1",
    sets: "if-unset",
    why: "Python: output arrives when it is written, not when a buffer is full.",
  },
  {
    name: "PYTHONPATH",
    value: PYTHON_STARTUP,
    sets: "prepend",
    why: "Python: logging learns the level TRACE and keeps the root logger at LOG_LEVEL; the folder leaves sys.path at once.",
  },
  { name: "LOGURU_LEVEL", value: "TRACE", sets: "if-unset", why: "Python: loguru's default handler." },
  { name: "UVICORN_LOG_LEVEL", value: "trace", sets: "if-unset", why: "Python: the uvicorn server." },
  { name: "TRANSFORMERS_VERBOSITY", value: "debug", sets: "if-unset", why: "Python: Hugging Face transformers." },
  { name: "VLLM_LOGGING_LEVEL", value: "DEBUG", sets: "if-unset", why: "Python: vLLM." },
  { name: "TORCH_CPP_LOG_LEVEL", value: "INFO", sets: "if-unset", why: "PyTorch: its C++ side, distributed included." },
  { name: "GLOG_v", value: "9", sets: "if-unset", why: "C++: VLOG messages of glog." },
  {
    name: "GLOG_alsologtostderr",
    value: "1",
    sets: "if-unset",
    unless: "GLOG_logtostderr",
    why: "C++: glog writes to stderr besides its files.",
  },
  { name: "SPDLOG_LEVEL", value: "trace", sets: "if-unset", why: "C++: spdlog, in programs that load levels from it." },
];

export interface TraceEnvironmentOptions {
  /** False: nothing is set. */
  readonly traceLogs: boolean;
  /** The user's changes to the table: a string sets that variable whatever the environment has, null leaves it alone. */
  readonly traceEnv: Readonly<Record<string, string | null>>;
  /** Absolute path of the folder with `sitecustomize.py`; without it Python's `logging` is left as it is. */
  readonly pythonStartup?: string | undefined;
}

/**
 * What to add to a program's environment so that it logs at TRACE.
 * @param userEnv the program's environment as the user has it; nothing set there is overridden by the table
 * @returns only the variables that change, with their whole new values
 */
export function traceEnvironment(
  options: TraceEnvironmentOptions,
  userEnv: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const set: Record<string, string> = {};
  if (!options.traceLogs) return set;
  for (const variable of TRACE_VARIABLES) {
    if (Object.hasOwn(options.traceEnv, variable.name)) continue;
    const value = valueFor(variable, userEnv, options.pythonStartup);
    if (value !== undefined) set[variable.name] = value;
  }
  for (const [name, value] of Object.entries(options.traceEnv)) {
    if (value !== null && userEnv[name] !== value) set[name] = value;
  }
  return set;
}

function valueFor(
  variable: TraceVariable,
  userEnv: Readonly<Record<string, string | undefined>>,
  pythonStartup: string | undefined,
): string | undefined {
  const present = userEnv[variable.name];
  if (variable.unless !== undefined && userEnv[variable.unless] !== undefined) return undefined;
  if (variable.sets === "if-unset") return present === undefined ? variable.value : undefined;
  // A colon in the folder's name would make two entries of it.
  if (pythonStartup === undefined || pythonStartup.includes(":")) return undefined;
  // An empty entry would mean the working directory.
  return present === undefined || present === "" ? pythonStartup : `${pythonStartup}:${present}`;
}
