import { StringTable } from "../../../base/stringTable.ts";
import type { Behaviour, EventShape } from "../behaviour.ts";

/** The distinct events of two behaviours under common numbers, so that they are compared as numbers. */
export interface Vocabulary {
  /** Token of each shape of the golden. */
  readonly golden: Int32Array;
  readonly actual: Int32Array;
  /** A shape for each token: the golden's where it has one. */
  readonly shapes: readonly EventShape[];
  /** Number of the name and object of each token; tokens of equal calls on equal objects share it. */
  readonly subject: Int32Array;
  readonly subjects: number;
  /** 1 where the token changes or observes the world. */
  readonly observable: Uint8Array;
  /** A token that stands for all tokens with the same name, object and error, whatever the other arguments. */
  looseToken(token: number): number;
}

/** @param compared what of a shape is compared: the shape with the rest left empty */
export function vocabularyOf(
  golden: Behaviour,
  actual: Behaviour,
  compared: (shape: EventShape) => EventShape = (shape) => shape,
): Vocabulary {
  const keys = new StringTable();
  const shapes: EventShape[] = [];
  const observable: boolean[] = [];
  const tokensOf = (behaviour: Behaviour): Int32Array =>
    Int32Array.from(behaviour.shapes, (shape) => {
      const what = compared(shape);
      const token = keys.intern(keyOf(what));
      if (token === shapes.length) shapes.push(what);
      // A golden may have been read with other means to classify than the run.
      observable[token] = observable[token] === true || shape.observable;
      return token;
    });
  const goldenTokens = tokensOf(golden);
  const actualTokens = tokensOf(actual);

  const subjects = new StringTable();
  const subject = Int32Array.from(shapes, ({ name, object }) => subjects.intern(`${name}\0${object}`));
  const loose = new StringTable();
  return {
    golden: goldenTokens,
    actual: actualTokens,
    shapes,
    subject,
    subjects: subjects.size,
    observable: Uint8Array.from(observable, Number),
    looseToken(token) {
      return shapes.length + loose.intern(`${subject[token]}\0${shapes[token]?.errno ?? ""}`);
    },
  };
}

function keyOf({ name, args, result, resultText, errno, value, object }: EventShape): string {
  return `${name}\0${result}\0${resultText}\0${errno}\0${value}\0${object}\0${args.join("\0")}`;
}

const PATH_CALLS = new Set(["open", "openat", "openat2", "creat"]);

/** What renacer's files tell of an event: its name, whether it failed, and the path that was opened. */
export function knownToRenacer(shape: EventShape): EventShape {
  const object = PATH_CALLS.has(shape.name) ? shape.object : "";
  return { ...nameOnly(shape), errno: shape.errno === "" ? "" : "error", object };
}

/** One of these stands for another by its arguments, which a summary does not tell: see canonicalCall. */
const STAT_CALLS = new Set(["fstat", "newfstatat", "statx"]);

/** What a summary tells of an event. */
export function knownToSummary(shape: EventShape): EventShape {
  const name = STAT_CALLS.has(shape.name) ? "newfstatat" : shape.name;
  return { ...nameOnly(shape), name };
}

function nameOnly(shape: EventShape): EventShape {
  return { ...shape, args: [], result: 0, resultText: "", errno: "", value: "", object: "" };
}
