import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Trace } from "../../trace/trace.ts";
import { TraceBuilder } from "../../trace/traceBuilder.ts";
import { MAX_LINE, StraceReader, type StraceReaderOptions, type StraceReaderResult } from "./straceReader.ts";

const ORIGIN = 1_700_000_000;
const CLOCK = { originRealtimeNs: BigInt(ORIGIN) * 1_000_000_000n, originMonotonicNs: 0n };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Latin-1: fixtures may hold bytes that are no UTF-8. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

interface Read {
  readonly trace: Trace;
  readonly result: StraceReaderResult;
  readonly terminal: readonly string[];
}

function read(text: string, options: Partial<StraceReaderOptions> = {}, chunk = Number.POSITIVE_INFINITY): Read {
  const builder = new TraceBuilder(CLOCK);
  const terminal: string[] = [];
  const reader = new StraceReader(builder, {
    captureData: false,
    terminal: ({ thread, fd, path, bytes }) => {
      terminal.push(`${thread} ${fd} ${path} ${JSON.stringify(String.fromCharCode(...bytes))}`);
    },
    ...options,
  });
  const bytes = bytesOf(text);
  for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.slice(at, Math.min(at + chunk, bytes.length)));
  const result = reader.end();
  return { trace: builder.build(), result, terminal };
}

/** One line a call: `tid@start name(args) = result text ERRNO state <duration>`, with what is absent left out. */
function calls({ syscalls, threads }: Trace): string[] {
  return Array.from({ length: syscalls.length }, (_, i) => {
    const args = decoder.decode(syscalls.argBytes.subarray(syscalls.argStart[i], syscalls.argEnd[i]));
    const parts = [
      `${threads[syscalls.thread[i] as number]?.tid}@${syscalls.start[i]}`,
      `${syscalls.names[syscalls.name[i] as number]}(${args})`,
    ];
    if (!Number.isNaN(syscalls.result[i])) parts.push(`= ${syscalls.result[i]}`);
    const text = syscalls.resultTexts[syscalls.resultText[i] as number];
    if (text !== undefined) parts.push(`«${text}»`);
    if (syscalls.errno[i] !== 0) parts.push(syscalls.errnos[syscalls.errno[i] as number] ?? "");
    if (syscalls.state[i] !== 0) parts.push(syscalls.state[i] === 1 ? "unfinished" : "no result");
    if (!Number.isNaN(syscalls.duration[i])) parts.push(`<${syscalls.duration[i]}>`);
    return parts.join(" ");
  });
}

interface CallFixture {
  readonly name: string;
  /** What strace printed. `T+n` stands for a tid and the time n nanoseconds after the origin. */
  readonly text: string;
  readonly calls: readonly string[];
  readonly options?: Partial<StraceReaderOptions>;
}

const stamped = (text: string): string =>
  text.replace(/^(\d+)\+(\d+) /gm, (_, tid: string, ns: string) => `${tid}  ${ORIGIN}.${ns.padStart(9, "0")} `);

function checkStrace(fixture: CallFixture): void {
  const { trace, result } = read(`${stamped(fixture.text)}\n`, fixture.options);
  expect(calls(trace)).toEqual(fixture.calls);
  expect([result.badLines, result.firstBadLine, result.cutOff]).toEqual([0, "", false]);
  expect(trace.problems.filter((problem) => problem.losesData)).toEqual([]);
}

describe("calls as strace 6 prints them", () => {
  test.each<CallFixture>([
    {
      name: "padding before the result, a hexadecimal result",
      text: "7+1 brk(NULL)    = 0x565464b58000 <0.000015152>",
      calls: ["7@1 brk(NULL) = 94920466857984 «0x565464b58000» <15152>"],
    },
    {
      name: "an error",
      text: '7+1 access("/etc/ld.so.preload", R_OK) = -1 ENOENT (No such file or directory) <0.000018988>',
      calls: ['7@1 access("/etc/ld.so.preload", R_OK) = -1 ENOENT <18988>'],
    },
    {
      name: "errors without a name, and injected ones",
      text: [
        "7+1 ioctl(3, 0x1) = -1 (errno 600) <0.000000001>",
        "7+2 ioctl(3, 0x1) = -1 EBADF (Bad file descriptor) (INJECTED) <0.000000001>",
        "7+3 uname() = 5 (INJECTED) <0.000000001>",
      ].join("\n"),
      calls: [
        "7@1 ioctl(3, 0x1) = -1 ERRNO_600 <1>",
        "7@2 ioctl(3, 0x1) = -1 «-1 EBADF (Bad file descriptor) (INJECTED)» EBADF <1>",
        "7@3 uname() = 5 «5 (INJECTED)» <1>",
      ],
    },
    {
      name: "descriptors whose paths hold quotes, parentheses, brackets and what looks like a result",
      text: [
        '7+1 mkdir("/tmp/we\\"ird) = 3 <d>\\n", 0755) = 0 <0.000172409>',
        '7+2 openat(AT_FDCWD</tmp/a(b>, "/tmp/x > y\\377", O_RDWR|O_CREAT, 0644) = 3</tmp/we\\"ird) = 3 \\74d\\76\\n> <0.000057569>',
        '7+3 lseek(3</tmp/we\\"ird) = 3 \\74d\\76\\n/x{[>, 0, SEEK_SET) = 0 <0.000015078>',
        "7+4 dup(3</dev/pts/0<char 136:0>>) = 4</dev/pts/0<char 136:0>> <0.000000009>",
        "7+5 getpeername(3<TCP:[127.0.0.1:1->127.0.0.1:2]>, 0x1, [16]) = 0 <0.000000001>",
        "7+6 dup(5<socket:[91330]>) = 6<socket:[91330]>",
      ].join("\n"),
      calls: [
        '7@1 mkdir("/tmp/we\\"ird) = 3 <d>\\n", 0755) = 0 <172409>',
        '7@2 openat(AT_FDCWD</tmp/a(b>, "/tmp/x > y\\377", O_RDWR|O_CREAT, 0644) = 3 «3</tmp/we\\"ird) = 3 \\74d\\76\\n>» <57569>',
        '7@3 lseek(3</tmp/we\\"ird) = 3 \\74d\\76\\n/x{[>, 0, SEEK_SET) = 0 <15078>',
        "7@4 dup(3</dev/pts/0<char 136:0>>) = 4 «4</dev/pts/0<char 136:0>>» <9>",
        "7@5 getpeername(3<TCP:[127.0.0.1:1->127.0.0.1:2]>, 0x1, [16]) = 0 <1>",
        "7@6 dup(5<socket:[91330]>) = 6 «6<socket:[91330]>»",
      ],
    },
    {
      name: "shifts are no annotations",
      text: "7+1 capset({version=1, pid=0}, {effective=1<<CAP_CHOWN|1<<CAP_KILL, permitted=1<<CAP_CHOWN}) = 0 <0.000000001>",
      calls: ["7@1 capset({version=1, pid=0}, {effective=1<<CAP_CHOWN|1<<CAP_KILL, permitted=1<<CAP_CHOWN}) = 0 <1>"],
    },
    {
      name: "comments, structures, arrays of strings",
      text: '7+1 execve("/bin/sh", ["sh", "-c", "echo ) = 1 \\" */"], 0x7ffc /* 35 vars */) = 0 <0.001160067>',
      calls: ['7@1 execve("/bin/sh", ["sh", "-c", "echo ) = 1 \\" */"], 0x7ffc /* 35 vars */) = 0 <1160067>'],
    },
    {
      name: "results with words behind them",
      text: [
        "7+1 poll([{fd=4, events=POLLIN}], 1, 1) = 1 ([{fd=4, revents=POLLIN}]) <0.000016221>",
        "7+2 poll([{fd=4, events=POLLIN}], 1, 1) = 0 (Timeout) <0.001117806>",
        "7+3 fcntl(3, F_GETFL) = 0x2 (flags O_RDWR) <0.000069745>",
        "7+4 umask(077) = 022 <0.000000001>",
        "7+5 mmap(NULL, 8, PROT_READ, MAP_PRIVATE, -1, 0) = 18446744073709551615 <0.000000001>",
        "7+6 select(4, [3], NULL, NULL, NULL) = 1 (in [3]) <0.000000001>",
      ].join("\n"),
      calls: [
        "7@1 poll([{fd=4, events=POLLIN}], 1, 1) = 1 «1 ([{fd=4, revents=POLLIN}])» <16221>",
        "7@2 poll([{fd=4, events=POLLIN}], 1, 1) = 0 «0 (Timeout)» <1117806>",
        "7@3 fcntl(3, F_GETFL) = 2 «0x2 (flags O_RDWR)» <69745>",
        "7@4 umask(077) = 18 «022» <1>",
        "7@5 mmap(NULL, 8, PROT_READ, MAP_PRIVATE, -1, 0) = 18446744073709552000 «18446744073709551615» <1>",
        "7@6 select(4, [3], NULL, NULL, NULL) = 1 «1 (in [3])» <1>",
      ],
    },
    {
      name: "calls without a result",
      text: [
        "7+1 exit_group(7) = ?",
        "7+2 nanosleep({tv_sec=9}, NULL) = ? ERESTART_RESTARTBLOCK (Interrupted by signal) <0.010376052>",
        "7+3 read(0, 0x7ffd, 10) = ? <unavailable>",
        "7+4 ????( <unfinished ...>",
        "7+5 <... ???? resumed>) = ?",
      ].join("\n"),
      calls: [
        "7@1 exit_group(7) no result",
        "7@2 nanosleep({tv_sec=9}, NULL) ERESTART_RESTARTBLOCK no result",
        "7@3 read(0, 0x7ffd, 10) «? <unavailable>» no result",
        "7@4 ????() no result",
      ],
    },
    {
      name: "calls interrupted by other threads, in order of their beginning",
      text: [
        '7+1 openat(AT_FDCWD</>, "/a) = 1",  <unfinished ...>',
        "8+2 getpid( <unfinished ...>",
        "7+3 <... openat resumed>O_RDONLY) = 3</a> <0.000000900>",
        "8+4 <... getpid resumed>) = 8",
        "7+5 restart_syscall(<... resuming interrupted clock_nanosleep ...>) = 0 <0.000000001>",
        "7+6 wait4(-1,  <unfinished ...>",
        "7+9 <... wait4 resumed> <unfinished ...>) = ?",
      ].join("\n"),
      calls: [
        '7@1 openat(AT_FDCWD</>, "/a) = 1", O_RDONLY) = 3 «3</a>» <900>',
        "8@2 getpid() = 8 <2>",
        "7@5 restart_syscall(<... resuming interrupted clock_nanosleep ...>) = 0 <1>",
        "7@6 wait4(-1, ) no result",
      ],
    },
    {
      name: "a call that was begun before the log, and one that never ends",
      text: '7+50 <... read resumed>"secret", 9) = 6 <0.000000020>\n7+60 pause( <unfinished ...>',
      calls: ['7@30 read(<...> ""..., 9) = 6 <20>', "7@60 pause() unfinished"],
    },
    {
      name: "names that are not in any table",
      text: "7+1 syscall_0x1ff(0x1, 0x2) = -1 ENOSYS (Function not implemented) <0.000000001>",
      calls: ["7@1 syscall_0x1ff(0x1, 0x2) = -1 ENOSYS <1>"],
    },
    {
      name: "bytes that are not ASCII are escaped as strace would",
      text: '7+1 unlink("/tmp/\xff\xc3\xbc") = 0 <0.000000001>',
      calls: ['7@1 unlink("/tmp/\\377\\303\\274") = 0 <1>'],
    },
    {
      name: "strace's own remarks are no calls",
      text: "strace: Process 8 attached\n7+1 getpid() = 7 <0.000000001>\nstrace: Process 7 detached",
      calls: ["7@1 getpid() = 7 <1>"],
    },
  ])("$name", checkStrace);
});

describe("logs of other settings", () => {
  test.each<CallFixture>([
    { name: "no pid", text: `${ORIGIN}.5 getpid() = 7 <0.000000001>`, calls: ["0@500000000 getpid() = 7 <1>"] },
    { name: "no time", text: "7 getpid() = 7\n7 getppid() = 1", calls: ["7@0 getpid() = 7", "7@1 getppid() = 1"] },
    { name: "nothing but calls", text: "getpid() = 7", calls: ["0@0 getpid() = 7"] },
    {
      name: "to a terminal with microseconds (-f -ttt)",
      text: `[pid    70] ${ORIGIN}.000002 getpid() = 70\n${ORIGIN}.000003 getppid() = 1`,
      calls: ["70@2000 getpid() = 70", "0@3000 getppid() = 1"],
    },
    {
      name: "time of day over midnight (-tt)",
      text: "7 23:59:59.999999 getpid() = 7\n7 00:00:00.000001 getpid() = 7",
      calls: ["7@6399999999000 getpid() = 7", "7@6400000001000 getpid() = 7"],
    },
    {
      name: "time since the call before (-r)",
      text: "     0.000000 getpid() = 7\n     0.000123 getpid() = 7\n     0.000001 getpid() = 7",
      calls: ["0@0 getpid() = 7", "0@123000 getpid() = 7", "0@124000 getpid() = 7"],
    },
    {
      name: "whole seconds",
      text: `7 ${ORIGIN + 2} getpid() = 7`,
      calls: ["7@2000000000 getpid() = 7"],
    },
  ])("$name", checkStrace);
});

describe("contents of buffers", () => {
  const secrets = [
    '7+1 write(1</a "b>, "secret", 6) = 6 <0.000000001>',
    '7+2 read(3, "sec\\"ret"..., 832) = 832 <0.000000001>',
    '7+3 writev(1, [{iov_base="secret", iov_len=6}, {iov_base="", iov_len=0}], 2) = 6 <0.000000001>',
    '7+4 sendto(3, "secret", 6, 0, {sa_family=AF_UNIX, sun_path="/run/x"}, 110) = 6 <0.000000001>',
    '7+5 sendmsg(3, {msg_name={sa_family=AF_UNIX, sun_path="/run/x"}, msg_iov=[{iov_base="secret", iov_len=6}]}, 0) = 6 <0.000000001>',
    '7+6 getrandom("\\x6b\\x68", 2, 0) = 2 <0.000000001>',
    '7+7 setxattr("/f", "user.a", "secret", 6, 0) = 0 <0.000000001>',
    '7+8 execve("/x", ["x", "-v"], ["A=secret", "B=secret"]) = 0 <0.000000001>',
    '7+9 mount("//srv/x", "/mnt", "cifs", 0, "password=secret") = 0 <0.000000001>',
    "7+10 read(3,  <unfinished ...>",
    '7+11 <... read resumed>"secret", 6) = 6 <0.000000001>',
    '7+12 write(1, "secret", 6 <unfinished ...>',
  ].join("\n");

  test("are left out, names and lengths stay", () => {
    checkStrace({
      name: "",
      text: secrets,
      calls: [
        '7@1 write(1</a "b>, ""..., 6) = 6 <1>',
        '7@2 read(3, ""..., 832) = 832 <1>',
        '7@3 writev(1, [{iov_base=""..., iov_len=6}, {iov_base="", iov_len=0}], 2) = 6 <1>',
        '7@4 sendto(3, ""..., 6, 0, {sa_family=AF_UNIX, sun_path="/run/x"}, 110) = 6 <1>',
        '7@5 sendmsg(3, {msg_name={sa_family=AF_UNIX, sun_path="/run/x"}, msg_iov=[{iov_base=""..., iov_len=6}]}, 0) = 6 <1>',
        '7@6 getrandom(""..., 2, 0) = 2 <1>',
        '7@7 setxattr("/f", "user.a", ""..., 6, 0) = 0 <1>',
        '7@8 execve("/x", ["x", "-v"], [""..., ""...]) = 0 <1>',
        '7@9 mount("//srv/x", "/mnt", "cifs", 0, ""...) = 0 <1>',
        '7@10 read(3, ""..., 6) = 6 <1>',
        '7@12 write(1, ""..., 6) unfinished',
      ],
    });
  });

  test("are kept when asked for", () => {
    const { trace } = read(`${stamped(secrets)}\n`, { captureData: true });
    expect(
      calls(trace)
        .join("\n")
        .match(/secret/g),
    ).toHaveLength(10);
  });
});

/** One line a thread: `tid (pid) role of parent's tid: name execs @start..end exit`. */
function threads({ threads: rows }: Trace): string[] {
  return rows.map((row) => {
    const parent = row.parent === -1 ? "" : ` of ${rows[row.parent]?.tid}`;
    const exit = row.exit === undefined ? "" : ` ${Object.values(row.exit).join(" ")}`;
    return `${row.tid} (${row.pid}) ${row.role}${parent}: ${row.name} [${row.execs.join(" ")}] ${row.start}..${row.end}${exit}`;
  });
}

describe("threads", () => {
  test.each([
    {
      name: "exec, child, thread, ends",
      text: [
        '7+1 execve("/bin/sh", ["sh"], 0x1 /* 1 var */) = 0 <0.000000001>',
        "7+10 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD, child_tidptr=0x1) = 8 <0.000000001>",
        "8+12 getpid() = 8 <0.000000001>",
        '8+13 prctl(PR_SET_NAME, "wor\\"ker") = 0 <0.000000001>',
        "7+20 clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0} => {parent_tid=[9]}, 88) = 9 <0.000000001>",
        "9+21 +++ exited with 3 +++",
        "8+22 +++ killed by SIGSEGV (core dumped) +++",
      ],
      threads: [
        "7 (7) main: sh [/bin/sh] 1..NaN",
        '8 (8) process of 7: wor"ker [] 10..22 killed SIGSEGV true',
        "9 (7) thread of 7: sh [] 20..21 exited 3",
      ],
    },
    {
      name: "children seen before the call that created them returns",
      text: [
        "7+1 clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0} =>  <unfinished ...>",
        "8+2 vfork( <unfinished ...>",
        '9+3 execve("/bin/true", ["true"], 0x1) = 0 <0.000000001>',
        "8+4 <... vfork resumed>) = 9 <0.000000003>",
        "7+5 <... clone3 resumed>{parent_tid=[8]}, 88) = 8 <0.000000004>",
      ],
      threads: [
        "7 (7) main:  [] 1..NaN",
        "8 (7) thread of 7:  [] 2..NaN",
        "9 (9) process of 8: true [/bin/true] 3..NaN",
      ],
    },
    {
      name: "two forks at once: the calls tell whose child is whose",
      text: [
        "7+1 fork() = 8 <0.000000001>",
        "7+2 fork( <unfinished ...>",
        "8+3 fork( <unfinished ...>",
        "10+4 getpid() = 10 <0.000000001>",
        "7+5 <... fork resumed>) = 10 <0.000000001>",
        "8+6 <... fork resumed>) = 11 <0.000000001>",
        "11+7 getpid() = 11 <0.000000001>",
      ],
      threads: [
        "7 (7) main:  [] 1..NaN",
        "8 (8) process of 7:  [] 1..NaN",
        "10 (10) process of 7:  [] 4..NaN",
        "11 (11) process of 8:  [] 6..NaN",
      ],
    },
    {
      name: "a tid that is used again is another thread",
      text: [
        "7+1 fork() = 8 <0.000000001>",
        "8+2 +++ exited with 0 +++",
        "7+3 fork() = 8 <0.000000001>",
        "8+4 +++ exited with 1 +++",
      ],
      threads: [
        "7 (7) main:  [] 1..NaN",
        "8 (8) process of 7:  [] 1..2 exited 0",
        "8 (8) process of 7:  [] 3..4 exited 1",
      ],
    },
    {
      name: "exec by a thread that is not the leader",
      text: [
        '7+1 execve("/bin/prog", ["prog"], 0x1) = 0 <0.000000001>',
        "7+2 clone(child_stack=0x1, flags=CLONE_VM|CLONE_THREAD) = 8 <0.000000001>",
        "7+3 pause( <unfinished ...>",
        '8+4 execve("/bin/echo", ["echo"], 0x1 <unfinished ...>',
        "7+5 <... pause resumed>) = ?",
        "7+6 +++ superseded by execve in pid 8 +++",
        "7+7 <... execve resumed>) = 0 <0.000000003>",
        "7+8 +++ exited with 0 +++",
      ],
      threads: ["7 (7) main: echo [/bin/prog /bin/echo] 1..8 exited 0", "8 (7) thread of 7: prog [] 2..6 superseded"],
    },
    {
      name: "a failed fork and a failed exec change nothing",
      text: [
        "7+1 fork() = -1 EAGAIN (Resource temporarily unavailable) <0.000000001>",
        '7+2 execve("/nope", ["x"], 0x1) = -1 ENOENT (No such file or directory) <0.000000001>',
      ],
      threads: ["7 (7) main:  [] 1..NaN"],
    },
  ])("$name", (fixture) => {
    const { trace, result } = read(`${stamped(fixture.text.join("\n"))}\n`);
    expect(threads(trace)).toEqual(fixture.threads);
    expect(result.badLines).toBe(0);
  });

  test("signals and stops", () => {
    const text = [
      "7+1 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=8} ---",
      "7+2 --- stopped by SIGSTOP ---",
      "7+3 --- SIGRT_1 (Real-time signal 0) ---",
    ];
    const { trace, result } = read(`${stamped(text.join("\n"))}\n`);
    expect(result.badLines).toBe(0);
    expect(trace.signals).toEqual([
      { time: 1, thread: 0, signal: "SIGCHLD", details: "si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=8" },
      { time: 3, thread: 0, signal: "SIGRT_1", details: "(Real-time signal 0)" },
    ]);
    expect(trace.marks).toEqual([{ time: 2, thread: 0, kind: "mark", name: "stopped", value: "SIGSTOP" }]);
  });
});

describe("stacks (-k)", () => {
  const text = stamped(
    [
      '7+1 write(1, "x", 1) = 1 <0.000000001>',
      " | 00000  78                                                x                |",
      " > /usr/lib/libc.so.6(__write+0x10) [0xf8350]",
      " > /tmp/a (deleted)(f(int, (anonymous namespace)::g*)+0x1d) [0x11b7]",
      " > /tmp/pro(g/x() [0x1091]",
      " > [vdso](clock_gettime+0x5) [0x9]",
      "7+2 getpid() = 7 <0.000000001>",
      " > /usr/lib/libc.so.6(getpid+0x7) [0xd54f7]",
      " > /tmp/pro(g/x() [0x1091]",
      " > unexpected_backtracing_error [0x7f]",
      "7+3 exit_group(0) = ?",
      "7+4 +++ exited with 0 +++",
      " > /usr/lib/libc.so.6(_exit+0x29) [0xd4409]",
      "",
    ].join("\n"),
  );

  test.each([1, 50, Number.POSITIVE_INFINITY])("belong to the call above them, in chunks of %d bytes", (chunk) => {
    const { trace, terminal } = read(text, { stacks: true }, chunk);
    const { syscalls, stacks } = trace;
    const frames = Array.from(syscalls.stack, (node) => {
      const names: string[] = [];
      for (let at = node; at >= 0; at = stacks.parent[at] as number) {
        const frame = stacks.frames[stacks.frame[at] as number];
        names.push(`${frame?.module} ${frame?.symbol} ${frame?.address.toString(16)}`);
      }
      return names;
    });
    expect(frames).toEqual([
      [
        "/usr/lib/libc.so.6 __write f8350",
        "/tmp/a (deleted) f(int, (anonymous namespace)::g*) 11b7",
        "/tmp/pro(g/x  1091",
        "[vdso] clock_gettime 9",
      ],
      ["/usr/lib/libc.so.6 getpid d54f7", "/tmp/pro(g/x  1091"],
      ["/usr/lib/libc.so.6 _exit d4409"],
    ]);
    expect(terminal).toEqual(['0 1  "x"']);
  });

  test("of thread creation, which the C library cuts off, go on at the call before it in the same thread", () => {
    const log = stamped(
      [
        "7+1 rt_sigprocmask(SIG_BLOCK, ~[], [], 8) = 0 <0.000000001>",
        " > /usr/lib/libc.so.6(pthread_create+0x51d) [0x8989d]",
        " > /tmp/a(start+0x1d) [0x11b7]",
        "7+2 clone3({flags=CLONE_VM|CLONE_THREAD}, 88 <unfinished ...>",
        "8+3 rt_sigprocmask(SIG_SETMASK, [], NULL, 8) = 0 <0.000000001>",
        " > /usr/lib/libc.so.6(__clone3+0x3c) [0x1098ec]",
        "7+4 <... clone3 resumed>) = 8 <0.000000001>",
        " > /usr/lib/libc.so.6(__clone3+0x29) [0x1098d9]",
        "7+5 getpid() = 7 <0.000000001>",
        " > /usr/lib/libc.so.6(getpid+0x7) [0xd54f7]",
        "7+6 clone3({flags=CLONE_VM|CLONE_THREAD}, 88) = 9 <0.000000001>",
        " > /usr/lib/libc.so.6(__clone3+0x29) [0x1098d9]",
        "",
      ].join("\n"),
    );
    const { syscalls, stacks } = read(log, { stacks: true }).trace;
    const symbols = Array.from(syscalls.stack, (node) => {
      const names: string[] = [];
      for (let at = node; at >= 0; at = stacks.parent[at] as number) {
        names.push(stacks.frames[stacks.frame[at] as number]?.symbol ?? "");
      }
      return names.join(" ");
    });
    // In the order of their beginnings.
    expect(symbols).toEqual([
      "pthread_create start",
      "__clone3 pthread_create start",
      "__clone3",
      "getpid",
      "__clone3",
    ]);
  });
});

describe("dumps of writes (-e write=1,2)", () => {
  const text = stamped(
    [
      '7+1 write(1</dev/pts/3>, "abc\\1\\377\\n", 6 <unfinished ...>',
      "8+2 getpid() = 8 <0.000000001>",
      "7+3 <... write resumed>) = 6 <0.000000001>",
      " | 00000  61 62 63 01 ff 0a                                 abc...           |",
      '7+4 writev(2</dev/pts/3>, [{iov_base="he", iov_len=2}, {iov_base="0123456789abcdefX", iov_len=17}], 2) = 19 <0.000000001>',
      " * 2 bytes in buffer 0",
      " | 00000  68 65                                             he               |",
      " * 17 bytes in buffer 1",
      " | 00000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef |",
      " | 00010  58                                                X                |",
      '7+5 write(1</dev/pts/3>, "partly", 6) = 2 <0.000000001>',
      " | 00000  70 61 72 74 6c 79                                 partly           |",
      '7+6 write(1</dev/pts/3>, "failed", 6) = -1 EIO (Input/output error) <0.000000001>',
      "7+7 getpid() = 7 <0.000000001>",
      "",
    ].join("\n"),
  );

  test.each([1, 7, Number.POSITIVE_INFINITY])("become bytes again, in chunks of %d bytes", (chunk) => {
    const { terminal, result } = read(text, {}, chunk);
    expect(result.badLines).toBe(0);
    expect(terminal).toEqual([
      '0 1 /dev/pts/3 "abc\\u0001ÿ\\n"',
      '0 2 /dev/pts/3 "he0123456789abcdefX"',
      '0 1 /dev/pts/3 "pa"',
    ]);
  });
});

describe("what is no strace output", () => {
  test("is counted, and told with a sample", () => {
    const { trace, result } = read(stamped("7+1 getpid() = 7\nHello world\n7+2 not a call\n7+3 read(\n\n"));
    expect(calls(trace)).toEqual(["7@1 getpid() = 7"]);
    expect([result.lines, result.badLines, result.firstBadLine]).toEqual([5, 4, '"Hello world"']);
    expect(trace.problems).toMatchObject([{ kind: "bad-lines", count: 4, losesData: true }]);
  });

  test("lines of any length are skipped within bounded memory", () => {
    const builder = new TraceBuilder(CLOCK);
    const reader = new StraceReader(builder, { captureData: true });
    const block = new Uint8Array(1 << 20).fill(0x61);
    reader.push(encoder.encode(stamped('7+1 write(1, "')));
    for (let i = 0; i < (2 * MAX_LINE) / block.length; i++) reader.push(block);
    reader.push(encoder.encode(stamped('", 9) = 9\n7+2 getpid() = 7\n')));
    expect(reader.end()).toMatchObject({ lines: 2, badLines: 1, cutOff: false });
    expect(calls(builder.build())).toEqual(["7@2 getpid() = 7"]);
  });

  test("a clock that is set back does not make time run backwards", () => {
    const { trace } = read(
      `7 ${ORIGIN + 10}.0 getpid() = 7\n7 ${ORIGIN + 3}.0 getpid() = 7\n7 ${ORIGIN + 4}.0 getpid() = 7\n`,
    );
    expect(calls(trace)).toEqual([
      "7@10000000000 getpid() = 7",
      "7@10000000000 getpid() = 7",
      "7@11000000000 getpid() = 7",
    ]);
    expect(trace.problems).toMatchObject([{ kind: "clock-stepped", count: 1 }]);
  });

  test("arbitrary bytes never throw", () => {
    const pieces = fc.constantFrom(
      "7 ",
      "(",
      ")",
      " = ",
      '"',
      "\\",
      "<",
      ">",
      " <unfinished ...>",
      "<... ",
      " resumed>",
      "--- ",
      " ---",
      "+++ ",
      "exited with 0",
      " +++",
      "\n",
      " > ",
      " | ",
      "read",
      "execve",
      "clone",
      "?",
      "-1 E",
      "0x",
      "[",
      "{",
      "\0",
      "\xff",
      ".",
      `${ORIGIN}.000000001 `,
    );
    const text = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 60 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), fc.boolean(), (input, chunk, stacks) => {
        const { trace, result } = read(input, { stacks, captureData: !stacks }, chunk);
        expect(trace.syscalls.length).toBeLessThanOrEqual(2 * result.lines + 1);
      }),
      { numRuns: 2000 },
    );
  });
});

/** A program of a few threads whose calls overlap, printed as strace would print it. */
const programs = fc.array(
  fc.record({
    tid: fc.integer({ min: 1, max: 4 }),
    name: fc.constantFrom("read", "openat", "mmap", "syscall_0x1ff", "futex"),
    path: fc.array(
      fc.constantFrom("a", '\\"', "\\\\", ")", " = 1", "<", ">", "\\n", " <unfinished ...>", "/*", "]", "(", "é"),
      { maxLength: 6 },
    ),
    result: fc.oneof(fc.nat(), fc.constant("0x7f00"), fc.constant("-1 EAGAIN (Resource temporarily unavailable)")),
    overlaps: fc.boolean(),
    split: fc.boolean(),
  }),
  { maxLength: 12 },
);

function print(program: typeof programs extends fc.Arbitrary<infer T> ? T : never): {
  text: string;
  expected: string[];
} {
  const lines: string[] = [];
  const open = new Map<number, string>();
  const expected: string[] = [];
  let time = 0;
  const at = (tid: number): string => `${tid}  ${ORIGIN}.${String(++time).padStart(9, "0")} `;
  const close = (tid: number): void => {
    const rest = open.get(tid);
    if (rest !== undefined) lines.push(`${at(tid)}${rest}`);
    open.delete(tid);
  };
  for (const { tid, name, path, result, overlaps, split } of program) {
    close(tid);
    const string = `"${path.join("").replaceAll("é", "\\303")}"`;
    const first = `9</x>, ${string}, `;
    const [begun, rest] = split ? ["", `${first}0`] : [first, "0"];
    const duration = 5;
    const end = `) = ${result} <0.00000000${duration}>`;
    if (overlaps) {
      lines.push(`${at(tid)}${name}(${begun} <unfinished ...>`);
      open.set(tid, `<... ${name} resumed>${rest}${end}`);
    } else {
      lines.push(`${at(tid)}${name}(${begun}${rest}${end}`);
    }
    let shown = `= ${result}`;
    if (result === "0x7f00") shown = "= 32512 «0x7f00»";
    if (typeof result === "string" && result.startsWith("-1")) shown = "= -1 EAGAIN";
    expected.push(`${tid}@${time} ${name}(${first}0) ${shown} <${duration}>`);
  }
  for (const tid of [...open.keys()]) close(tid);
  return { text: lines.map((line) => `${line}\n`).join(""), expected };
}

describe("any program", () => {
  test("printed and read is the same, in chunks of any size", () => {
    fc.assert(
      fc.property(programs, fc.integer({ min: 1, max: 200 }), (program, chunk) => {
        const { text, expected } = print(program);
        const { trace, result } = read(text, { captureData: true }, chunk);
        expect(result.badLines).toBe(0);
        expect(calls(trace)).toEqual(expected);
      }),
    );
  });

  test("cut at any byte keeps everything before the cut", () => {
    const [program = []] = fc.sample(
      programs.filter((calls) => calls.length > 8),
      { numRuns: 1, seed: 7 },
    );
    const { text } = print(program);
    const whole = calls(read(text, { captureData: true }).trace);
    for (let length = 0; length < text.length; length++) {
      const { trace, result } = read(text.slice(0, length), { captureData: true });
      const got = calls(trace).filter((call) => !call.endsWith("unfinished"));
      expect(whole).toEqual(expect.arrayContaining(got));
      const lines = text.slice(0, length).split("\n");
      const complete = lines.slice(0, -1).filter((line) => line.includes("> <") || / <[\d.]+>$/.test(line)).length;
      expect(got.length).toBeGreaterThanOrEqual(complete);
      const last = lines.at(-1) ?? "";
      const wholeLast = last === "" || / <\d\.\d{9}>$/.test(last) || last.endsWith(" <unfinished ...>");
      expect(result.cutOff).toBe(!wholeLast);
    }
  });
});
