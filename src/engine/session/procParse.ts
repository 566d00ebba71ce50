/**
 * Readers of the text files below `/proc/PID` (proc(5)). Each returns undefined for text that is not of its form: a process
 * that ended between `open` and `read` leaves an empty file, and sandboxes serve only parts of it.
 * Text is the file's bytes as Latin-1, for command names are bytes.
 */

/** Clock ticks a second in `/proc/PID/stat` (USER_HZ): 100 on every architecture Node runs on. */
export const TICKS_PER_SECOND = 100;
export const NS_PER_TICK = 1e9 / TICKS_PER_SECOND;

/** What is used of `/proc/PID/stat`. Times in ticks; `start` in ticks since boot; a pid and its `start` identify a process. */
export interface ProcStat {
  readonly pid: number;
  /** At most 15 bytes of anything: spaces, parentheses and line feeds included. */
  readonly comm: string;
  /** One letter; `Z` for a zombie. */
  readonly state: string;
  readonly ppid: number;
  readonly minorFaults: number;
  readonly childMinorFaults: number;
  readonly majorFaults: number;
  readonly childMajorFaults: number;
  /** User plus system time. */
  readonly cpuTicks: number;
  /** User plus system time of children that were waited for, theirs included. */
  readonly childCpuTicks: number;
  readonly threads: number;
  readonly start: number;
}

/** Reads `/proc/PID/stat`: `pid (comm) state ppid …`, where only the last `)` ends the name. */
export function parseProcStat(text: string): ProcStat | undefined {
  const open = text.indexOf(" (");
  const close = text.lastIndexOf(") ");
  if (open < 1 || close < open) return undefined;
  const pid = Number(text.slice(0, open));
  const fields = text.slice(close + 2).split(" ");
  const state = fields[0];
  if (!Number.isSafeInteger(pid) || state === undefined || state.length !== 1) return undefined;
  // Field n of proc(5) is fields[n - 3].
  const field = (n: number): number => Number(fields[n - 3] ?? Number.NaN);
  const stat: ProcStat = {
    pid,
    comm: text.slice(open + 2, close),
    state,
    ppid: field(4),
    minorFaults: field(10),
    childMinorFaults: field(11),
    majorFaults: field(12),
    childMajorFaults: field(13),
    cpuTicks: field(14) + field(15),
    childCpuTicks: field(16) + field(17),
    threads: field(20),
    start: field(22),
  };
  const numbers = [
    stat.ppid,
    stat.minorFaults,
    stat.childMinorFaults,
    stat.majorFaults,
    stat.childMajorFaults,
    stat.cpuTicks,
    stat.childCpuTicks,
    stat.threads,
    stat.start,
  ];
  return numbers.every(Number.isFinite) ? stat : undefined;
}

/** What is used of `/proc/PID/status`. Sizes are 0 for zombies, which have no memory any more. */
export interface ProcStatus {
  readonly rssBytes: number;
  /** VmHWM: the largest RSS since the last exec. */
  readonly peakRssBytes: number;
  /** Context switches of the one task the file belongs to, not of its whole process. */
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
  /** SIGCHLD is ignored: the kernel then reaps children itself and adds their usage to nobody. */
  readonly ignoresChildren: boolean;
  /** The process that traces this one, 0 for none. */
  readonly tracerPid: number;
}

const SIGCHLD_BIT = 1n << 16n;

/** Reads `/proc/PID/status` or `/proc/PID/task/TID/status`. The kernel escapes line feeds in the name there. */
export function parseProcStatus(text: string): ProcStatus | undefined {
  if (!text.startsWith("Name:\t")) return undefined;
  const ignored = statusField(text, "SigIgn");
  return {
    rssBytes: leadingNumber(statusField(text, "VmRSS")) * 1024,
    peakRssBytes: leadingNumber(statusField(text, "VmHWM")) * 1024,
    voluntarySwitches: leadingNumber(statusField(text, "voluntary_ctxt_switches")),
    involuntarySwitches: leadingNumber(statusField(text, "nonvoluntary_ctxt_switches")),
    ignoresChildren: /^[0-9a-f]{1,32}$/.test(ignored) && (BigInt(`0x${ignored}`) & SIGCHLD_BIT) !== 0n,
    tracerPid: leadingNumber(statusField(text, "TracerPid")),
  };
}

/** What is used of `/proc/PID/io`: bytes through read-like and write-like calls, children that were waited for included. */
export interface ProcIo {
  readonly readBytes: number;
  readonly writtenBytes: number;
}

export function parseProcIo(text: string): ProcIo | undefined {
  const read = /^rchar: (\d+)$/m.exec(text)?.[1];
  const written = /^wchar: (\d+)$/m.exec(text)?.[1];
  return read === undefined || written === undefined
    ? undefined
    : { readBytes: Number(read), writtenBytes: Number(written) };
}

/** Nanoseconds on a CPU from `/proc/PID/task/TID/schedstat`: `running waiting slices`. */
export function parseSchedstat(text: string): number | undefined {
  const running = /^(\d+) \d+ \d+\s*$/.exec(text)?.[1];
  return running === undefined ? undefined : Number(running);
}

/** Nanoseconds that a thread was ready to run and waited for a CPU, from the same file. */
export function parseRunDelay(text: string): number | undefined {
  const waiting = /^\d+ (\d+) \d+\s*$/.exec(text)?.[1];
  return waiting === undefined ? undefined : Number(waiting);
}

/** Microseconds since boot in which anything waited for a CPU, from `/proc/pressure/cpu`; undefined on kernels without it. */
export function parseCpuPressure(text: string): number | undefined {
  const total = /^some .*\btotal=(\d+)$/m.exec(text)?.[1];
  return total === undefined ? undefined : Number(total);
}

/** Ticks since boot in which the host kept a virtual machine's CPUs from running, added up over them, from `/proc/stat`. */
export function parseStolenTicks(text: string): number | undefined {
  const stolen = /^cpu +(?:\d+ ){7}(\d+)/.exec(text)?.[1];
  return stolen === undefined ? undefined : Number(stolen);
}

/** Pids from `/proc/PID/task/TID/children`. */
export function parseChildren(text: string): number[] {
  return text
    .split(" ")
    .map(Number)
    .filter((pid) => Number.isSafeInteger(pid) && pid > 0);
}

function statusField(text: string, key: string): string {
  const at = text.indexOf(`\n${key}:\t`);
  if (at === -1) return "";
  const start = at + key.length + 3;
  const end = text.indexOf("\n", start);
  return text.slice(start, end === -1 ? text.length : end).trim();
}

function leadingNumber(text: string): number {
  const digits = /^\d+/.exec(text)?.[0];
  return digits === undefined ? 0 : Number(digits);
}
