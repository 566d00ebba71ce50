import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { PYTHON_STARTUP, TRACE_VARIABLES, traceEnvironment } from "./traceEnv.ts";

const defaults = { traceLogs: true, traceEnv: {} };

test("sets the table in an empty environment", () => {
  const set = traceEnvironment({ ...defaults, pythonStartup: "/agent" }, {});
  expect(Object.keys(set)).toEqual(TRACE_VARIABLES.map(({ name }) => name));
  expect(set).toMatchObject({
    LOG_LEVEL: "TRACE",
    RUST_LOG: "trace",
    PYTHONUNBUFFERED: "1",
    PYTHONPATH: "/agent",
  });
});

test("sets nothing when it is off, not even the user's changes to the table", () => {
  expect(traceEnvironment({ traceLogs: false, traceEnv: { A: "1" } }, {})).toEqual({});
});

test("overrides nothing that the user set, even empty", () => {
  for (const { name, sets } of TRACE_VARIABLES) {
    if (sets === "if-unset") expect(traceEnvironment(defaults, { [name]: "" })).not.toHaveProperty(name);
  }
  expect(traceEnvironment(defaults, { GLOG_logtostderr: "1" })).not.toHaveProperty("GLOG_alsologtostderr");
});

test("puts its folder before the user's PYTHONPATH, and never makes an empty entry", () => {
  const pythonPath = (value: string | undefined, pythonStartup?: string) =>
    traceEnvironment({ ...defaults, pythonStartup }, { PYTHONPATH: value }).PYTHONPATH;
  expect(pythonPath("/mine:/other", "/agent")).toBe("/agent:/mine:/other");
  expect(pythonPath("", "/agent")).toBe("/agent");
  expect(pythonPath(undefined, "/agent")).toBe("/agent");
  expect(pythonPath("/mine", "/a:b")).toBeUndefined();
  expect(pythonPath("/mine")).toBeUndefined();
});

test("the user's changes win: a string sets, null leaves alone", () => {
  const traceEnv = { RUST_LOG: "info", LOG_LEVEL: null, EXTRA: "1", PYTHONPATH: null };
  const set = traceEnvironment({ traceLogs: true, traceEnv, pythonStartup: "/agent" }, { RUST_LOG: "warn" });
  expect(set).toMatchObject({ RUST_LOG: "info", EXTRA: "1" });
  expect(set).not.toHaveProperty("LOG_LEVEL");
  expect(set).not.toHaveProperty("PYTHONPATH");
  expect(traceEnvironment({ traceLogs: true, traceEnv: { EXTRA: "1" } }, { EXTRA: "1" })).not.toHaveProperty("EXTRA");
});

test("every variable says what it is for, once", () => {
  const names = TRACE_VARIABLES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { why } of TRACE_VARIABLES) expect(why).toMatch(/^[A-Z][\s\S]+\.$/);
});

test("changes nothing that a crash prints", () => {
  const names = TRACE_VARIABLES.map(({ name }) => name);
  for (const name of ["PYTHONFAULTHANDLER", "RUST_BACKTRACE"]) expect(names).not.toContain(name);
});

test("docs/logs.md lists the table", () => {
  const docs = readFileSync(path.join(import.meta.dirname, "../../../../docs/logs.md"), "utf8");
  const rows = [...docs.matchAll(/^\| `(\w+)` \| (?:`([^`]*)`|[^|]*) \|/gm)].map(([, name, value]) => [name, value]);
  expect(rows).toEqual(TRACE_VARIABLES.map(({ name, value }) => [name, value === PYTHON_STARTUP ? undefined : value]));
});
