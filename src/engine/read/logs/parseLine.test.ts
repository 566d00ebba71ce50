import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LEVEL_ANY, levelOfPino, levelOfWord } from "./levelWords.ts";
import { parseLine } from "./parseLine.ts";

/** `level logger thread file:line message`, `-` for what is missing; undefined when no format knows the line. */
function show(text: string): string | undefined {
  const parsed = parseLine(text);
  if (parsed === undefined) return undefined;
  const site = parsed.site === undefined ? "-" : `${parsed.site.file}:${parsed.site.line}`;
  return `${parsed.level} ${parsed.logger || "-"} ${parsed.threadName || "-"} ${site} ${parsed.message}`;
}

const KNOWN: Readonly<Record<string, readonly (readonly [line: string, shown: string])[]>> = {
  "Python logging": [
    ["2026-02-05 10:30:15,123 | TRACE    | src.agents | → Entering f", "5 src.agents - - → Entering f"],
    ["2026-02-05 10:30:15 | INFO | a.b | src/x.c:12: at", "20 a.b - src/x.c:12 at"],
    ["2026-02-05 10:30:15 | INFO | a.b | example.org:80: refused", "20 a.b - - example.org:80: refused"],
    ["2026-02-05 10:30:15 | INFO     | src.agents | a | b", "20 src.agents - - a | b"],
    ["2026-02-05 10:30:15,123 | src.agents | WARNING | low", "30 src.agents - - low"],
    ["2026-02-05 10:30:15 | src.agents | WARNING  | low", "30 src.agents - - low"],
    ["2026-02-05 10:30:15,123 | ERROR | no logger", "40 - - - no logger"],
    ["2026-02-05 10:30:15,123 - my.mod - INFO - hello - there", "20 my.mod - - hello - there"],
    ["2026-02-05 10:30:15 - my.mod - INFO - hello", "20 my.mod - - hello"],
    ["2026-02-05 10:30:15,123 - INFO - my.mod - hello", "20 my.mod - - hello"],
    ["2026-02-05 10:30:15,123 - my.mod - DEBUG - [train.py:12] hello", "10 my.mod - train.py:12 hello"],
    ["2026-02-05 10:30:15,123 INFO my.mod: hello", "20 my.mod - - hello"],
    ["2026-02-05 10:30:15,123 my.mod INFO hello", "20 my.mod - - hello"],
    ["2026-02-05 10:30:15,123 INFO worker.py:123 -- hello", "20 - - worker.py:123 hello"],
    ["2026-02-05 10:30:15,123 [INFO] my.mod: hello", "20 my.mod - - hello"],
    ["2026-02-05 10:30:15,123 [MainThread] [CRITICAL] hello", "50 - MainThread - hello"],
    ["2026-02-05 10:30:15,123 ERROR Failed: reason", "40 - - - Failed: reason"],
    ["10:30:15 - Level 5 - hello", "5 - - - hello"],
    ["ERROR:root:bad: thing", "40 root - - bad: thing"],
    ["TRACE:__main__:step", "5 __main__ - - step"],
    ["Level 5:root:unnamed", "5 root - - unnamed"],
    ['INFO:     127.0.0.1:52 - "GET / HTTP/1.1" 200 OK', '20 - - - 127.0.0.1:52 - "GET / HTTP/1.1" 200 OK'],
    ["INFO 11-22 02:04:37 [core.py:58] Initializing", "20 - - core.py:58 Initializing"],
    ["2026-02-05 10:30:15.123 | INFO     | __main__:<module>:12 - loguru", "20 __main__:<module> - - loguru"],
    ["[2026-11-22 02:04:37,123][__main__][INFO] - hydra", "20 __main__ - - hydra"],
    ["[2026-11-22 02:04:37,123: WARNING/MainProcess] celery", "30 - MainProcess - celery"],
    ["[2026-11-22 02:04:37,123] [INFO] [logging.py:96:log_dist] [Rank 0] deep", "20 - - logging.py:96 [Rank 0] deep"],
    ["[INFO|trainer.py:123] 2026-11-22 02:04:37,123 >> transformers", "20 - - trainer.py:123 transformers"],
    ["[2026-11-22 02:04:37,123] my.mod - INFO - hello", "20 my.mod - - hello"],
    ["train.py:12: DeprecationWarning: old", "30 - - train.py:12 DeprecationWarning: old"],
  ],
  "Rust tracing": [
    [
      '2026-11-22T02:04:37.123456Z TRACE request{id=1 s="a } b"}:db{}: my_crate::db: src/db.rs:12: query n=1',
      '5 my_crate::db - src/db.rs:12 request{id=1 s="a } b"}:db{}: query n=1',
    ],
    ["2026-11-22T02:04:37.123456Z  INFO my_crate: hello", "20 my_crate - - hello"],
    ["2026-11-22T02:04:37.123456Z  WARN main ThreadId(01) my_crate::a: hello", "30 my_crate::a main - hello"],
    ["2026-11-22T02:04:37.123456Z  INFO ThreadId(02) my_crate: hello", "20 my_crate ThreadId(02) - hello"],
    ["2026-11-22T02:04:37.123456Z DEBUG outer:inner: my_crate::x: hi", "10 my_crate::x - - outer:inner: hi"],
    ["2026-11-22T02:04:37.123456Z DEBUG outer: my_crate::x: hi", "10 my_crate::x - - outer: hi"],
    ["2026-11-22T02:04:37.123456Z DEBUG my_crate: note: hi", "10 my_crate - - note: hi"],
    [" INFO my_crate: untimed", "20 my_crate - - untimed"],
    ["TRACE my_crate: untimed", "5 my_crate - - untimed"],
  ],
  env_logger: [
    ["[2026-11-22T02:04:37Z TRACE my_crate::db] query", "5 my_crate::db - - query"],
    ["[2026-11-22T02:04:37.123Z INFO  my_crate] started", "20 my_crate - - started"],
    ["[2026-11-22T02:04:37Z ERROR my_crate src/main.rs:3] at", "40 my_crate - src/main.rs:3 at"],
    [" INFO  my_crate > pretty", "20 my_crate - - pretty"],
  ],
  "JSON lines": [
    ['{"level":10,"time":1,"pid":1,"hostname":"h","msg":"pino trace"}', "5 - - - pino trace"],
    ['{"level":20,"time":1,"msg":"pino debug"}', "10 - - - pino debug"],
    ['{"level":30,"time":1,"msg":"pino info"}', "20 - - - pino info"],
    ['{"name":"app","level":60,"msg":"bunyan fatal","v":0}', "50 app - - bunyan fatal"],
    ['{"level":"warn","ts":1.5,"caller":"a/main.go:12","logger":"z","msg":"zap"}', "30 z - a/main.go:12 zap"],
    ['{"event":"structlog","level":"debug","logger":"m"}', "10 m - - structlog"],
    ['{"levelno":5,"levelname":"TRACE","name":"m","message":"x","pathname":"/a.py","lineno":3}', "5 m - /a.py:3 x"],
    [
      '{"timestamp":"t","level":"TRACE","fields":{"message":"m"},"target":"c::d","filename":"src/m.rs","line_number":7}',
      "5 c::d - src/m.rs:7 m",
    ],
    [
      '{"time":"t","level":"INFO","source":{"function":"f","file":"/m.go","line":9},"msg":"slog"}',
      "20 - - /m.go:9 slog",
    ],
    ['{"@timestamp":"t","log.level":"ERROR","message":"ecs","log.logger":"l"}', "40 l - - ecs"],
    ['{"thread":"main","level":"INFO","loggerName":"c.A","message":"log4j2"}', "20 c.A main - log4j2"],
    ['{"version":"1.1","short_message":"gelf","level":3}', "40 - - - gelf"],
    ['{"t":{"$date":"d"},"s":"W","c":"NETWORK","ctx":"conn1","msg":"mongo"}', "30 - - - mongo"],
    [
      '{"text":"t","record":{"level":{"name":"SUCCESS","no":25},"message":"m","line":3,"file":{"path":"/l.py"}}}',
      "20 - - /l.py:3 m",
    ],
    ['{"level":"info","msg":"cut', "20 - - - cut"],
  ],
  logfmt: [
    ['time=2026-11-22T02:04:37Z level=DEBUG-4 source=/x/main.go:12 msg="a \\"b\\"" k=v', '5 - - /x/main.go:12 a "b"'],
    ['level=info msg=hello component="x y"', "20 x y - - hello"],
    ["ts=1 caller=main.go:7 level=warn word msg=hello", "30 - - main.go:7 hello"],
    ["time=t level=INFO+2 msg=x", "20 - - - x"],
  ],
  "log4j and logback": [
    ["12:34:56.789 [main] DEBUG com.acme.Foo - starting", "10 com.acme.Foo main - starting"],
    ["2026-11-22 12:34:56,789 TRACE [pool-1] com.acme.Foo - x", "5 com.acme.Foo pool-1 - x"],
    ["2026-11-22 12:34:56 ERROR com.acme.Foo:12 - x", "40 com.acme.Foo - - x"],
    [
      "2026-11-22 02:04:37.123  INFO 1234 --- [           main] c.e.App                : Started",
      "20 c.e.App main - Started",
    ],
    ["2026-11-22T02:04:37.123+01:00 DEBUG 1 --- [app] [main] c.e.App : Started", "10 c.e.App main - Started"],
    ["[main] INFO com.acme.Foo - x", "20 com.acme.Foo main - x"],
  ],
  "glog, klog and PyTorch": [
    ["I1122 02:04:37.123456 1234 file.cc:12] message", "20 - 1234 file.cc:12 message"],
    ["I1122 02:04:37.123456    1 file.go:12] message", "20 - 1 file.go:12 message"],
    ["F20261122 02:04:37.123456 1234 file.cc:12] dead", "50 - 1234 file.cc:12 dead"],
    ["V1122 02:04:37.123000 12 torch/_dynamo/x.py:12] [0/0] compile", "10 - 12 torch/_dynamo/x.py:12 [0/0] compile"],
    ["[W1122 02:04:37.123456789 file.cpp:12] warn (function op)", "30 - - file.cpp:12 warn (function op)"],
    ["[rank0]:[W1122 02:04:37.123456789 NCCL.cpp:1250] x", "30 - rank0 NCCL.cpp:1250 x"],
    ["[rank1]: ERROR:root:x", "40 root rank1 - x"],
    ["[W socket.cpp:426] [c10d] old", "30 - - socket.cpp:426 [c10d] old"],
    ["[2026-11-22 02:04:37,123] torch._dynamo.guards: [DEBUG] GUARDS", "10 torch._dynamo.guards - - GUARDS"],
  ],
  Go: [
    ["2026/11/22 02:04:37 main.go:12: says", "0 - - main.go:12 says"],
    ["2026/11/22 02:04:37.123456 /src/main.go:12: says", "0 - - /src/main.go:12 says"],
    ["2026/11/22 02:04:37 says", "0 - - - says"],
    ["2026/11/22 02:04:37 INFO default k=v", "20 - - - default k=v"],
    ['2026-11-22T02:04:37.123Z\tINFO\tmy.log\tcmd/main.go:9\tzap\t{"k":1}', '20 my.log - cmd/main.go:9 zap\t{"k":1}'],
    ["INFO[0012] logrus   k=v", "20 - - - logrus   k=v"],
  ],
  syslog: [
    ["<7>debugging", "10 - - - debugging"],
    ["<13>Nov 22 02:04:37 host prog[12]: hi", "20 prog - - hi"],
    ["<11>1 2026-11-22T02:04:37Z host prog 12 - - hi", "40 prog - - hi"],
    ["<2>kernel: oops", "50 kernel - - oops"],
  ],
  "tools and compilers": [
    ["ERROR: foo", "40 - - - foo"],
    ["error: could not compile `x`", "40 - - - could not compile `x`"],
    ["error[E0382]: borrow of moved value", "40 - - - borrow of moved value"],
    ["warning: unused variable", "30 - - - unused variable"],
    ["fatal: not a git repository", "50 - - - not a git repository"],
    ["[INFO] BUILD SUCCESS", "20 - - - BUILD SUCCESS"],
    ["a/b.c:3:5: error: expected ';'", "40 - - a/b.c:3 expected ';'"],
    ["prog: file.c:12: main: Assertion `x == 1' failed.", "50 - - file.c:12 Assertion `x == 1' failed."],
  ],
  "operations printed without a logger": [
    ["→ Entering train", "5 - - - → Entering train"],
    ["← Exiting train (elapsed: 0.1234s)", "5 - - - ← Exiting train (elapsed: 0.1234s)"],
    ["✗ Exception in train (elapsed: 0.1s): boom", "40 - - - ✗ Exception in train (elapsed: 0.1s): boom"],
    ["⏱ Starting load", "5 - - - ⏱ Starting load"],
    ["✓ load completed in 0.1234s", "5 - - - ✓ load completed in 0.1234s"],
    ["✗ load failed after 0.1s: boom", "40 - - - ✗ load failed after 0.1s: boom"],
    ["✓ load: 2.1s | Memory: 1024.50MB | CPU: 45.3%", "5 - - - ✓ load: 2.1s | Memory: 1024.50MB | CPU: 45.3%"],
  ],
};

for (const [format, lines] of Object.entries(KNOWN)) {
  test(`reads ${format}`, () => {
    for (const [line, shown] of lines) expect(show(line), line).toBe(shown);
  });
}

test.each([
  "",
  " ",
  "hello world",
  "information wants to be free",
  "information: it is here",
  "Information wants to be free",
  "errors were found: 3",
  "Errors: 3",
  "INFORMATION",
  "INFO",
  "DEBUG = True",
  "DEBUG=1",
  "ERROR RATE  COUNT",
  "Config: none",
  "Fine: it works",
  "Notice the difference",
  "Traces are stored here",
  "    INFO: deeply indented output",
  "10:30 we met",
  "12:34:56 is the time",
  "2026-11-22 was a Sunday",
  "2026-11-22 10:00:00 error happened here",
  "[1, 2, 3]",
  "[section]",
  "[==>      ] 12%",
  '{"level":"unknown word","msg":"x"}',
  '{"name":"x","message":"data, not a log"}',
  '{"level":{"x":1}}',
  "{not json",
  "{}",
  "<html>",
  "<1234>x",
  "time=now",
  "level=info",
  "last=1 word=2",
  "✓ done",
  "→ next",
  "https://example.org:80/x",
  "http://x: warning",
  "I am here",
  "W1 x",
  "50%|#####     | 1/2 [00:01<00:01,  1.00s/it]",
])("takes %j for an ordinary line", (line) => {
  expect(show(line)).toBeUndefined();
});

test("levels in any case, and the numbers of pino, which are not Python's", () => {
  expect(["trace", "Warn", "NOTICE", "fatal", "verbose", "Level 15", "nonsense", ""].map(levelOfWord)).toEqual([
    5, 30, 20, 50, 5, 15, 0, 0,
  ]);
  expect([10, 20, 30, 40, 50, 60, 35, 0, Number.NaN].map(levelOfPino)).toEqual([5, 10, 20, 30, 40, 50, 20, 0, 0]);
});

test("a level word is matched whole", () => {
  const whole = new RegExp(`^(${LEVEL_ANY})$`);
  for (const word of ["TRACE", "warning", "Err", "INFO+2", "Level 7"]) expect(whole.test(word), word).toBe(true);
});

test("reads anything without failing, and levels stay numeric levels", () => {
  const pieces = fc.constantFrom(
    "2026-02-05 10:30:15,123",
    "10:00:00",
    " | ",
    " - ",
    "INFO",
    "[",
    "]",
    "{",
    "}:",
    "a{",
    "a:",
    '"',
    "level=",
    '"level":',
    "x.py:12",
    ": ",
    " ",
    "<7>",
    "I1122 02:04:37.1 ",
    "\\",
    "\t",
    "::",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: "binary" })), { maxLength: 30 }), (parts) => {
      const parsed = parseLine(parts.join(""));
      if (parsed === undefined) return;
      expect(Number.isInteger(parsed.level) && parsed.level >= 0 && parsed.level <= 255).toBe(true);
      expect(parsed.site === undefined || (parsed.site.line > 0 && parsed.site.file !== "")).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
