import { write } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { errorCode } from "./procFiles.ts";

const writeAsync = promisify(write);

/** How long to wait when somebody made the descriptor non-blocking and it is full. */
const FULL_WAIT_MS = 5;

/**
 * Copies bytes to a descriptor of this process, in order and as slowly as its reader takes them.
 * Does not go through `process.stdout`, which would block the whole process on a slow reader.
 */
export class DescriptorWriter {
  constructor(private readonly descriptor: number) {}

  /**
   * Writes all bytes; one call at a time.
   * @returns undefined when they were written, else the system's error code (`EPIPE`: nobody reads any more)
   */
  async write(bytes: Uint8Array): Promise<string | undefined> {
    for (let done = 0; done < bytes.length; ) {
      try {
        done += (await writeAsync(this.descriptor, bytes, done, bytes.length - done, null)).bytesWritten;
      } catch (error) {
        const code = errorCode(error);
        if (code === "EAGAIN") await delay(FULL_WAIT_MS);
        else if (code === "") throw error;
        else return code;
      }
    }
    return undefined;
  }
}
