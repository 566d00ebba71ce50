import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import * as oniguruma from "vscode-oniguruma";
import { type IGrammar, INITIAL, parseRawGrammar, Registry } from "vscode-textmate";

const root = path.join(import.meta.dirname, "..");
const require = createRequire(import.meta.url);

interface Token {
  readonly text: string;
  readonly scopes: readonly string[];
}

async function load(file: string): Promise<IGrammar> {
  const grammarPath = path.join(root, "syntaxes", file);
  const raw = parseRawGrammar(readFileSync(grammarPath, "utf8"), grammarPath);
  const registry = new Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async (scope) => (scope === raw.scopeName ? raw : null),
  });
  const grammar = await registry.loadGrammar(raw.scopeName);
  if (grammar === null) throw new Error(`${file} has no grammar`);
  return grammar;
}

/** Tokens of every line of a fixture, state carried from line to line as an editor does. */
function tokenize(grammar: IGrammar, fixture: string): { readonly line: string; readonly tokens: readonly Token[] }[] {
  const lines = readFileSync(path.join(root, "test/fixtures/grammars", fixture), "utf8")
    .trimEnd()
    .split("\n");
  let state = INITIAL;
  return lines.map((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return {
      line,
      tokens: tokens.map(({ startIndex, endIndex, scopes }) => ({ text: line.slice(startIndex, endIndex), scopes })),
    };
  });
}

type Lines = ReturnType<typeof tokenize>;

/** Each expectation: the beginning of a line, a token's text in it, and the end of a scope that the token must have. */
function checkScopes(
  lines: Lines,
  expectations: readonly (readonly [start: string, text: string, scope: string])[],
): void {
  for (const [start, text, scope] of expectations) {
    const found = lines.find(({ line }) => line.startsWith(start));
    if (found === undefined) throw new Error(`No line starts with ${start}`);
    const scopes = found.tokens.filter((token) => token.text === text).flatMap((token) => token.scopes);
    const shown = found.tokens.map((token) => `${token.text}  ${token.scopes.slice(1).join(" ")}`).join("\n");
    expect(
      scopes.some((name) => name.startsWith(`${scope}.`) || name === scope),
      `${scope} on ${text}:\n${shown}`,
    ).toBe(true);
  }
}

test("package.json contributes each grammar for its language", () => {
  const { contributes } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const contributed = contributes.grammars.map((grammar: { path: string; scopeName: string; language: string }) => {
    const raw = JSON.parse(readFileSync(path.join(root, grammar.path), "utf8"));
    expect(raw.scopeName).toBe(grammar.scopeName);
    return grammar.language;
  });
  expect(contributed).toEqual(contributes.languages.map(({ id }: { id: string }) => id));
});

beforeAll(async () => {
  const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM({ data: wasm });
});

describe("strace", () => {
  let lines: Lines;
  beforeAll(async () => {
    lines = tokenize(await load("strace.tmLanguage.json"), "calls.strace");
  });

  test("every line is a call, a signal, an exit or a stack frame, and says so", () => {
    for (const { line, tokens } of lines) {
      const scopes = tokens.flatMap((token) => token.scopes).join(" ");
      expect(scopes, line).toMatch(/entity\.name\.function|meta\.signal|meta\.exit|comment\.line\.tracer/);
    }
  });

  test("nothing spills into the next line", () => {
    for (const { line, tokens } of lines) expect(tokens[0]?.scopes, line).not.toContain("string.quoted.double.strace");
  });

  test("process ids, times, names and results", () => {
    checkScopes(lines, [
      ["[pid ", "pid", "keyword.other.pid"],
      ["openat(AT_FDCWD</tmp>", "openat", "entity.name.function.syscall"],
      ["openat(AT_FDCWD</tmp>", "AT_FDCWD", "constant.other.flag"],
      ["openat(AT_FDCWD</tmp>", "O_CREAT", "constant.other.flag"],
      ["openat(AT_FDCWD</tmp>", "0666", "constant.numeric.octal"],
      ["openat(AT_FDCWD</tmp>", "0.000068", "constant.numeric.duration"],
      ["getpid()", "=", "keyword.operator.result"],
      ["getpid()", "15040", "constant.numeric.decimal"],
      ["fcntl(", "0x8002", "constant.numeric.hex"],
      ["fcntl(", "O_LARGEFILE", "constant.other.flag"],
      ["clock_nanosleep", "ERESTART_RESTARTBLOCK", "keyword.control.restart"],
      ["clock_nanosleep", "tv_sec", "variable.other.member"],
      ["exit_group(0)", "?", "constant.language.unknown"],
    ]);
  });

  test("strings, escapes and what descriptors point to", () => {
    checkScopes(lines, [
      ["recvfrom(", "\\377", "constant.character.escape"],
      ["recvfrom(", '\\"', "constant.character.escape"],
      ["recvfrom(", "127.0.0.1:42860]", "string.unquoted.descriptor"],
      ["recvfrom(", "10", "constant.numeric.decimal"],
      ["openat(AT_FDCWD</tmp>", "\\74", "constant.character.escape"],
      ["openat(AT_FDCWD</tmp>", "/tmp/we<i>r", "string.quoted.double"],
      ["write(1</dev/pts/0", "<char 136:0>", "string.unquoted.descriptor"],
      ["write(1</dev/pts/0", "...", "punctuation.definition.elided"],
      ["write(1</dev/pts/0", "1", "constant.numeric.descriptor"],
      ["bind(", "htons", "support.function"],
      ["bind(", "AF_INET", "constant.other.flag"],
    ]);
  });

  test("errors, unfinished and resumed calls, signals and exits", () => {
    const startOf = (part: string) => {
      const found = lines.find(({ line }) => line.includes(part));
      if (found === undefined) throw new Error(`No line has ${part}`);
      return found.line;
    };
    checkScopes(lines, [
      [startOf("-1 ENOENT"), "ENOENT", "invalid.illegal.errno"],
      [startOf("-1 ENOENT"), "(No such file or directory)", "comment.block.errno"],
      [startOf("<unfinished ...>"), "unfinished", "keyword.control.unfinished"],
      [startOf("resumed>"), "resumed", "keyword.control.resumed"],
      [startOf("resumed>"), "rseq", "entity.name.function.syscall"],
      [startOf("/* 35 vars */"), "/* 35 vars */", "comment.block"],
      [startOf("exited with"), "exited with", "keyword.control.exit"],
      ["--- SIGSEGV", "SIGSEGV", "constant.other.signal"],
      ["--- SIGSEGV", "si_code", "variable.other.member"],
      ["--- stopped by", "SIGSTOP", "constant.other.signal"],
      ["+++ killed by", "(core dumped)", "invalid.illegal.core-dumped"],
      ["+++ superseded", "15040", "constant.numeric.pid"],
      ["kill(0", "SIGINT", "constant.other.signal"],
    ]);
  });

  test("stack frames below a call", () => {
    checkScopes(lines, [
      [" > /tmp/demo/build/files(read_file", "/tmp/demo/build/files", "string.unquoted.module"],
      [" > /tmp/demo/build/files(read_file", "read_file", "entity.name.function.symbol"],
    ]);
  });
});

describe("TRACE logs", () => {
  let lines: Lines;
  beforeAll(async () => {
    lines = tokenize(await load("goldentrace-log.tmLanguage.json"), "trace.log");
  });

  test("levels, each with its own scope", () => {
    checkScopes(lines, [
      ["2026-02-05 10:30:15,123", "TRACE", "comment.line.level.trace"],
      ["2026-02-05 10:30:15,124", "DEBUG", "markup.inserted.level.debug"],
      ["2026-02-05 10:30:15,125", "INFO", "markup.changed.level.info"],
      ["2026-02-05 10:30:15,126", "WARNING", "markup.deleted.level.warning"],
      ["2026-02-05 10:30:15,127", "ERROR", "invalid.illegal.level.error"],
      ["12:34:56.789", "FATAL", "invalid.illegal.level.critical"],
      ['{"level":10', "10", "comment.line.level.trace"],
      ['{"level":"error"', '"error"', "invalid.illegal.level.error"],
      ["time=2026", "DEBUG-4", "comment.line.level.trace"],
      ["level=warn", "warn", "markup.deleted.level.warning"],
      ["I1122", "I", "markup.changed.level.info"],
      ["[rank0]", "W", "markup.deleted.level.warning"],
      ["error: could", "error", "invalid.illegal.level.error"],
    ]);
  });

  test("ordinary words are no levels", () => {
    const ordinary = lines.find(({ line }) => line.startsWith("information"));
    expect(ordinary?.tokens.flatMap(({ scopes }) => scopes).join(" ")).not.toMatch(/level/);
  });

  test("times, loggers, positions, keys", () => {
    checkScopes(lines, [
      ["2026-02-05 10:30:15,123", "2026-02-05 10:30:15,123", "constant.numeric.timestamp"],
      ["2026-02-05 10:30:15,123", "src.agents", "entity.name.namespace.logger"],
      ["2026-02-05 10:30:15,123", "→ Entering ", "keyword.control.operation.begin"],
      ["2026-02-05 10:30:15,125", "loss", "variable.other.key"],
      ["2026-02-05 10:30:15,125", "0.471793", "constant.numeric"],
      ["2026-02-05 10:30:15,126", "src/worker.c", "markup.underline.link.path"],
      ["2026-02-05 10:30:15,126", "46", "constant.numeric.line"],
      ["2026-11-22T02:53", "my_crate::db", "entity.name.namespace.target"],
      ['{"level":10', '"pino trace"', "string.quoted.double.message"],
      ["<7>", "7", "constant.numeric.priority"],
    ]);
  });

  test("tracebacks, panics and stacks", () => {
    checkScopes(lines, [
      ["Traceback", "Traceback (most recent call last):", "keyword.control.traceback"],
      ['  File "/home/me/train.py"', '"/home/me/train.py"', "string.quoted.double.path"],
      ['  File "/home/me/train.py"', "main", "entity.name.function"],
      ["trainer.loop.TrainingDiverged", "trainer.loop.TrainingDiverged", "invalid.illegal.exception"],
      ["thread 'main'", "src/main.rs", "markup.underline.link.path"],
      ["thread 'main'", "16", "constant.numeric.line"],
      ["\tat com.acme", "App.java", "markup.underline.link.path"],
      ["    at run", "/src/n.js", "markup.underline.link.path"],
      ["    at run", "run", "entity.name.function"],
      ["Caused by", "java.io.IOException", "invalid.illegal.exception"],
      ["panic:", "panic:", "invalid.illegal.panic"],
      ["goroutine", "19", "constant.numeric"],
      ["\t/tmp/fx", "/tmp/fx/go.go", "markup.underline.link.path"],
      ["✗ Exception", "✗ Exception in ", "invalid.illegal.operation"],
    ]);
  });
});
