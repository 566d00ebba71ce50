import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../procFiles.ts";

/** Bytes that may wait for the disk before sources are asked to wait. */
const HIGH_WATER = 16 << 20;
const LOW_WATER = 4 << 20;

/**
 * Files of one folder that only grow. Appends are queued and written in order, so a reader finds at any time a beginning
 * of each file. After a failure of the disk nothing more is written to any of them.
 */
export class AppendFiles {
  private readonly handles = new Map<string, FileHandle>();
  private queue: { readonly name: string; readonly bytes: Uint8Array }[] = [];
  private waitingBytes = 0;
  private writing: Promise<void> | undefined;
  private readyPromise: Promise<void> | undefined;
  private readyResolve: (() => void) | undefined;
  private failed = false;

  /** @param onFailure called once, with the system's error code, when the disk takes no more */
  constructor(
    private readonly folder: string,
    private readonly onFailure: (code: string) => void,
  ) {}

  get hasFailed(): boolean {
    return this.failed;
  }

  /** Queues bytes, which must stay as they are, for the end of a file. */
  append(name: string, bytes: Uint8Array): void {
    if (this.failed || bytes.length === 0) return;
    this.queue.push({ name, bytes });
    this.waitingBytes += bytes.length;
    this.writing ??= this.drain();
  }

  /** Undefined while little waits to be written; else resolves when that is so again. */
  ready(): Promise<void> | undefined {
    if (this.waitingBytes < HIGH_WATER) return undefined;
    this.readyPromise ??= new Promise((resolve) => {
      this.readyResolve = resolve;
    });
    return this.readyPromise;
  }

  /** Waits until all is written and closes the files. */
  async close(): Promise<void> {
    while (this.writing !== undefined) await this.writing;
    for (const [, handle] of this.handles) {
      try {
        await handle.close();
      } catch (error) {
        // Network file systems report a failed write as late as this.
        this.fail(error);
      }
    }
    this.handles.clear();
  }

  private async drain(): Promise<void> {
    while (this.queue.length > 0) {
      const batch = this.queue;
      this.queue = [];
      // Neighbours for one file become one write.
      for (let i = 0; i < batch.length; ) {
        const name = (batch[i] as { name: string }).name;
        const parts: Uint8Array[] = [];
        let size = 0;
        for (; i < batch.length && batch[i]?.name === name && size < LOW_WATER; i++) {
          const { bytes } = batch[i] as { bytes: Uint8Array };
          parts.push(bytes);
          size += bytes.length;
        }
        await this.write(name, parts);
        this.waitingBytes -= size;
        if (this.waitingBytes <= LOW_WATER) this.release();
      }
    }
    this.writing = undefined;
    this.release();
  }

  private release(): void {
    this.readyResolve?.();
    this.readyResolve = undefined;
    this.readyPromise = undefined;
  }

  private async write(name: string, parts: readonly Uint8Array[]): Promise<void> {
    if (this.failed) return;
    try {
      let handle = this.handles.get(name);
      if (handle === undefined) {
        handle = await open(join(this.folder, name), "a");
        this.handles.set(name, handle);
      }
      // `appendFile` repeats short writes until all is written.
      await handle.appendFile(parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts));
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    const code = errorCode(error);
    if (code === "") throw error;
    if (this.failed) return;
    this.failed = true;
    this.onFailure(code);
  }
}
