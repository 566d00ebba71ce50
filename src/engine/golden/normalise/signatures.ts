import type { EventClass } from "../behaviour.ts";

/** What an argument is, and with that how it is normalised; see `valueKinds.ts`. */
export type ValueKind =
  /** Compared as it is printed, apart from descriptors, paths and addresses inside. */
  | "keep"
  | "fd"
  /** Directory that a relative path counts from. */
  | "dir"
  | "path"
  /** Contents of a buffer. */
  | "data"
  | "ptr"
  | "size"
  | "stat"
  | "time"
  | "pid"
  | "address"
  /** Written by the kernel and different from run to run or machine to machine. */
  | "out"
  | "env"
  | "status";

/** What a returned number is. */
export type ResultKind = "keep" | "fd" | "pid" | "ptr" | "count" | "environment";

/**
 * When a call counts in the `observable` mode: `never`; `always`; `read`: it observes its object, which counts unless the object
 * belongs to the environment; `write`: it changes its object.
 */
export type Effect = "never" | "always" | "read" | "write";

export interface Signature {
  readonly name: string;
  readonly class: EventClass;
  readonly effect: Effect;
  readonly args: readonly ValueKind[];
  readonly result: ResultKind;
}

/**
 * Calls by their canonical names: effect, name, arguments, result. A call that is not listed is of class `other`, counts never and
 * has its arguments normalised by what they look like. Trailing arguments that are not listed are `keep`.
 */
const TABLE: Readonly<Record<EventClass, string>> = {
  file: `
    read openat(dir, path, keep, keep) = fd
    read openat2(dir, path, keep, size) = fd
    read open_by_handle_at(fd, keep, keep) = fd
    read read(fd, data, size) = count
    read pread64(fd, data, size, keep) = count
    read readv(fd, data, size) = count
    read preadv2(fd, data, size, keep, keep) = count
    write write(fd, data, size) = count
    write pwrite64(fd, data, size, keep) = count
    write writev(fd, data, size) = count
    write pwritev2(fd, data, size, keep, keep) = count
    write sendfile(fd, fd, out, size) = count
    write copy_file_range(fd, keep, fd, keep, size, keep) = count
    write splice(fd, keep, fd, keep, size, keep) = count
    write tee(fd, fd, size, keep) = count
    write vmsplice(fd, data, size, keep) = count
    write fsync(fd) = keep
    write fdatasync(fd) = keep
    write syncfs(fd) = keep
    write sync() = keep
    write sync_file_range(fd, keep, keep, keep) = keep
    write msync(ptr, size, keep) = keep
    write truncate(path, keep) = keep
    write ftruncate(fd, keep) = keep
    write fallocate(fd, keep, keep, keep) = keep
    write renameat2(dir, path, dir, path, keep) = keep
    write unlinkat(dir, path, keep) = keep
    write mkdirat(dir, path, keep) = keep
    write mknodat(dir, path, keep, keep) = keep
    write linkat(dir, path, dir, path, keep) = keep
    write symlinkat(path, dir, path) = keep
    write fchmodat(dir, path, keep) = keep
    write fchmod(fd, keep) = keep
    write fchownat(dir, path, keep, keep, keep) = keep
    write fchown(fd, keep, keep) = keep
    write utimensat(dir, path, time, keep) = keep
    write setxattr(path, keep, data, size, keep) = keep
    write lsetxattr(path, keep, data, size, keep) = keep
    write fsetxattr(fd, keep, data, size, keep) = keep
    write removexattr(path, keep) = keep
    write lremovexattr(path, keep) = keep
    write fremovexattr(fd, keep) = keep
    write flock(fd, keep) = keep
    write mount(path, path, keep, keep, data) = keep
    write umount2(path, keep) = keep
    write chroot(path) = keep
    write pivot_root(path, path) = keep
    always chdir(path) = keep
    always fchdir(fd) = keep
    read newfstatat(dir, path, stat, keep) = keep
    read statx(dir, path, keep, keep, stat) = keep
    read faccessat2(dir, path, keep, keep) = keep
    read readlinkat(dir, path, out, size) = environment
    read getdents64(fd, out, size) = environment
    read getxattr(path, keep, out, size) = environment
    read lgetxattr(path, keep, out, size) = environment
    read fgetxattr(fd, keep, out, size) = environment
    read listxattr(path, out, size) = environment
    read llistxattr(path, out, size) = environment
    read flistxattr(fd, out, size) = environment
    read statfs(path, stat) = keep
    read inotify_add_watch(fd, path, keep) = environment
    read name_to_handle_at(dir, path, out, out, keep) = keep
    never fstatfs(fd, stat) = keep
    never fstat(fd, stat) = keep
    never lseek(fd, keep, keep) = keep
    never close(fd) = keep
    never close_range(keep, keep, keep) = keep
    never fcntl(fd, keep, keep) = keep
    never ioctl(fd, keep, keep) = keep
    never dup(fd) = fd
    never dup3(fd, fd, keep) = fd
    never fadvise64(fd, keep, keep, keep) = keep
    never readahead(fd, keep, size) = keep
    never getcwd(out, size) = environment
    never umask(keep) = keep
    never memfd_create(keep, keep) = fd
    never inotify_init1(keep) = fd
    never inotify_rm_watch(fd, keep) = keep
    never fanotify_init(keep, keep) = fd
    never ustat(keep, stat) = keep
  `,
  network: `
    always socket(keep, keep, keep) = fd
    always connect(fd, address, out) = keep
    always bind(fd, address, out) = keep
    always listen(fd, keep) = keep
    always accept4(fd, out, out, keep) = fd
    always shutdown(fd, keep) = keep
    write sendto(fd, data, size, keep, address, out) = count
    write sendmsg(fd, data, keep) = count
    write sendmmsg(fd, data, keep, keep) = count
    read recvfrom(fd, data, size, keep, out, out) = count
    read recvmsg(fd, out, keep) = count
    read recvmmsg(fd, out, keep, keep, time) = count
    never socketpair(keep, keep, keep, keep) = keep
    never getsockname(fd, address, out) = keep
    never getpeername(fd, address, out) = keep
    never setsockopt(fd, keep, keep, keep, size) = keep
    never getsockopt(fd, keep, keep, out, out) = keep
    always sethostname(keep, size) = keep
    always setdomainname(keep, size) = keep
  `,
  pipe: `
    never pipe2(keep, keep) = keep
    never eventfd2(keep, keep) = fd
    always mq_open(path, keep, keep, keep) = fd
    always mq_unlink(path) = keep
    write mq_timedsend(fd, data, size, keep, time) = count
    read mq_timedreceive(fd, data, size, out, time) = count
    always shmget(keep, size, keep) = environment
    never shmat(environment, ptr, keep) = ptr
    never shmdt(ptr) = keep
    never shmctl(out, keep, out) = keep
    always semget(keep, keep, keep) = environment
    never semop(out, keep, keep) = keep
    never semtimedop(out, keep, keep, time) = keep
    never semctl(out, keep, keep, out) = keep
    always msgget(keep, keep) = environment
    always msgsnd(out, data, size, keep) = keep
    always msgrcv(out, data, size, keep, keep) = count
    never msgctl(out, keep, out) = keep
  `,
  terminal: "",
  process: `
    always clone(keep) = pid
    always clone3(keep, size) = pid
    always execve(path, keep, env) = keep
    always execveat(dir, path, keep, env, keep) = keep
    always exit_group(keep) = keep
    never exit(keep) = keep
    never wait4(pid, status, keep, out) = pid
    never waitid(keep, pid, status, keep, out) = keep
    never getpid() = pid
    never gettid() = pid
    never getppid() = pid
    never getpgid(pid) = pid
    never getpgrp() = pid
    never getsid(pid) = pid
    never setpgid(pid, pid) = keep
    never setsid() = pid
    never set_tid_address(ptr) = pid
    never set_robust_list(ptr, size) = keep
    never get_robust_list(pid, out, out) = keep
    never rseq(ptr, keep, keep, keep) = keep
    never arch_prctl(keep, ptr) = keep
    never prctl(keep, keep, keep, keep, keep) = keep
    never prlimit64(pid, keep, keep, out) = keep
    never getrlimit(keep, out) = keep
    never setrlimit(keep, keep) = keep
    never pidfd_open(pid, keep) = fd
    never unshare(keep) = keep
    never setns(fd, keep) = keep
    always ptrace(keep, pid, ptr, ptr) = environment
    always setuid(keep) = keep
    always setgid(keep) = keep
    always setreuid(keep, keep) = keep
    always setregid(keep, keep) = keep
    always setresuid(keep, keep, keep) = keep
    always setresgid(keep, keep, keep) = keep
    always setgroups(keep, keep) = keep
    never capget(keep, out) = keep
    always capset(keep, keep) = keep
    never seccomp(keep, keep, ptr) = keep
    never process_vm_readv(pid, data, keep, data, keep, keep) = count
  `,
  signal: `
    always kill(pid, keep) = keep
    always tkill(pid, keep) = keep
    always tgkill(pid, pid, keep) = keep
    always pidfd_send_signal(fd, keep, out, keep) = keep
    always rt_sigqueueinfo(pid, keep, out) = keep
    always rt_tgsigqueueinfo(pid, pid, keep, out) = keep
    never rt_sigaction(keep, out, out, size) = keep
    never rt_sigprocmask(keep, keep, out, size) = keep
    never rt_sigreturn(out) = environment
    never rt_sigpending(out, size) = keep
    never rt_sigsuspend(keep, size) = keep
    never rt_sigtimedwait(keep, out, time, size) = keep
    never sigaltstack(out, out) = keep
    never signalfd4(keep, keep, size, keep) = fd
    never pause() = keep
  `,
  memory: `
    read mmap(ptr, size, keep, keep, fd, keep) = ptr
    never munmap(ptr, size) = keep
    never mprotect(ptr, size, keep) = keep
    never pkey_mprotect(ptr, size, keep, keep) = keep
    never mremap(ptr, size, size, keep, ptr) = ptr
    never madvise(ptr, size, keep) = keep
    never process_madvise(fd, out, keep, keep, keep) = count
    never mincore(ptr, size, out) = keep
    never mlock(ptr, size) = keep
    never mlock2(ptr, size, keep) = keep
    never munlock(ptr, size) = keep
    never mlockall(keep) = keep
    never munlockall() = keep
    never brk(ptr) = ptr
    never mbind(ptr, size, keep, keep, keep, keep) = keep
    never get_mempolicy(out, out, keep, ptr, keep) = keep
    never set_mempolicy(keep, keep, keep) = keep
    never membarrier(keep, keep, keep) = keep
  `,
  scheduling: `
    never futex(ptr, keep, keep, time, ptr, keep) = keep
    never futex_waitv(out, keep, keep, time, keep) = keep
    never sched_yield() = keep
    never sched_getaffinity(pid, size, out) = environment
    never sched_setaffinity(pid, size, keep) = keep
    never sched_getparam(pid, out) = keep
    never sched_setparam(pid, keep) = keep
    never sched_getscheduler(pid) = keep
    never sched_setscheduler(pid, keep, keep) = keep
    never sched_getattr(pid, out, size, keep) = keep
    never sched_setattr(pid, keep, keep) = keep
    never getpriority(keep, pid) = keep
    never setpriority(keep, pid, keep) = keep
    never getcpu(out, out, out) = keep
    never poll(keep, keep, keep) = environment
    never ppoll(keep, keep, time, keep, keep) = environment
    never select(keep, keep, keep, keep, time) = environment
    never pselect6(keep, keep, keep, keep, time, keep) = environment
    never epoll_create1(keep) = fd
    never epoll_ctl(fd, keep, fd, out) = keep
    never epoll_pwait(fd, out, keep, keep, keep, keep) = environment
    never epoll_pwait2(fd, out, keep, time, keep, keep) = environment
    never restart_syscall(out) = environment
    never io_uring_setup(keep, out) = fd
    never io_uring_enter(fd, keep, keep, keep, out, size) = environment
    never io_uring_register(fd, keep, out, keep) = keep
    never io_setup(keep, out) = keep
    never io_destroy(out) = keep
    never io_getevents(out, keep, keep, out, time) = environment
    write io_submit(out, keep, data) = keep
  `,
  time: `
    never nanosleep(keep, out) = keep
    never clock_nanosleep(keep, keep, time, out) = keep
    never clock_gettime(keep, out) = keep
    never clock_getres(keep, out) = keep
    never clock_settime(keep, time) = keep
    never gettimeofday(out, out) = keep
    never time(out) = environment
    never times(out) = environment
    never getrusage(keep, out) = keep
    never alarm(keep) = environment
    never setitimer(keep, keep, out) = keep
    never getitimer(keep, out) = keep
    never timer_create(keep, keep, out) = keep
    never timer_settime(keep, keep, time, out) = keep
    never timer_gettime(keep, out) = keep
    never timer_getoverrun(keep) = environment
    never timer_delete(keep) = keep
    never timerfd_create(keep, keep) = fd
    never timerfd_settime(fd, keep, time, out) = keep
    never timerfd_gettime(fd, out) = keep
    never adjtimex(out) = keep
  `,
  info: `
    never uname(out) = keep
    never sysinfo(out) = keep
    never getrandom(out, size, keep) = count
    never getuid() = environment
    never geteuid() = environment
    never getgid() = environment
    never getegid() = environment
    never getgroups(keep, out) = environment
    never getresuid(out, out, out) = keep
    never getresgid(out, out, out) = keep
    never getitimer(keep, out) = keep
    never syslog(keep, out, size) = environment
    never personality(keep) = environment
    never ioprio_get(keep, pid) = keep
    never ioprio_set(keep, pid, keep) = keep
  `,
  other: `
    always bpf(keep, keep, size) = environment
    always perf_event_open(out, pid, keep, keep, keep) = fd
    always keyctl(keep, out, out, out, out) = environment
    always add_key(keep, keep, data, size, keep) = environment
    always request_key(keep, keep, data, keep) = environment
    always reboot(keep, keep, keep, keep) = keep
    always init_module(out, size, keep) = keep
    always finit_module(fd, keep, keep) = keep
    always delete_module(keep, keep) = keep
  `,
};

const ANY: ReadonlySet<string> = new Set([
  ...["keep", "fd", "dir", "path", "data", "ptr", "size", "stat", "time", "pid", "address", "out", "env", "status"],
]);

function parse(): ReadonlyMap<string, Signature> {
  const signatures = new Map<string, Signature>();
  for (const [eventClass, text] of Object.entries(TABLE)) {
    for (const line of text.split("\n")) {
      const match = /^\s*(never|always|read|write) (\w+)\(([^)]*)\) = (\w+)\s*$/.exec(line);
      if (match === null) continue;
      const [, effect, name = "", args = "", result] = match;
      signatures.set(name, {
        name,
        class: eventClass as EventClass,
        effect: effect as Effect,
        args: args === "" ? [] : args.split(", ").map((kind) => (ANY.has(kind) ? (kind as ValueKind) : "out")),
        result: result as ResultKind,
      });
    }
  }
  return signatures;
}

const SIGNATURES = parse();

/** The signature of a call by its canonical name; undefined for a call that is not listed. */
export function signatureOf(name: string): Signature | undefined {
  return SIGNATURES.get(name);
}
