import { GuardProcess } from "../guardProcess.ts";
import type { OwnedDescriptor } from "../pipes.ts";

/**
 * Unless all is over, and with `$2`, lets go of the tracer, which is the process that was told to write (`-o`) to `$1`. In any case it
 * reads what is still written. Descriptor 3 is the trace.
 */
const GUARD = [
  'words() { tr "\\0" "\\n" <"$1" 2>/dev/null; }',
  'if [ -n "$2" ] && [ "$said" != over ]; then for file in $(grep -lzxF -e "$1" /proc/[0-9]*/cmdline 2>/dev/null); do',
  'if words "$file" | grep -xF -B1 -e "$1" | head -n 1 | grep -qxe -o; then',
  "pid=${file#/proc/}; kill -INT ${pid%/cmdline}; fi; done; fi",
  "exec cat <&3",
].join("\n");

/**
 * A process that takes over the reading of a trace when this one is killed. Without it the tracer would find its pipe broken and
 * say so on the program's own terminal.
 */
export class TraceGuard {
  private readonly guard: GuardProcess;

  /**
   * @param trace a blocking reading end of the trace; owned and closed
   * @param tracePath as the tracer got it
   * @param mayLetGo the tracer may be told to let go of its processes
   */
  constructor(trace: OwnedDescriptor, tracePath: string, mayLetGo: boolean) {
    this.guard = new GuardProcess(GUARD, [tracePath, mayLetGo ? "let-go" : ""], trace.number);
    trace.close();
  }

  /** The trace has ended, or is somebody else's now. */
  close(): void {
    this.guard.close();
  }
}
