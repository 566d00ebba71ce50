import { expect, it } from "vitest";
import { filterPasses } from "./filterPasses.ts";
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
