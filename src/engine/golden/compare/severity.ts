import type { Divergence, DivergenceKind } from "../../../protocol/comparison.ts";
import type { EventClass, EventShape } from "../behaviour.ts";

type Severity = Divergence["severity"];

/** Calls that decide what is on the disk after a crash or for the next reader. */
const DURABLE = new Set([
  ...["fsync", "fdatasync", "sync", "syncfs", "sync_file_range", "msync"],
  ...["rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat"],
  ...["link", "linkat", "symlink", "symlinkat", "truncate", "ftruncate", "fallocate"],
  ...["chmod", "fchmod", "fchmodat", "chown", "fchown", "fchownat", "lchown"],
]);
const WRITES = new Set(["write", "writev", "pwrite64", "pwritev", "pwritev2", "sendfile", "copy_file_range", "splice"]);
/** Classes whose calls reach out of the machine or start and end programs. */
const FAR: ReadonlySet<EventClass> = new Set<EventClass>(["network", "process", "signal"]);
/** Looks at the world without taking anything from it. */
const GLANCES = new Set([
  ...["stat", "fstat", "lstat", "newfstatat", "statx", "access", "faccessat", "faccessat2"],
  ...["readlink", "readlinkat", "getcwd", "uname", "statfs", "fstatfs", "getdents64"],
]);

export const isGlance = (name: string): boolean => GLANCES.has(name);

export const isDurable = (name: string): boolean => DURABLE.has(name);

/** How much a difference in calls matters. @param failsNow whether calls fail now that did not before */
export function severityOf(kind: DivergenceKind, shape: EventShape, observable: boolean, failsNow: boolean): Severity {
  if (kind === "exit") return "high";
  if (!observable) return "low";
  const { name } = shape;
  const onFile = shape.class === "file" || shape.class === "other";
  const grave = DURABLE.has(name) || FAR.has(shape.class) || (WRITES.has(name) && onFile);
  if (failsNow) return GLANCES.has(name) ? "medium" : "high";
  if (grave) {
    // More of the same is seldom harmful; a new peer or a new program is.
    if (kind === "added") return FAR.has(shape.class) ? "high" : "medium";
    return kind === "count" && !DURABLE.has(name) ? "medium" : "high";
  }
  return GLANCES.has(name) ? "low" : "medium";
}

const KIND_RANK: Readonly<Record<DivergenceKind, number>> = {
  exit: 0,
  removed: 1,
  changed: 2,
  order: 3,
  added: 4,
  "thread-removed": 5,
  "thread-added": 6,
  count: 7,
};
const SEVERITY_RANK: Readonly<Record<Severity, number>> = { high: 0, medium: 1, low: 2 };

/** Most important first: by severity, then by kind, then by how many events. */
export function compareImportance(a: Divergence, b: Divergence): number {
  const size = ({ golden, actual }: Divergence): number => Math.max(golden.count, actual.count);
  return (
    SEVERITY_RANK[a.severity] - SEVERITY_RANK[b.severity] || KIND_RANK[a.kind] - KIND_RANK[b.kind] || size(b) - size(a)
  );
}
