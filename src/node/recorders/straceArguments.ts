/** What strace is asked to record. */
export interface StraceRequest {
  /** Path that the trace is written to. */
  readonly output: string;
  /** A translated `-e trace=` expression, empty for every system call. */
  readonly filter: string;
  readonly seccomp: boolean;
  readonly stacks: boolean;
  readonly captureData: boolean;
  /** Print what is written to descriptors 1 and 2: that is how a terminal's lines are seen. */
  readonly dumpOutput: boolean;
}

/** Bytes of a buffer or string that are kept when its contents are asked for. */
const CAPTURED_BYTES = 4096;
/** Enough for the arguments of exec and names of things; contents of buffers are dropped by the reader. */
const SHORT_BYTES = 256;

/**
 * Arguments of strace (6.1 and newer of its kind) that its reader expects: one line an event with nanosecond stamps,
 * descriptors with their paths, every process and thread.
 */
export function straceArguments(request: StraceRequest): string[] {
  return [
    ...["-f", "-y", "-q", "--absolute-timestamps=format:unix,precision:ns", "--syscall-times=ns"],
    ...["-s", String(request.captureData ? CAPTURED_BYTES : SHORT_BYTES)],
    ...(request.filter === "" ? [] : ["-e", `trace=${request.filter}`]),
    ...(request.seccomp ? ["--seccomp-bpf"] : []),
    ...(request.stacks ? ["-k"] : []),
    ...(request.dumpOutput ? ["-e", "write=1,2"] : []),
    ...["-o", request.output],
  ];
}

/**
 * Arguments that make strace the program's detached grandchild: the process that is started becomes the program itself,
 * with its pid, terminal and exit status, and strace is in a session of its own, out of reach of the terminal's signals.
 * `-I2` keeps it interruptible, which is how it is asked to let go.
 */
export const IN_BACKGROUND = ["-DDD", "-I2"] as const;
