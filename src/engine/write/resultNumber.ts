import { ERRNO_NUMBERS } from "../trace/errnoNumbers.ts";
import { type SyscallColumns, SyscallState } from "../trace/trace.ts";

/**
 * The result as the kernel returned it, as decimal digits: `-errno` on errors, exact beyond 2^53 where the tracer printed
 * hexadecimal. Undefined for calls without a result. Errors whose number is unknown give -1.
 */
export function resultNumber(syscalls: SyscallColumns, row: number): string | undefined {
  const errno = syscalls.errno[row] as number;
  if (errno !== 0) return String(-(ERRNO_NUMBERS[syscalls.errnos[errno] as string] ?? 1));
  if (syscalls.state[row] !== SyscallState.returned) return undefined;
  const result = syscalls.result[row] as number;
  if (Number.isNaN(result)) return undefined;
  if (Number.isSafeInteger(result)) return String(result);
  const printed = /^(?:0x[0-9a-f]+|-?\d+)/i.exec(syscalls.resultTexts[syscalls.resultText[row] as number] ?? "");
  return printed === null ? String(BigInt(Math.trunc(result))) : String(BigInt(printed[0]));
}
