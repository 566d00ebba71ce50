import { expect, it } from "vitest";
import { SYSCALL_NAMES } from "../trace/syscallNames.ts";
import { filterPasses, passingToo } from "./filterPasses.ts";
import { parseStraceFilter } from "./straceFilter.ts";

it.each([
  ["", true],
  ["none", false],
  ["read,write", true],
  ["%file", false],
  ["%desc", true],
  ["!write", false],
  ["!open,close", true],
  ["/^wri/", true],
  ["%desc,!write", false],
])("tells whether write passes the filter %j", (filter, passes) => {
  expect(filterPasses(parseStraceFilter(filter).expression, "write")).toBe(passes);
});

it.each([
  "",
  "none",
  "read",
  "read,write",
  "%file",
  "%desc",
  "!write",
  "!%desc,close",
  "!writev,read",
  "/^wri/",
  "!/v$/",
])("passes what %j passes and two calls more", (filter) => {
  const { expression } = parseStraceFilter(filter);
  const wider = passingToo(expression, ["write", "writev"]);
  for (const name of SYSCALL_NAMES) {
    const expected = filterPasses(expression, name) || name === "write" || name === "writev";
    expect(`${name} ${filterPasses(wider, name)}`).toBe(`${name} ${expected}`);
  }
});
