import type { EventShape } from "../behaviour.ts";
import { classifyCall, isStream } from "../classify.ts";
import type { Call } from "./callRules.ts";
import { objectOf } from "./objects.ts";
import { type ResultKind, signatureOf } from "./signatures.ts";

/** Calls that move bytes; on a stream, how many at a time means nothing. */
const CHUNKS: ReadonlySet<string> = new Set([
  ..."read readv recvfrom recvmsg preadv2 pread64 write writev sendto sendmsg pwritev2 pwrite64 splice sendfile tee".split(
    " ",
  ),
]);

/** A normalised call without its outcome, and the outcomes seen. */
export interface CallShape {
  readonly id: number;
  readonly name: string;
  readonly args: readonly string[];
  readonly object: string;
  readonly result: ResultKind;
  /** A chunk of a stream: in a row they count as one. */
  readonly chunk: boolean;
  /** The last outcome, and all others: nearly every call has one. */
  lastOutcome: number | string;
  lastShape: number;
  outcomes: Map<number | string, number> | undefined;
}

/** Distinct calls and events, each kept once. */
export class Shapes {
  readonly all: EventShape[] = [];
  /** By shape: whether it is a chunk of a stream. */
  readonly chunks: boolean[] = [];
  private readonly calls: CallShape[] = [];
  private readonly callIds = new Map<string, CallShape>();

  constructor(private readonly options: { readonly streamChunks: boolean; readonly environmentFiles: boolean }) {}

  call(call: Call): CallShape {
    const key = `${call.name}\0${call.args.join("\0")}`;
    let shape = this.callIds.get(key);
    if (shape === undefined) {
      const object = objectOf(call.name, call.args);
      shape = {
        id: this.calls.length,
        name: call.name,
        args: call.args,
        object,
        result: signatureOf(call.name)?.result ?? "keep",
        chunk: this.options.streamChunks && isChunk(call.name, object),
        lastOutcome: "",
        lastShape: -1,
        outcomes: undefined,
      };
      this.calls.push(shape);
      this.callIds.set(key, shape);
    }
    return shape;
  }

  callAt(id: number): CallShape {
    return this.calls[id] as CallShape;
  }

  failed(call: CallShape, errno: string): number {
    return this.outcome(call, `!${errno}`, -1, "", errno, "");
  }

  returned(call: CallShape, result: number, exact: string): number {
    if (exact !== "") return this.outcome(call, `=${exact}`, result, exact, "", "");
    return this.outcome(call, result, result, "", "", "");
  }

  /** Returned something that stands for `value`. */
  made(call: CallShape, value: string): number {
    return value === "" ? this.outcome(call, 0, 0, "", "", "") : this.outcome(call, `>${value}`, 0, "", "", value);
  }

  private outcome(
    call: CallShape,
    key: number | string,
    result: number,
    resultText: string,
    errno: string,
    value: string,
  ): number {
    if (call.lastShape !== -1 && Object.is(call.lastOutcome, key)) return call.lastShape;
    let id = call.outcomes?.get(key);
    if (id === undefined) {
      id = this.all.length;
      if (call.lastShape !== -1) {
        call.outcomes ??= new Map([[call.lastOutcome, call.lastShape]]);
        call.outcomes.set(key, id);
      }
      const { name, args, object } = call;
      const classification = classifyCall(name, object, args, errno, this.options.environmentFiles, value);
      this.all.push({ name, args, result, resultText, errno, value, object, ...classification });
      this.chunks.push(call.chunk && classification.observable);
    }
    call.lastOutcome = key;
    call.lastShape = id;
    return id;
  }
}

function isChunk(name: string, object: string): boolean {
  return name === "getdents64" || (CHUNKS.has(name) && isStream(object));
}
