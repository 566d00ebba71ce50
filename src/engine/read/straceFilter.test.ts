import { describe, expect, test } from "vitest";
import { ExpectedError } from "../../base/errors.ts";
import { parseStraceFilter } from "./straceFilter.ts";

function checkFilter(fixture: { spec: string; expression: string }): void {
  const filter = parseStraceFilter(fixture.spec);
  expect(filter.expression).toBe(fixture.expression);
  expect(filter.seccomp).toBe(fixture.expression !== "");
}

describe("filters", () => {
  test.each([
    { spec: "", expression: "" },
    { spec: "all", expression: "" },
    { spec: "none", expression: "none" },
    { spec: "open,read", expression: "open,read" },
    { spec: " trace=openat , close ", expression: "openat,close" },
    { spec: "file", expression: "%file" },
    { spec: "%net,%memory", expression: "%network,%memory" },
    // A call and a class share the name.
    { spec: "stat,%stat", expression: "stat,%stat" },
    { spec: "!read", expression: "!read" },
    { spec: "!read,write", expression: "!read,write" },
    { spec: "!read,!%file", expression: "!read,%file" },
    { spec: "read,write,!write", expression: "?read" },
    { spec: "ipc,!/^(shm|msg)/", expression: "?semget,?semop,?semctl,?semtimedop" },
    { spec: "read,!read", expression: "none" },
    { spec: "/^p?read(v|64)?$/", expression: "?read,?pread64,?readv,?preadv" },
    // A comma and an escaped slash inside an expression.
    { spec: "/^dup.{1,1}$/,close", expression: "?dup2,?dup3,close" },
    { spec: "/^dup(\\/|2)$/", expression: "?dup2" },
    { spec: "!/^dup/", expression: "!?dup,?dup2,?dup3" },
    // strace's own way to write one.
    { spec: "/^dup3", expression: "?dup3" },
    { spec: "?read", expression: "?read" },
  ])("$spec", checkFilter);

  test.each([
    ["opne", 'Did you mean "open"?'],
    ["%flie", 'Did you mean "file"?'],
    ["read,,write", "empty item"],
    ["zzzzzz", "Classes are: file process network"],
    ["/(/", "not a regular expression"],
    ["/nothing/", "matches no system call"],
    ["!", "empty item"],
  ])("%s is refused in words", (spec, message) => {
    let caught: unknown;
    try {
      parseStraceFilter(spec);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ExpectedError);
    const { message: text, wayOut } = caught as ExpectedError;
    expect(`${text}\n${wayOut}`).toContain(message);
  });
});
