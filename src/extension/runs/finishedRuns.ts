import { Worker } from "node:worker_threads";
import { ExpectedError } from "../../base/errors.ts";
import type { RunQuestions, RunReply, RunRequest } from "../../node/runWorkerProtocol.ts";
import type { Comparison } from "../../protocol/comparison.ts";
import type { LiveUpdate, LogFilter, LogPage } from "../../protocol/live.ts";

/** Answers questions about finished runs from their folders, in a worker thread that is started when first needed. */
export class FinishedRuns {
  private worker: Worker | undefined;
  private lastId = 0;
  private readonly waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();

  constructor(private readonly workerPath: string) {}

  logs(folder: string, page: { filter: LogFilter; from: number; count: number }): Promise<LogPage> {
    return this.ask("logs", { folder, ...page });
  }

  update(folder: string): Promise<LiveUpdate> {
    return this.ask("update", { folder });
  }

  /** Compares a run with its golden. @returns null when there is no golden for it */
  compare(folder: string, workspace: string): Promise<Comparison | null> {
    return this.ask("compare", { folder, workspace });
  }

  /** What a run that is being recorded has done more than its golden by now. @returns null when there is no golden for it */
  compareSoFar(folder: string, workspace: string): Promise<Comparison | null> {
    return this.ask("compareSoFar", { folder, workspace });
  }

  private ask<K extends keyof RunQuestions>(
    ask: K,
    parameters: RunQuestions[K]["arguments"],
  ): Promise<RunQuestions[K]["answer"]> {
    const worker = this.start();
    const id = ++this.lastId;
    return new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      worker.postMessage({ id, ask, arguments: parameters } as RunRequest);
    }) as Promise<RunQuestions[K]["answer"]>;
  }

  private start(): Worker {
    if (this.worker !== undefined) return this.worker;
    const worker = new Worker(this.workerPath);
    worker.on("message", (reply: RunReply) => {
      const call = this.waiting.get(reply.id);
      this.waiting.delete(reply.id);
      if ("answer" in reply) call?.resolve(reply.answer);
      else call?.reject(reply.expected ? new ExpectedError(reply.error) : new Error(reply.error));
    });
    // A worker that dies (out of memory on a huge run) fails its callers and is started anew by the next question.
    const gone = (error: Error) => {
      if (this.worker === worker) this.worker = undefined;
      for (const call of this.waiting.values()) call.reject(error);
      this.waiting.clear();
    };
    worker.on("error", gone);
    worker.on("exit", (code) => gone(new Error(`The worker that reads runs ended with code ${code}`)));
    this.worker = worker;
    return worker;
  }

  dispose(): void {
    const worker = this.worker;
    this.worker = undefined;
    void worker?.terminate();
  }
}
