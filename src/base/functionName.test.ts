import fc from "fast-check";
import { expect, test } from "vitest";
import { shortFunctionName } from "./functionName.ts";

test.each([
  // C, Go, Python and Rust say no parameters.
  ["save", "save"],
  ["main.(*Server).Serve", "main.(*Server).Serve"],
  ["main.main.func1", "main.main.func1"],
  ["<module>", "<module>"],
  [
    "core::ops::function::FnOnce::call_once{{vtable.shim}}::h0123456789abcdef",
    "core::ops::function::FnOnce::call_once{{vtable.shim}}",
  ],
  ["<alloc::vec::Vec<T> as core::ops::Drop>::drop", "<alloc::vec::Vec<T> as core::ops::Drop>::drop"],
  // C++, as c++filt and addr2line print it.
  ["save(std::map<std::__cxx11::basic_string<char>, int, std::less<int> > const&, char const*)", "save"],
  ["std::vector<int, std::allocator<int> >::push_back(int&&)", "std::vector::push_back"],
  ["std::vector<int>::size() const", "std::vector::size"],
  ["void run<std::function<void (int)> >(std::function<void (int)>)", "run"],
  ["f(int) [clone .isra.0]", "f"],
  ["(anonymous namespace)::load(char const*)", "(anonymous namespace)::load"],
  ["std::pair<int, int>* ns::find<int>(int)", "ns::find"],
  ["main::{lambda(int)#1}::operator()(int) const", "main::{lambda#1}::operator()"],
  ["f(int)::{lambda(int)#1}::operator()(int) const", "f::{lambda#1}::operator()"],
  ["operator new(unsigned long)", "operator new"],
  ["std::ostream& operator<< <char>(std::ostream&, char const*)", "operator<<"],
  ["bool ns::operator<(ns::A const&, ns::A const&)", "ns::operator<"],
  ["A::operator bool() const", "A::operator bool"],
  ["A::operator<(A const&)::{lambda(B)#1}::operator()(B) const", "A::operator<::{lambda#1}::operator()"],
  ["A::operator->() const", "A::operator->"],
  ["std::unique_ptr<A>::operator*() const", "std::unique_ptr::operator*"],
  // Not understood.
  ["f)(", "f)("],
  ["(int)", "(int)"],
])("%s is %s", (full, short) => {
  expect(shortFunctionName(full)).toBe(short);
});

test("a name never becomes longer, nor empty", () => {
  const piece = fc.constantFrom(
    "a",
    "::",
    "<",
    ">",
    "(",
    ")",
    " ",
    "operator",
    "*",
    "&",
    " const",
    "std",
    ", ",
    "(anonymous namespace)",
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1 }), (pieces) => {
      const full = pieces.join("");
      const short = shortFunctionName(full);
      expect(short.length).toBeLessThanOrEqual(full.length);
      expect(short).not.toBe("");
    }),
  );
});
