/** Lines like those of a busy program: 29 names, 8 threads, about 130 bytes, one call in 25 interrupted by another thread. */
export function straceLog(events: number): Buffer {
  const random = generator(1);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const chunks: string[] = [];
  let time = 1_700_000_000_000_000;
  const stamp = (): string => {
    time += 1 + Math.floor(random() * 40);
    return `${String(time).slice(0, 10)}.${String(time).slice(10)}${String(Math.floor(random() * 1000)).padStart(3, "0")}`;
  };
  const file = (): string => `/usr/lib/x86_64/lib${pick(WORDS)}-${Math.floor(random() * 40)}`;
  const fd = (): string => `${3 + Math.floor(random() * 20)}<${file()}>`;
  const address = (): string =>
    `0x7f${Math.floor(random() * 2 ** 36)
      .toString(16)
      .padStart(9, "0")}`;
  for (let event = 0; event < events; event++) {
    const tid = 4000 + Math.floor(random() * 8);
    const name = NAMES[Math.min(Math.floor(random() ** 2 * NAMES.length), NAMES.length - 1)] as string;
    const duration = `<0.0000${String(Math.floor(random() * 100_000)).padStart(5, "0")}>`;
    const { args, result } = call(name, { random, fd, file, address });
    if (random() < 0.04) {
      const other = 4000 + ((tid - 3999) % 8);
      chunks.push(`${tid}  ${stamp()} ${name}(${args} <unfinished ...>\n`);
      chunks.push(`${other}  ${stamp()} getpid()     = 4000 <0.000000900>\n`);
      chunks.push(`${tid}  ${stamp()} <... ${name} resumed>) = ${result} ${duration}\n`);
      event++;
    } else {
      chunks.push(`${tid}  ${stamp()} ${name}(${args}) = ${result} ${duration}\n`);
    }
  }
  return Buffer.from(chunks.join(""), "latin1");
}

interface Pieces {
  random(): number;
  fd(): string;
  file(): string;
  address(): string;
}

function call(name: string, { random, fd, file, address }: Pieces): { args: string; result: string } {
  const number = Math.floor(random() * 4096);
  switch (name) {
    case "openat":
    case "newfstatat":
    case "readlink":
    case "access":
      return random() < 0.3
        ? {
            args: `AT_FDCWD</home/user/project>, "${file()}", O_RDONLY|O_CLOEXEC`,
            result: "-1 ENOENT (No such file or directory)",
          }
        : { args: `AT_FDCWD</home/user/project>, "${file()}", O_RDONLY|O_CLOEXEC`, result: fd() };
    case "mmap":
    case "mremap":
    case "brk":
      return {
        args: `NULL, ${number * 4096}, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0`,
        result: address(),
      };
    case "munmap":
    case "mprotect":
    case "madvise":
      return { args: `${address()}, ${number * 4096}, MADV_DONTNEED`, result: "0" };
    case "futex":
      return { args: `${address()}, FUTEX_WAIT_PRIVATE, ${number}, NULL`, result: "0" };
    case "read":
    case "write":
    case "pread64":
      return { args: `${fd()}, "\\177ELF\\2\\1\\1\\3\\0\\0\\0\\0"..., ${number}`, result: String(number) };
    default:
      return { args: `${fd()}, {st_mode=S_IFREG|0644, st_size=${number * 7}, ...}`, result: "0" };
  }
}

const NAMES =
  "read write futex close openat newfstatat mmap fstat lseek munmap mprotect pread64 epoll_wait clock_nanosleep rt_sigprocmask madvise sendmsg recvmsg access brk getdents64 fcntl poll readlink ioctl sched_yield mremap statx rt_sigaction".split(
    " ",
  );
const WORDS = ["ssl", "crypto", "python3.11", "torch_cpu", "z", "gomp", "stdc++", "m", "pthread", "cuda"];

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
