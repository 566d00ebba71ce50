import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { type OnReadOpts, Socket, type SocketConstructorOpts } from "node:net";
import { ExpectedError } from "../base/errors.ts";

/**
 * A pipe of the kernel. What Node calls a pipe is a pair of sockets, which programs can tell from a real one: opening
 * `/dev/stderr` fails then.
 */
export interface Pipe {
  /** Opens one more end. `blocking` is what programs expect; ends that Node reads or writes are not. */
  open(end: "read" | "write", blocking: boolean): number;
}

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;

/**
 * A shell makes four pipes and leaves their reading ends on descriptors 3 to 6 of one process, which waits until its
 * input ends. The script is constant.
 */
const MAKE_PIPES =
  "exec 9<&0; : | { exec 3<&0; : | { exec 4<&0; : | { exec 5<&0; : | { exec 6<&0 0<&9 9<&-; exec cat /proc/self/stat -; }; }; }; }";
const HELD = [3, 4, 5, 6] as const;

/**
 * Makes four pipes, calls `use` and lets go of all ends that `use` did not open.
 * Linux only: pipes are opened again through `/proc`.
 */
export async function withPipes<T>(use: (pipes: readonly [Pipe, Pipe, Pipe, Pipe]) => T | Promise<T>): Promise<T> {
  const holder = spawn("/bin/sh", ["-c", MAKE_PIPES], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
  });
  const closed = new Promise<void>((resolve) => holder.once("close", () => resolve()));
  try {
    const pid = await firstPid(holder);
    const pipe = (held: number): Pipe => ({
      open: (end, blocking) =>
        openSync(`/proc/${pid}/fd/${held}`, (end === "read" ? O_RDONLY : O_WRONLY) | (blocking ? 0 : O_NONBLOCK)),
    });
    return await use([pipe(HELD[0]), pipe(HELD[1]), pipe(HELD[2]), pipe(HELD[3])]);
  } finally {
    holder.stdin?.end();
    await closed;
  }
}

function firstPid(holder: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (cause: string): void =>
      reject(new ExpectedError(`Pipes for the program could not be made: ${cause}`, { code: "permission" }));
    holder.once("error", (error) => failed(error.message));
    holder.once("close", () => failed("/bin/sh ended early"));
    // The holder may be gone before its input is closed; it is reported above.
    holder.stdin?.on("error", () => undefined);
    holder.stdout?.once("data", (bytes: Buffer) => {
      const pid = Number.parseInt(bytes.toString("latin1"), 10);
      if (pid > 0) resolve(pid);
      else failed("/proc is not as expected");
    });
  });
}

/** Writes to a non-blocking descriptor of a pipe; owns and closes it. */
export function pipeWriter(descriptor: number): Socket {
  return new Socket({ fd: descriptor, readable: false, writable: true });
}

const READ_BYTES = 64 * 1024;

/**
 * Reads a pipe and hands each piece to `take`; reads on when what `take` returned is settled. A slow taker therefore slows
 * the writer down, and nothing is held in memory.
 */
export class PipePump {
  /** Settles at the end of the pipe, and when reading was stopped. Rejects when `take` throws. */
  readonly ended: Promise<void>;
  private readonly socket: Socket;
  private busy: Promise<void> | undefined;
  private stopping = false;
  private hasEnded = false;

  /**
   * @param descriptor a non-blocking reading end; owned and closed by the pump
   * @param take gets bytes that are valid until it returns; when it returns a promise it must have copied them
   */
  constructor(
    private readonly descriptor: number,
    private readonly take: (bytes: Uint8Array) => Promise<void> | undefined,
  ) {
    let resolve: () => void = () => undefined;
    let reject: (error: unknown) => void = () => undefined;
    this.ended = new Promise((onEnd, onError) => {
      resolve = onEnd;
      reject = onError;
    });
    this.ended.finally(() => {
      this.hasEnded = true;
    });
    // `onread` keeps Node from reading ahead into a queue of its own.
    const options: SocketConstructorOpts & { onread: OnReadOpts } = {
      fd: descriptor,
      readable: true,
      writable: false,
      onread: {
        buffer: new Uint8Array(READ_BYTES),
        callback: (count, bytes) => {
          try {
            const wait = this.take(bytes.subarray(0, count));
            if (wait === undefined) return !this.stopping;
            this.busy = wait.then(
              () => {
                this.busy = undefined;
                if (!this.stopping) this.socket.resume();
              },
              (error) => {
                this.socket.destroy();
                reject(error);
              },
            );
          } catch (error) {
            this.socket.destroy();
            reject(error);
          }
          return false;
        },
      },
    };
    this.socket = new Socket(options);
    this.socket.on("error", reject);
    this.socket.on("close", () => resolve());
    // Without a reader of its stream the socket would not report the end.
    this.socket.on("end", () => this.socket.destroy());
    this.socket.resume();
  }

  get isEnded(): boolean {
    return this.hasEnded;
  }

  /** Closes the reading end: the writer gets SIGPIPE or EPIPE from now on. */
  close(): void {
    this.stopping = true;
    this.socket.destroy();
  }

  /**
   * Stops reading without losing a byte and lets `give` pass the pipe on. `give` gets a blocking reading end that is
   * closed after it returned.
   */
  async handOver(give: (descriptor: number) => void): Promise<void> {
    if (this.hasEnded) return;
    this.stopping = true;
    this.socket.pause();
    await this.busy;
    if (this.socket.destroyed) return;
    const again = openSync(`/proc/self/fd/${this.descriptor}`, O_RDONLY);
    try {
      give(again);
    } finally {
      closeSync(again);
      this.socket.destroy();
    }
    await this.ended;
  }
}

/** A descriptor that is closed once at most. */
export class OwnedDescriptor {
  private open = true;

  constructor(readonly number: number) {}

  close(): void {
    if (!this.open) return;
    this.open = false;
    closeSync(this.number);
  }
}
