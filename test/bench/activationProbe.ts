// A tiny extension that is there before those it measures: what loading and activating each of them costs the extension host.
import { appendFileSync } from "node:fs";
import Module from "node:module";
import { threadTime } from "./processorTime.ts";

/** A line of the probe's file: the probe is in place in a new extension host, or an extension was activated there. */
export type ActivationRecord =
  | { readonly ready: true }
  | {
      /** The extension's main file. */
      readonly main: string;
      readonly load: Cost;
      readonly activate: Cost;
    };

/** In milliseconds; `cpu` is the main thread's processor time. */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

interface ExtensionModule {
  activate(...parameters: unknown[]): unknown;
}

type Load = (this: unknown, request: string, ...rest: unknown[]) => unknown;

export function activate(): void {
  const file = process.env.GOLDENTRACE_PROBE_ACTIVATION;
  const mains = process.env.GOLDENTRACE_PROBE_MAINS?.split(":") ?? [];
  if (file === undefined) throw new Error("GOLDENTRACE_PROBE_ACTIVATION names no file for the result");
  const write = (record: ActivationRecord): void => appendFileSync(file, `${JSON.stringify(record)}\n`);
  const loader = Module as unknown as { _load: Load };
  const original = loader._load;
  loader._load = function (request, ...rest) {
    if (!mains.includes(request)) return original.call(this, request, ...rest);
    const [extension, load] = measure(() => original.call(this, request, ...rest) as ExtensionModule);
    return {
      ...extension,
      activate: (...parameters: unknown[]) => {
        const [result, activation] = measure(() => extension.activate(...parameters));
        write({ main: request, load, activate: activation });
        return result;
      },
    };
  };
  // The first call is slower than the others.
  threadTime();
  write({ ready: true });
}

function measure<T>(work: () => T): [T, Cost] {
  const { onCpu } = threadTime();
  const begin = performance.now();
  const result = work();
  const wall = performance.now() - begin;
  return [result, { wall, cpu: threadTime().onCpu - onCpu }];
}
