import { StringTable } from "../../../base/stringTable.ts";
import type { Comparison } from "../../../protocol/comparison.ts";
import { type AlignLimits, align } from "../align/align.ts";
import type { Behaviour, EventShape } from "../behaviour.ts";
import type { CompareOptions } from "./options.ts";

/** What renacer's `SemanticValidator` takes for observable, with the names that these calls have today. */
const VALIDATED = new Set([
  ...["open", "openat", "openat2", "creat", "read", "write", "close", "stat", "fstat", "lstat", "newfstatat", "statx"],
  ...["lseek", "pread64", "pwrite64", "readv", "writev", "preadv", "pwritev", "fsync", "fdatasync"],
  ...["rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir"],
  ...["chmod", "fchmod", "fchmodat", "chown", "fchown", "fchownat", "truncate", "ftruncate"],
  ...["socket", "connect", "bind", "listen", "accept", "accept4", "send", "recv"],
  ...["sendto", "recvfrom", "sendmsg", "recvmsg", "shutdown"],
]);
const PROCESS = [
  ...["fork", "vfork", "clone", "clone3", "execve", "execveat", "wait4", "waitid"],
  ...["exit", "exit_group", "kill", "pipe", "pipe2", "dup", "dup2", "dup3"],
];
const VALIDATED_WITH_PROCESS = new Set([...VALIDATED, ...PROCESS]);
const SEMANTIC = new Set([...VALIDATED, "fcntl", "ioctl", "link", "linkat", "symlink", "symlinkat"]);

/** Tolerance of the validator, and the least share that passes. */
const TOLERANCE = 0.05;
const PASSING = 0.85;

/**
 * The two scores that renacer's library defines (`SemanticValidator`, `experiment_span::compare_traces`), over all events of all threads,
 * with an alignment where renacer compares place by place. Without times the second one leaves its timing part out and gives the other
 * two half the weight each.
 */
export function renacerScores(
  golden: Behaviour,
  actual: Behaviour,
  totalNs: CompareOptions["totalNs"],
): NonNullable<Comparison["renacer"]> {
  const validated = shared(golden, actual, (shape) =>
    VALIDATED_WITH_PROCESS.has(shape.name) ? `${shape.name} ${shape.errno === ""}` : undefined,
  );
  const alike = validated.most === 0 ? 1 : validated.least / validated.most;
  const validatorRate = validated.least === 0 ? Number(validated.most === 0) : validated.matched / validated.least;

  const names = shared(golden, actual, ({ name }) => name);
  const semantic = shared(golden, actual, (shape) =>
    SEMANTIC.has(shape.name) ? `${shape.name} ${signOf(shape)}` : undefined,
  );
  const syscallMatch = names.most === 0 ? 1 : names.matched / names.most;
  const semanticMatch = semantic.most === 0 ? 1 : semantic.matched / semantic.most;
  const longest = totalNs === undefined ? 0 : Math.max(totalNs.golden, totalNs.actual);
  const overall =
    totalNs === undefined || longest <= 0
      ? 0.5 * syscallMatch + 0.5 * semanticMatch
      : 0.4 * syscallMatch + 0.2 * (1 - Math.abs(totalNs.golden - totalNs.actual) / longest) + 0.4 * semanticMatch;
  return {
    validatorRate,
    validatorPasses: alike >= 1 - TOLERANCE && validatorRate >= 1 - TOLERANCE,
    overall,
    overallPasses: overall >= PASSING,
  };
}

const signOf = ({ errno, result }: EventShape): number =>
  errno !== "" ? -1 : Number.isNaN(result) ? 0 : Math.sign(result);

interface Shared {
  readonly matched: number;
  /** Lengths of the shorter and of the longer sequence. */
  readonly least: number;
  readonly most: number;
}

/** The scores are a sideline: they may cost a fraction of what the comparison may, and are a lower bound where that is not enough. */
const limitsFor = (length: number): AlignLimits => ({ work: 100_000 + 4 * length, anchoredWork: 0 });

/** @param keyOf what of an event is compared; undefined for events that are not */
function shared(golden: Behaviour, actual: Behaviour, keyOf: (shape: EventShape) => string | undefined): Shared {
  const keys = new StringTable();
  const sequence = ({ shapes, events }: Behaviour): Int32Array => {
    const tokens = Int32Array.from(shapes, (shape) => {
      const key = keyOf(shape);
      return key === undefined ? -1 : keys.intern(key);
    });
    const found = new Int32Array(events.length);
    let length = 0;
    for (let event = 0; event < events.length; event++) {
      const token = tokens[events.shape[event] as number] as number;
      if (token >= 0) found[length++] = token;
    }
    return found.subarray(0, length);
  };
  const [a, b] = [sequence(golden), sequence(actual)];
  return {
    matched: align(a, b, limitsFor(a.length + b.length)).matched,
    least: Math.min(a.length, b.length),
    most: Math.max(a.length, b.length),
  };
}
