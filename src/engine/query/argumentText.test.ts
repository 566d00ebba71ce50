import fc from "fast-check";
import { expect, test } from "vitest";
import { callPath, unescapeTracerString } from "./argumentText.ts";

test.each([
  ["openat", 'AT_FDCWD</tmp>, "/etc/passwd", O_RDONLY', "/etc/passwd"],
  ["openat", 'AT_FDCWD</tmp/a "b">, "x\\"y", O_RDONLY', 'x"y'],
  ["read", '3</etc/ld.so.cache>, "\\177ELF", 832', "/etc/ld.so.cache"],
  ["write", '1<pipe:[123]>, "secret", 6', "pipe:[123]"],
  ["connect", '3<socket:[77]>, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110', "/var/run/nscd/socket"],
  ["sendto", '3<TCP:[127.0.0.1:1->10.0.0.2:80]>, "GET", 3', "TCP:[127.0.0.1:1->10.0.0.2:80]"],
  ["newfstatat", 'AT_FDCWD, "/tmp/\\303\\251t\\303\\251", 0x7ffc, 0', "/tmp/été"],
  ["newfstatat", 'AT_FDCWD, "/tmp/\\377", 0x7ffc, 0', "/tmp/\\377"],
  ["execve", '"/bin/tr\\76e", ["x"], 0x7f', "/bin/tr>e"],
  ["mmap", "NULL, 1<<12, PROT_READ", ""],
  ["wait4", "-1, NULL, WNOHANG, NULL", ""],
  ["openat", 'AT_FDCWD, "/cut/off', "/cut/off"],
  ["read", "3</cut/off", "/cut/off"],
  ["getpid", "", ""],
])("%s(%s) is about %j", (name, args, path) => {
  expect(callPath(name, args)).toBe(path);
});

test("undoes what a tracer's escaping does to UTF-8", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      let escaped = "";
      for (const byte of new TextEncoder().encode(text)) {
        const character = String.fromCharCode(byte);
        if (character === '"' || character === "\\") escaped += `\\${character}`;
        else if (byte >= 0x20 && byte < 0x7f) escaped += character;
        else escaped += `\\${byte.toString(8).padStart(3, "0")}`;
      }
      expect(unescapeTracerString(escaped)).toBe(text);
    }),
  );
});

test("never fails, whatever the text", () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: fc.constantFrom('"', "<", ">", "\\", "-", "3", "a", ",") }), (a, b) => {
      expect(typeof callPath("openat", a + b)).toBe("string");
      expect(typeof callPath("read", b + a)).toBe("string");
    }),
  );
});
