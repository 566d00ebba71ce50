import { type SyscallColumns, SyscallState, type Trace } from "../trace/trace.ts";
import { argumentText } from "./argumentText.ts";
import { splitArguments } from "./splitArguments.ts";

/** Memory that a program asked the kernel for, in bytes. Address space that is only reserved does not count, nor do thread stacks. */
export interface AnonymousMemory {
  /** Sum of everything that was mapped and grown. */
  readonly allocated: number;
  /** What of it was not given back by the end (or the next exec) of its process. */
  readonly held: number;
}

/** Mappings that cost nothing until they are used, or that the thread library makes for itself. */
const NOT_MEMORY = /PROT_NONE|MAP_NORESERVE|MAP_STACK/;

/** Anonymous mappings of one process, by address. */
class AddressSpace {
  /** Start address to length. */
  private readonly regions = new Map<number, number>();
  private firstBreak = Number.NaN;
  private lastBreak = Number.NaN;
  allocated = 0;

  get held(): number {
    let held = this.lastBreak > this.firstBreak ? this.lastBreak - this.firstBreak : 0;
    for (const length of this.regions.values()) held += length;
    return held;
  }

  map(start: number, length: number): void {
    this.regions.set(start, length);
    this.allocated += length;
  }

  /** Takes a range out; what overlaps it only in part is shortened or split. */
  unmap(start: number, length: number): void {
    const exact = this.regions.get(start);
    if (exact === length) {
      this.regions.delete(start);
      return;
    }
    const end = start + length;
    for (const [from, size] of [...this.regions]) {
      const to = from + size;
      if (to <= start || from >= end) continue;
      this.regions.delete(from);
      if (from < start) this.regions.set(from, start - from);
      if (to > end) this.regions.set(end, to - end);
    }
  }

  /** @returns whether the range began in a region that is counted */
  remap(from: number, oldLength: number, to: number, newLength: number): void {
    if (!this.regions.has(from)) return;
    this.unmap(from, oldLength);
    this.regions.set(to, newLength);
    if (newLength > oldLength) this.allocated += newLength - oldLength;
  }

  grow(address: number): void {
    if (Number.isNaN(this.firstBreak)) this.firstBreak = address;
    else if (address > this.lastBreak) this.allocated += address - this.lastBreak;
    this.lastBreak = address;
  }
}

/**
 * What mmap, mremap, munmap and brk really moved, process by process. Null where the trace has no such calls (a filter left them out).
 */
export function anonymousMemory(trace: Trace): AnonymousMemory | null {
  const { syscalls, threads } = trace;
  const calls = syscalls.names.map((name) => (name === "mmap2" ? "mmap" : name));
  const spaces = new Map<number, AddressSpace>();
  let allocated = 0;
  let held = 0;
  let seen = false;
  const end = (pid: number): void => {
    const space = spaces.get(pid);
    if (space === undefined) return;
    allocated += space.allocated;
    held += space.held;
    spaces.delete(pid);
  };
  for (let row = 0; row < syscalls.length; row++) {
    const name = calls[syscalls.name[row] as number];
    if (name !== "mmap" && name !== "munmap" && name !== "mremap" && name !== "brk" && name !== "execve") continue;
    if (syscalls.errno[row] !== 0 || syscalls.state[row] !== SyscallState.returned) continue;
    const pid = threads[syscalls.thread[row] as number]?.pid ?? 0;
    if (name === "execve") {
      // A new program begins with a new address space.
      end(pid);
      continue;
    }
    seen = true;
    let space = spaces.get(pid);
    if (space === undefined) {
      space = new AddressSpace();
      spaces.set(pid, space);
    }
    apply(space, name, syscalls, row);
  }
  for (const pid of [...spaces.keys()]) end(pid);
  return seen ? { allocated, held } : null;
}

function apply(space: AddressSpace, name: string, syscalls: SyscallColumns, row: number): void {
  const result = addressOf(syscalls, row);
  const args = splitArguments(argumentText(syscalls, row));
  if (name === "brk") space.grow(result);
  else if (name === "munmap") space.unmap(Number(args[0]), Number(args[1]));
  else if (name === "mremap") space.remap(Number(args[0]), Number(args[1]), result, Number(args[2]));
  else {
    const text = `${args[2]} ${args[3]}`;
    const length = Number(args[1]);
    // A mapping at a fixed address replaces what was there.
    if (text.includes("MAP_FIXED")) space.unmap(result, length);
    if (text.includes("MAP_ANONYMOUS") && !NOT_MEMORY.test(text)) space.map(result, length);
  }
}

/** Addresses of user space are below 2^47 and thus exact. */
function addressOf(syscalls: SyscallColumns, row: number): number {
  const printed = syscalls.resultTexts[syscalls.resultText[row] as number];
  return printed?.startsWith("0x") === true ? Number.parseInt(printed, 16) : (syscalls.result[row] as number);
}
