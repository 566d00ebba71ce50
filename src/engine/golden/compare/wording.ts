import { formatCount, plural } from "../../../base/format.ts";

/** How calls are spoken of. Calls that are not listed are "called on" their object. */
interface Wording {
  /** `reads` in "reads data.bin 3 times instead of once". */
  readonly verb: string;
  /** `of` in "42 more `read` of data.bin". */
  readonly joiner: "of" | "to" | "from" | "on";
  /** What is new when it is called on something for the first time. */
  readonly first?: string;
  /** Index of the argument that says how many bytes are asked for. */
  readonly size?: number;
}

const READ: Wording = { verb: "reads", joiner: "of" };
const WRITE: Wording = { verb: "writes to", joiner: "to" };
const OPEN: Wording = { verb: "opens", joiner: "of" };
const SEND: Wording = { verb: "sends to", joiner: "to" };
const RECEIVE: Wording = { verb: "receives from", joiner: "from" };
const LOOK: Wording = { verb: "looks at", joiner: "of" };

const WORDINGS: Readonly<Record<string, Wording>> = {
  read: { ...READ, size: 2 },
  pread64: { ...READ, size: 2 },
  readv: READ,
  preadv: READ,
  preadv2: READ,
  write: { ...WRITE, size: 2 },
  pwrite64: { ...WRITE, size: 2 },
  writev: WRITE,
  pwritev: WRITE,
  pwritev2: WRITE,
  open: OPEN,
  openat: OPEN,
  openat2: OPEN,
  creat: { verb: "creates", joiner: "of" },
  close: { verb: "closes", joiner: "of" },
  connect: { verb: "connects to", joiner: "to", first: "new connection to" },
  bind: { verb: "binds to", joiner: "to", first: "new listener on" },
  listen: { verb: "listens on", joiner: "on" },
  accept: { verb: "accepts from", joiner: "from" },
  accept4: { verb: "accepts from", joiner: "from" },
  send: { ...SEND, size: 2 },
  sendto: { ...SEND, size: 2 },
  sendmsg: SEND,
  sendmmsg: SEND,
  recv: { ...RECEIVE, size: 2 },
  recvfrom: { ...RECEIVE, size: 2 },
  recvmsg: RECEIVE,
  recvmmsg: RECEIVE,
  rename: { verb: "renames", joiner: "of" },
  renameat: { verb: "renames", joiner: "of" },
  renameat2: { verb: "renames", joiner: "of" },
  unlink: { verb: "deletes", joiner: "of" },
  unlinkat: { verb: "deletes", joiner: "of" },
  rmdir: { verb: "deletes", joiner: "of" },
  mkdir: { verb: "makes the folder", joiner: "of", first: "makes a new folder" },
  mkdirat: { verb: "makes the folder", joiner: "of", first: "makes a new folder" },
  execve: { verb: "executes", joiner: "of", first: "now executes" },
  execveat: { verb: "executes", joiner: "of", first: "now executes" },
  stat: LOOK,
  lstat: LOOK,
  newfstatat: LOOK,
  statx: LOOK,
  access: LOOK,
  faccessat: LOOK,
  faccessat2: LOOK,
};

const OTHER: Wording = { verb: "", joiner: "on" };

export const wordingOf = (name: string): Wording => (Object.hasOwn(WORDINGS, name) ? (WORDINGS[name] ?? OTHER) : OTHER);

/** `once`, `twice`, `3 times`. */
export function times(count: number): string {
  return count === 1 ? "once" : count === 2 ? "twice" : `${formatCount(count)} times`;
}

/** `3 to 5 times`, `2 times`. */
export function timesText(min: number, max: number): string {
  return `${min === max ? "" : `${formatCount(min)} to `}${plural(max, "time")}`;
}
