/** Not 0 unless the four bytes of a word are digits. */
export function notDigits(word: number): number {
  return ((word & 0xf0f0f0f0) ^ 0x30303030) | (((word + 0x06060606) & 0xf0f0f0f0) ^ 0x30303030);
}

/** The number that a word of four digits stands for; its first digit is in the lowest byte (little-endian). */
export function fourDigits(word: number): number {
  const digits = word & 0x0f0f0f0f;
  // Two numbers below 100, in bytes 0 and 2.
  const pairs = Math.imul(digits, 10) + (digits >>> 8);
  return (pairs & 0x7f) * 100 + ((pairs >>> 16) & 0x7f);
}
