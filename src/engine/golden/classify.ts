import type { EventClass } from "./behaviour.ts";
import { canonicalName } from "./normalise/canonicalNames.ts";
import { isEnvironmentFile } from "./normalise/environment.ts";
import { type Signature, signatureOf } from "./normalise/signatures.ts";

export interface Classification {
  readonly class: EventClass;
  /** Does it change or observe the world outside of the process? */
  readonly observable: boolean;
}

/** Objects that only live inside the process, or that only say that something happened. */
const INTERNAL = /^(?:anon_inode:|\/memfd:|eventfd|netlink)/;
const SOCKET = /^(?:tcp|udp|unix|unixgram|netlink|packet|raw|inet|socket)(?: |$)/;
const TERMINAL = /^(?:<stdin>|<stdout>|<stderr>|<terminal>|\/dev\/(?:pts\/.*|tty.*|console|ptmx))$/;
const WRITING = /\bO_(?:WRONLY|RDWR|CREAT|TRUNC)\b/;
/** Where programs are looked for: how many places there are is up to PATH. */
const PROGRAM_PLACE = /^(?:\/|<home>\/)(?:.*\/)?s?bin\/[^/]+$/;
const ASKING: ReadonlySet<string> = new Set(["newfstatat", "statx", "faccessat2", "readlinkat"]);
/** The C library's name service asks whether the root folder is still the same, as often as threads come to look something up. */
const NAME_SERVICE_PROBE = "/";
/** Python writes these on the first run and not on the next. */
const CACHE = /\/__pycache__(?:\/|$)/;
/** Signals that run-time systems send to their own threads. */
const INTERNAL_SIGNAL = /^SIG(?:URG|RTMIN|RT_\d+|PROF|VTALRM)$/;
/** Errors that tell of timing, not of what was asked. */
const SCHEDULING_ERRORS: ReadonlySet<string> = new Set([
  ...["EAGAIN", "EWOULDBLOCK", "EINTR", "ERESTARTSYS", "ERESTARTNOINTR", "ERESTARTNOHAND", "ERESTART_RESTARTBLOCK"],
]);

/** Whether chunks of it come and go as scheduling has it: pipes, connections, terminals and what the kernel makes up on reading. */
export function isStream(object: string): boolean {
  if (object.startsWith("/")) return /^\/(?:proc|sys)\//.test(object) || TERMINAL.test(object);
  if (object === "pipe" || TERMINAL.test(object)) return true;
  return SOCKET.test(object) && !/^(?:udp|unixgram|packet|raw)/.test(object);
}

/**
 * A byte in a pipe is no message but a sign: the token of a job server, a wake-up of a loop. Who takes it when is up to scheduling.
 * @param size how many bytes are asked for, as the tracer prints it
 */
export function isWakeUp(object: string, size: string): boolean {
  return object === "pipe" && size === "1";
}

/**
 * What kind of event a call is, and whether it counts in the `observable` mode: decided by what it acts on and not by its name alone.
 * @param object what it acts on, normalised, as `objectOf` gives it
 * @param args normalised arguments
 * @param environment false to count files of the environment too (rule `environment-files` off)
 * @param value what the result stands for
 */
export function classifyCall(
  name: string,
  object: string,
  args: readonly string[],
  errno = "",
  environment = true,
  value = "",
): Classification {
  const signature = signatureOf(canonicalName(name));
  if (signature === undefined) return { class: "other", observable: false };
  return {
    class: classOf(signature, object),
    observable: isObservable(signature, object, args, errno, environment, value),
  };
}

function classOf(signature: Signature, object: string): EventClass {
  if (signature.class === "memory") return object !== "" && signature.effect !== "never" ? "file" : "memory";
  if (signature.class !== "file") return signature.class;
  if (object === "pipe") return "pipe";
  if (TERMINAL.test(object)) return "terminal";
  if (SOCKET.test(object)) return "network";
  if (/^anon_inode:\[?(?:eventfd|eventpoll|timerfd|signalfd)/.test(object)) return "scheduling";
  return "file";
}

function isObservable(
  { name, class: eventClass, effect }: Signature,
  object: string,
  args: readonly string[],
  errno: string,
  environment: boolean,
  value: string,
): boolean {
  if (effect === "never" || SCHEDULING_ERRORS.has(errno)) return false;
  if (INTERNAL.test(object)) return false;
  if ((name === "read" || name === "write") && isWakeUp(object, args[2] ?? "")) return false;
  if (effect === "always") {
    if (eventClass === "signal") return !INTERNAL_SIGNAL.test(args[name === "tgkill" ? 2 : 1] ?? "");
    // The search along PATH.
    if (name.startsWith("execve")) return errno !== "ENOENT" && errno !== "EACCES" && errno !== "ENOTDIR";
    if (name === "socket") return args[0] !== "AF_NETLINK" && !(environment && isEnvironmentFile(value));
    return !(environment && isEnvironmentFile(object));
  }
  if (object === "") return eventClass !== "memory" && args.length === 0;
  if (environment && CACHE.test(object)) return false;
  if (environment && ASKING.has(name) && (object === NAME_SERVICE_PROBE || PROGRAM_PLACE.test(object))) return false;
  const writes = effect === "write" || ((name === "openat" || name === "openat2") && WRITING.test(args[2] ?? ""));
  // What is written to a daemon of the name service is a question.
  const asks = !writes || object.startsWith("/dev/") || SOCKET.test(object);
  if (environment && asks && isEnvironmentFile(object)) return false;
  return true;
}
