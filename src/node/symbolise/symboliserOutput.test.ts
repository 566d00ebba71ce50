import { expect, test } from "vitest";
import { tidyFunction } from "./symboliserOutput.ts";

test.each([
  ["rs::main::h0123456789abcdef", "rs::main"],
  ["rs::main::_$u7b$$u7b$closure$u7d$$u7d$::h0123456789abcdef", "rs::main::{{closure}}"],
  ["_$LT$a..B$u20$as$u20$c..D$GT$::go::h0123456789abcdef", "<a::B as c::D>::go"],
  ["core::f$LT$$RF$T$C$$BP$U$GT$::h0123456789abcdef", "core::f<&T,*U>"],
  ["a$u1b$b$QQ$::h0123456789abcdef", "a$u1b$b$QQ$"],
  ["a$uffffff$::h0123456789abcdef", "a$uffffff$"],
  ["jquery..like$LT$", "jquery..like$LT$"],
  ["W<int>::go(int)", "W<int>::go(int)"],
])("reads the function name %s", (raw, tidy) => {
  expect(tidyFunction(raw)).toBe(tidy);
});
