import fc from "fast-check";
import { expect, test } from "vitest";
import { straceTextReader } from "../read/strace/straceText.ts";
import type { Behaviour, EventShape } from "./behaviour.ts";
import { behaviourOf, type NormaliseContext } from "./behaviourOf.ts";
import { classifyCall } from "./classify.ts";
import { applyRules, rulesForTexts } from "./normalise/applyRules.ts";
import { RULES } from "./normalise/rules.ts";

const CONTEXT: NormaliseContext = {
  workspace: "/home/ann/app",
  cwd: "/home/ann/app",
  command: ["./app"],
  home: "/home/ann",
  user: "ann",
  hostname: "builder-7",
  tempDirs: ["/scratch"],
};

/** 2023-11-14, and a line a microsecond. */
const START = 1_700_000_000;

async function behaviour(lines: readonly string[], context: Partial<NormaliseContext> = {}): Promise<Behaviour> {
  const text = lines.map((line, index) => {
    const [, pid, rest] = /^(?:(\d+)\| )?(.*)$/s.exec(line) ?? [];
    const time = (START + index * 1e-6).toFixed(6);
    return `${pid ?? "4711"} ${time} ${rest}${rest?.startsWith("+++") || rest?.endsWith("= ?") ? "" : " <0.000001>"}\n`;
  });
  async function* source(): AsyncIterable<Uint8Array> {
    yield new TextEncoder().encode(text.join(""));
  }
  return behaviourOf(await straceTextReader.read(source()), { ...CONTEXT, ...context });
}

function line({ name, args, result, errno, value }: EventShape): string {
  const outcome = errno !== "" ? errno : value !== "" ? value : Number.isNaN(result) ? "?" : String(result);
  return `${name}(${args.join(", ")}) = ${outcome}`;
}

function lines(made: Behaviour, thread = 0): string[] {
  const { from, to } = made.threads[thread] ?? { from: 0, to: 0 };
  return Array.from(made.events.shape.subarray(from, to), (id) => line(made.shapes[id] as EventShape));
}

/** `call => normalised`, in one run; a call without `=>` is followed by none of its own (it counts with the one before). */
async function checkShapes(fixture: readonly (readonly [string, string?])[], context: Partial<NormaliseContext> = {}) {
  const made = await behaviour(
    fixture.map(([call]) => call),
    context,
  );
  expect(lines(made)).toEqual(fixture.flatMap(([, normal]) => (normal === undefined ? [] : [normal])));
  checkIdempotent(made, context);
}

function checkIdempotent(made: Behaviour, context: Partial<NormaliseContext> = {}): void {
  const rules = rulesForTexts({ ...CONTEXT, ...context });
  for (const shape of made.shapes) expect(applyRules(shape, rules)).toEqual(shape);
}

test.each<[string, readonly (readonly [string, string?])[], Partial<NormaliseContext>?]>([
  [
    "a workspace whose name is printed with escapes",
    [
      [
        String.raw`openat(AT_FDCWD</data/\303\251 \"x\">, "/data/\303\251 \"x\"/a.txt", O_RDONLY) = 3</data/\303\251 \"x\"/a.txt>`,
        `openat(AT_FDCWD<<workspace>>, "<workspace>/a.txt", O_RDONLY) = <workspace>/a.txt`,
      ],
      [
        String.raw`execve("./x", ["./x", "--in=/data/\303\251 \"x\"/a.txt"], 0x1) = 0`,
        `execve("<workspace>/x", ["<workspace>/x", "--in=<workspace>/a.txt"], <environment>) = 0`,
      ],
    ],
    { workspace: '/data/é "x"', cwd: '/data/é "x"' },
  ],
  [
    "a workspace whose name holds what ends a path in a text",
    [
      [
        `execve("/data/my app (2)/x", ["/data/my app (2)/x", "--in=/data/my app (2)/a.txt", "/data/my app (2)b"], 0x1) = 0`,
        `execve("<workspace>/x", ["<workspace>/x", "--in=<workspace>/a.txt", "/data/my app (2)b"], <environment>) = 0`,
      ],
    ],
    { workspace: "/data/my app (2)", cwd: "/data/my app (2)" },
  ],
  [
    "files",
    [
      [
        'open("a.txt", O_RDONLY) = 3</home/ann/app/a.txt>',
        'openat(AT_FDCWD<<workspace>>, "a.txt", O_RDONLY) = <workspace>/a.txt',
      ],
      ['read(3</home/ann/app/a.txt>, ""..., 4096) = 812', "read(fd<<workspace>/a.txt>, <data>, 4096) = 812"],
      [
        'rename("/home/ann/app/a", "/scratch/b") = 0',
        'renameat2(AT_FDCWD<<workspace>>, "<workspace>/a", AT_FDCWD<<workspace>>, "<tmp>/b", 0) = 0',
      ],
      [
        'stat("/home/ann/.profile", {st_mode=S_IFREG|0644, st_size=12, ...}) = 0',
        'newfstatat(AT_FDCWD<<workspace>>, "<home>/.profile", <stat>, 0) = 0',
      ],
      [
        'newfstatat(3</home/ann/app/a.txt>, "", {st_mode=S_IFREG|0644, ...}, AT_EMPTY_PATH) = 0',
        "fstat(fd<<workspace>/a.txt>, <stat>) = 0",
      ],
      [
        'statx(3</home/ann/app/a.txt>, "", AT_STATX_SYNC_AS_STAT|AT_EMPTY_PATH, STATX_ALL, {stx_mask=0x1, ...}) = 0',
        "fstat(fd<<workspace>/a.txt>, <stat>) = 0",
      ],
      ["close(9) = -1 EBADF (Bad file descriptor)", "close(fd<>) = EBADF"],
      [
        'readlink("/proc/self/exe", "/home/ann/app/app", 4096) = 17',
        'readlinkat(AT_FDCWD<<workspace>>, "/proc/<pid>/exe", <out>, 4096) = 0',
      ],
      ['getcwd("/home/ann/app", 4096) = 14', "getcwd(<out>, 4096) = 0"],
      [
        'utimensat(AT_FDCWD</home/ann/app>, "a", [{tv_sec=1, tv_nsec=0}, UTIME_OMIT], 0) = 0',
        'utimensat(AT_FDCWD<<workspace>>, "a", <time>, 0) = 0',
      ],
      ['chdir("sub") = 0', 'chdir("<workspace>/sub") = 0'],
      ['unlink("b") = 0', 'unlinkat(AT_FDCWD<<workspace>/sub>, "b", 0) = 0'],
      [
        'execve("../build/app", ["../build/app", "x"], 0x7ffd0 /* 9 vars */) = -1 ENOENT (No such file)',
        'execve("<workspace>/build/app", ["<workspace>/build/app", "x"], <environment>) = ENOENT',
      ],
      [
        'execve("/home/ann/app/build/app", ["/home/ann/app/build/app", "x"], 0x7ffd0 /* 9 vars */) = -1 ENOENT (No such file)',
        'execve("<workspace>/build/app", ["<workspace>/build/app", "x"], <environment>) = ENOENT',
      ],
    ],
  ],
  [
    "memory, processes and times",
    [
      [
        "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000001000",
        "mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0",
      ],
      ["munmap(0x7f0000001000, 4096) = 0", "munmap(<address>, 4096) = 0"],
      ["brk(NULL) = 0x55d0c0de", "brk(NULL) = 0"],
      ["getpid() = 4711", "getpid() = 0"],
      ["kill(4712, SIGTERM) = 0", "kill(<pid>, SIGTERM) = 0"],
      ["kill(-4712, SIGTERM) = 0", "kill(-<pid>, SIGTERM) = 0"],
      ["wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 4712", "wait4(-1, <status>, 0, NULL) = 0"],
      ["clock_gettime(CLOCK_REALTIME, {tv_sec=1700000000, tv_nsec=5}) = 0", "clock_gettime(CLOCK_REALTIME, <out>) = 0"],
      ['uname({sysname="Linux", nodename="builder-7", ...}) = 0', "uname(<out>) = 0"],
      ["exit_group(3) = ?", "exit_group(3) = ?"],
    ],
  ],
  [
    "standard streams and chunks",
    [
      ['write(1</dev/pts/4>, ""..., 5) = 5', "write(fd<<stdout>>, <data>, <size>) = 0"],
      ["fstat(1</dev/pts/4>, {st_mode=S_IFCHR|0620, ...}) = 0", "fstat(fd<<stdout>>, <stat>) = 0"],
      ['write(1</dev/pts/4>, ""..., 7) = 7'],
      ['read(0<pipe:[88]>, ""..., 4096) = 100', "read(fd<<stdin>>, <data>, <size>) = 0"],
      [
        'read(0<pipe:[88]>, ""..., 4096) = -1 EAGAIN (Resource temporarily unavailable)',
        "read(fd<<stdin>>, <data>, <size>) = EAGAIN",
      ],
      ['read(0<pipe:[88]>, "", 4096) = 0'],
      ['write(10</dev/pts/4>, ""..., 3) = 3', "write(fd<<terminal>>, <data>, <size>) = 0"],
      ['read(5<pipe:[90]>, ""..., 4096) = 1', "read(fd<pipe>, <data>, <size>) = 0"],
      ["dup2(5<pipe:[90]>, 2</dev/null>) = 2<pipe:[90]>", "dup3(fd<pipe>, fd<<stderr>>, 0) = pipe"],
    ],
  ],
  [
    "sockets and ports",
    [
      [
        "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3<socket:[501]>",
        "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = socket",
      ],
      [
        'connect(3<socket:[501]>, {sa_family=AF_INET, sin_port=htons(5432), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
        'connect(fd<tcp>, {sa_family=AF_INET, sin_port=htons(5432), sin_addr=inet_addr("127.0.0.1")}, <out>) = 0',
      ],
      [
        'getsockname(3<socket:[501]>, {sa_family=AF_INET, sin_port=htons(48122), sin_addr=inet_addr("127.0.0.1")}, [16]) = 0',
        'getsockname(fd<tcp 127.0.0.1:5432>, {sa_family=AF_INET, sin_port=htons(<port>), sin_addr=inet_addr("127.0.0.1")}, <out>) = 0',
      ],
      [
        'sendto(3<socket:[501]>, ""..., 12, MSG_NOSIGNAL, NULL, 0) = 12',
        "sendto(fd<tcp 127.0.0.1:5432>, <data>, <size>, MSG_NOSIGNAL, NULL, <out>) = 0",
      ],
      [
        "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 4<socket:[502]>",
        "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = socket",
      ],
      [
        'bind(4<socket:[502]>, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("0.0.0.0")}, 16) = 0',
        'bind(fd<tcp>, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("0.0.0.0")}, <out>) = 0',
      ],
      [
        'getsockname(4<socket:[502]>, {sa_family=AF_INET, sin_port=htons(40001), sin_addr=inet_addr("0.0.0.0")}, [16]) = 0',
        'getsockname(fd<tcp 0.0.0.0:0>, {sa_family=AF_INET, sin_port=htons(<port>), sin_addr=inet_addr("0.0.0.0")}, <out>) = 0',
      ],
      ["accept(4<socket:[502]>, NULL, NULL) = 5<socket:[503]>", "accept4(fd<tcp 0.0.0.0:0>, NULL, NULL, 0) = socket"],
      ['read(5<socket:[503]>, ""..., 10) = 10', "read(fd<tcp 0.0.0.0:0 (accepted)>, <data>, <size>) = 0"],
      ["socket(AF_UNIX, SOCK_STREAM, 0) = 6<socket:[504]>", "socket(AF_UNIX, SOCK_STREAM, 0) = socket"],
      [
        'connect(6<socket:[504]>, {sa_family=AF_UNIX, sun_path="/home/ann/app/s.sock"}, 110) = 0',
        'connect(fd<unix>, {sa_family=AF_UNIX, sun_path="<workspace>/s.sock"}, <out>) = 0',
      ],
      ['write(6<socket:[504]>, ""..., 10) = 10', "write(fd<unix <workspace>/s.sock>, <data>, <size>) = 0"],
    ],
  ],
  [
    "temporary names, hashes, ids and times in names",
    (
      [
        ["/tmp/tmpab12cd34/x.txt", "<tmp>/tmp<random>/x.txt"],
        ["/scratch/ccQx81Zk.s", "<tmp>/cc<random>.s"],
        ["/tmp/tmp.Yq7dG2kZx1", "<tmp>/tmp.<random>"],
        ["/tmp/go-build123456/b001", "<tmp>/go-build<random>/b001"],
        ["/dev/shm/sem.EwmYhx", "/dev/shm/sem.<random>"],
        ["/dev/shm/sem.worker", "/dev/shm/sem.worker"],
        ["/dev/shm/sem.mp-w_ord_on", "/dev/shm/sem.mp-<random>"],
        ["/home/ann/app/.git/objects/0c", "<workspace>/.git/objects/<hash>"],
        ["/tmp/worker01.log", "<tmp>/worker01.log"],
        ["/home/ann/app/.git/objects/tmp_obj_e2kZ8n", "<workspace>/.git/objects/tmp_obj_<random>"],
        ["/home/ann/app/target/app-3f9a1c5be2d40718", "<workspace>/target/app-<hash>"],
        ["/home/ann/app/deadbeef.txt", "<workspace>/deadbeef.txt"],
        ["/home/ann/app/0b5c1c3e-55aa-4a8e-9d9a-0123456789ab", "<workspace>/<uuid>"],
        ["/home/ann/app/__pycache__/m.cpython-311.pyc.139872", "<workspace>/__pycache__/m.cpython-311.pyc.<number>"],
        ["/home/ann/app/.goldentrace/runs/app_x_1/run.json", "<workspace>/.goldentrace/runs/<run>/run.json"],
        ["/home/ann/app/log-2023-11-14.txt", "<workspace>/log-<date>.txt"],
        ["/home/ann/app/data-2024-01-01.csv", "<workspace>/data-2024-01-01.csv"],
        ["/home/ann/app/app.4711.lock", "<workspace>/app.<pid>.lock"],
        ["/home/ann/app/lock.builder-7", "<workspace>/lock.<host>"],
        ["/home/ann/application/x", "<home>/application/x"],
        ["/run/user/1000/bus", "/run/user/<user>/bus"],
        ["/proc/4711/task/4712/comm", "/proc/<pid>/task/<pid>/comm"],
        ["/dev/fd/63", "/dev/fd/<fd>"],
        ["/home/ann/app/a.config", "<workspace>/a.config"],
        ["/home/ann/app/settings.json.tmpXk2p9Q", "<workspace>/settings.json.tmp<random>"],
      ] as const
    ).map(([raw, normal]) => [`chdir("${raw}") = -1 ENOENT (No such file)`, `chdir("${normal}") = ENOENT`] as const),
  ],
  [
    "a temporary file whose name only its creation tells",
    [
      [
        'openat(AT_FDCWD</x>, "/tmp/appabcdef", O_RDWR|O_CREAT|O_EXCL, 0600) = 3</tmp/appabcdef>',
        'openat(AT_FDCWD</x>, "<tmp>/app<random>", O_RDWR|O_CREAT|O_EXCL, 0600) = <tmp>/app<random>',
      ],
      ['unlink("/tmp/appabcdef") = 0', 'unlinkat(AT_FDCWD<<workspace>>, "<tmp>/app<random>", 0) = 0'],
      [
        'openat(AT_FDCWD</x>, "/tmp/sortAb1c2D", O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC, 0600) = 3</tmp/sortAb1c2D>',
        'openat(AT_FDCWD</x>, "<tmp>/sort<random>", O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC, 0600) = <tmp>/sort<random>',
      ],
      [
        'openat(AT_FDCWD</home/ann/app>, "stIxrgzo", O_RDWR|O_CREAT|O_EXCL, 0600) = 3</home/ann/app/stIxrgzo>',
        'openat(AT_FDCWD<<workspace>>, "st<random>", O_RDWR|O_CREAT|O_EXCL, 0600) = <workspace>/st<random>',
      ],
      ['unlink("stIxrgzo") = 0', 'unlinkat(AT_FDCWD<<workspace>>, "st<random>", 0) = 0'],
      [
        'openat(AT_FDCWD</home/ann/app>, "locked", O_RDWR|O_CREAT|O_EXCL, 0600) = 3</home/ann/app/locked>',
        'openat(AT_FDCWD<<workspace>>, "locked", O_RDWR|O_CREAT|O_EXCL, 0600) = <workspace>/locked',
      ],
      [
        'openat(AT_FDCWD</home/ann/app>, "refs_N99XT8", O_RDWR|O_CREAT|O_EXCL, 0666) = 3</home/ann/app/refs_N99XT8>',
        'openat(AT_FDCWD<<workspace>>, "refs_<random>", O_RDWR|O_CREAT|O_EXCL, 0666) = <workspace>/refs_<random>',
      ],
      [
        'openat(AT_FDCWD</home/ann/app>, "part_Second", O_RDWR|O_CREAT|O_EXCL, 0666) = 3</home/ann/app/part_Second>',
        'openat(AT_FDCWD<<workspace>>, "part_Second", O_RDWR|O_CREAT|O_EXCL, 0666) = <workspace>/part_Second',
      ],
      [
        'openat(AT_FDCWD</x>, "/tmp/gvabcdef", O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW, 0600) = 3</tmp/gvabcdef>',
        'openat(AT_FDCWD</x>, "<tmp>/<random>", O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW, 0600) = <tmp>/<random>',
      ],
      [
        'openat(AT_FDCWD</x>, "/dev/shm/sem.EwmYhx", O_RDWR|O_CREAT|O_EXCL, 0600) = 3</dev/shm/sem.EwmYhx>',
        'openat(AT_FDCWD</x>, "/dev/shm/sem.<random>", O_RDWR|O_CREAT|O_EXCL, 0600) = /dev/shm/sem.<random>',
      ],
    ],
  ],
  [
    "a temporary file of Python's or Perl's library, and where it is named later",
    [
      [
        'openat(AT_FDCWD</home/ann/app>, "result-4yz_d3t6", O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600) = 3</home/ann/app/result-4yz_d3t6>',
        'openat(AT_FDCWD<<workspace>>, "result-<random>", O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600) = <workspace>/result-<random>',
      ],
      [
        'openat(AT_FDCWD</home/ann/app>, "result-password", O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600) = 3</home/ann/app/result-password>',
        'openat(AT_FDCWD<<workspace>>, "result-<random>", O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600) = <workspace>/result-<random>',
      ],
      [
        'openat(AT_FDCWD</home/ann/app>, "./report-9iA_GN", O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600) = 3</home/ann/app/report-9iA_GN>',
        'openat(AT_FDCWD<<workspace>>, "./report-<random>", O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600) = <workspace>/report-<random>',
      ],
      [
        'openat(AT_FDCWD</home/ann/app>, "state_ab12cd34.json", O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600) = 3</home/ann/app/state_ab12cd34.json>',
        'openat(AT_FDCWD<<workspace>>, "state_<random>.json", O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600) = <workspace>/state_<random>.json',
      ],
      [
        'openat(AT_FDCWD</home/ann/app>, "notes", O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600) = 3</home/ann/app/notes>',
        'openat(AT_FDCWD<<workspace>>, "notes", O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600) = <workspace>/notes',
      ],
      ['unlink("result-password") = 0', 'unlinkat(AT_FDCWD<<workspace>>, "result-<random>", 0) = 0'],
      [
        'execve("/usr/bin/sort", ["sort", "./report-9iA_GN"], 0x7ffd00000000 /* 9 vars */) = -1 ENOENT (No such file)',
        'execve("<programs>/sort", ["sort", "./report-<random>"], <environment>) = ENOENT',
      ],
    ],
  ],
  [
    "a semaphore's drawn name, which is told by what it is linked to",
    [
      [
        'lstat("/dev/shm/sem.ZTLEHK", 0x7ffd00000000) = -1 ENOENT (No such file)',
        'newfstatat(AT_FDCWD<<workspace>>, "/dev/shm/sem.<random>", <stat>, AT_SYMLINK_NOFOLLOW) = ENOENT',
      ],
      [
        'link("/dev/shm/sem.ZTLEHK", "/dev/shm/sem.worker") = 0',
        'linkat(AT_FDCWD<<workspace>>, "/dev/shm/sem.<random>", AT_FDCWD<<workspace>>, "/dev/shm/sem.worker", 0) = 0',
      ],
    ],
  ],
  [
    "rules of the user, and rules switched off",
    [
      ['open("/data/job-19/x", O_RDONLY) = 3</data/job-19/x>', 'open("/data/job-<n>/x", O_RDONLY) = /data/job-<n>/x'],
      ["munmap(0x7f0000001000, 4096) = 0", "munmap(0x7f0000001000, 4096) = 0"],
    ],
    { rules: [{ id: "jobs", match: "job-\\d+", replace: "job-<n>" }], rulesOff: ["canonical-names", "addresses"] },
  ],
])("%s", (_title, fixture, context) => checkShapes(fixture, context));

test.each([
  ["a read of a file", "read", "/data/x", ["fd</data/x>", "<data>", "1"], true],
  ["a byte in a pipe", "read", "pipe", ["fd<pipe>", "<data>", "1"], false],
  ["more in a pipe", "write", "pipe", ["fd<pipe>", "<data>", "<size>"], true],
  [
    "the question of the C library's name service",
    "newfstatat",
    "/",
    ["AT_FDCWD<<workspace>>", '"/"', "<stat>", "0"],
    false,
  ],
  ["a question about a file", "newfstatat", "/data", ["AT_FDCWD<<workspace>>", '"/data"', "<stat>", "0"], true],
] as const)("%s counts or not", (_what, name, object, args, counts) => {
  expect(classifyCall(name, object, args).observable).toBe(counts);
});

test.each([
  ["nscd", "/var/run/nscd/socket"],
  ["systemd", "/run/systemd/userdb/io.systemd.DynamicUser"],
  ["nslcd", "/var/run/nslcd/socket"],
  ["sssd", "/var/lib/sss/pipes/nss"],
])("asking %s for a name is none of the program's own calls; another socket is", async (_daemon, path) => {
  const talk = (inode: number, to: string): string[] => [
    `socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0) = 3<UNIX-STREAM:[${inode}]>`,
    `connect(3<UNIX-STREAM:[${inode}]>, {sa_family=AF_UNIX, sun_path="${to}"}, 110) = 0`,
    `sendto(3<UNIX-STREAM:[${inode}]>, "\\2\\0"..., 18, MSG_NOSIGNAL, NULL, 0) = 18`,
    `recvmsg(3<UNIX-STREAM:[${inode}]>, {msg_name=NULL}, 0) = 8`,
    `close(3<UNIX-STREAM:[${inode}]>) = 0`,
  ];
  const made = await behaviour([...talk(11, path), ...talk(12, "/run/app.sock")]);
  checkIdempotent(made);
  const counting = made.shapes.filter(({ observable }) => observable).map(({ name, object }) => `${name} ${object}`);
  expect(counting).toEqual([
    "socket ",
    "connect unix /run/app.sock",
    "sendto unix /run/app.sock",
    "recvmsg unix /run/app.sock",
  ]);
  const all = await behaviour(talk(11, path), { rulesOff: ["environment-files"] });
  expect(all.shapes.filter(({ observable }) => observable)).toHaveLength(4);
});

test.each([
  ["/home/ann/app/.git/objects/3f", "<workspace>/.git/objects/<hash>"],
  ["/home/ann/app/.git/objects/12/345678901234567890123456789012345678ab", "<workspace>/.git/objects/<hash>"],
  ["/home/ann/app/.git/objects/12/34567890123456789012345678901234567812", "<workspace>/.git/objects/<hash>"],
  ["/home/ann/app/.git/objects/3f/tmp_obj_Ab3xYz", "<workspace>/.git/objects/<hash>/tmp_obj_<random>"],
  ["/home/ann/app/.git/modules/sub/objects/3f", "<workspace>/.git/modules/sub/objects/<hash>"],
  ["/srv/app.git/objects/3f/tmp_obj_Ab3xYz", "/srv/app.git/objects/<hash>/tmp_obj_<random>"],
  [
    "/home/ann/app/.git/objects/pack/pack-0123456789abcdef0123456789abcdef01234567.idx",
    "<workspace>/.git/objects/pack/pack-<hash>.idx",
  ],
  [
    "/srv/app.git/objects/tmp_objdir-incoming-abCdeF/3f/0c8cf6d0c4c1a2e45b1e8dd35d2a6a0d4b8d21",
    "/srv/app.git/objects/tmp_objdir-incoming-<random>/<hash>",
  ],
  [
    "/srv/app.git/objects/tmp_objdir-incoming-abCdeF/pack/keep",
    "/srv/app.git/objects/tmp_objdir-incoming-<random>/pack/keep",
  ],
  ["/home/ann/app/src/objects/3f", "<workspace>/src/objects/3f"],
])("git's objects: %s", async (path, normal) => {
  await checkShapes([[`unlink("${path}") = 0`, `unlinkat(AT_FDCWD<<workspace>>, "${normal}", 0) = 0`]]);
});

test("every rule is listed once, with an example", () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  for (const { example } of RULES) expect(example.before).not.toBe(example.after);
});

test("normalising what is normalised changes nothing, whatever the text", async () => {
  const part = fc.oneof(
    fc.constantFrom(
      "/home/ann/app",
      "/home/ann",
      "/tmp",
      "/proc/self",
      "/var/tmp",
      "tmpab12cd34",
      "4711",
      "socket:[12]",
      "<tmp>",
      "ccQx81Zk.s",
      "0x7f0012345678",
      "2023-11-14",
      "builder-7",
      "3f9a1c5be2d40718",
      "..",
      "ann",
      "3</home/ann/app/x>",
      '"',
      "<",
      ">",
      ",",
      "{",
      "}",
    ),
    fc.string({ maxLength: 8 }).map((text) => text.replace(/[^\x20-\x7e]/g, "?")),
  );
  const text = fc.array(part, { maxLength: 6 }).map((parts) => parts.join("/"));
  const name = fc.constantFrom(
    "openat",
    "open",
    "read",
    "connect",
    "execve",
    "unknown_call",
    "rename",
    "ioctl",
    "sendto",
    "clone",
  );
  await fc.assert(
    fc.asyncProperty(name, fc.array(text, { maxLength: 5 }), async (call, args) => {
      checkIdempotent(await behaviour([`${call}(${args.join(", ")}) = 0`]));
    }),
    { numRuns: 300 },
  );
});

test("a program that a version manager looks for is the same as one in a folder of programs", async () => {
  const env = "0x7ffd0 /* 9 vars */";
  const direct = await behaviour([
    `execve("/usr/bin/python3", ["python3", "-c", "pass"], ${env}) = 0`,
    'mkdirat(AT_FDCWD</home/ann/app>, "out", 0777) = 0',
  ]);
  const managed = await behaviour([
    `execve("/home/ann/.pyenv/shims/python3", ["python3", "-c", "pass"], ${env}) = 0`,
    `execve("/usr/bin/bash", ["bash", "/home/ann/.pyenv/shims/python3", "-c", "pass"], ${env}) = 0`,
    "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 4712",
    `4712| execve("/home/ann/.pyenv/libexec/pyenv-which", ["pyenv-which", "python3"], ${env}) = 0`,
    '4712| openat(AT_FDCWD</home/ann/app>, "x.txt", O_RDONLY) = 3</home/ann/app/x.txt>',
    "4712| exit_group(0) = ?",
    "4712| +++ exited with 0 +++",
    `execve("/home/ann/.pyenv/versions/3.11.7/bin/python3", ["/home/ann/.pyenv/versions/3.11.7/bin/python3", "-c", "pass"], ${env}) = 0`,
    'mkdirat(AT_FDCWD</home/ann/app>, "out", 0777) = 0',
  ]);
  const own = (made: Behaviour): string[] =>
    lines(made).filter((_, index) => made.events.startup[(made.threads[0]?.from ?? 0) + index] === 0);
  expect(own(managed)).toEqual(own(direct));
  expect(own(direct)[0]).toBe('execve("<programs>/python3", ["python3", "-c", "pass"], <environment>) = 0');
  const { from, to } = managed.threads[1] ?? { from: 0, to: 0 };
  expect(to).toBeGreaterThan(from);
  expect([...managed.events.startup.subarray(from, to)]).not.toContain(0);
});
