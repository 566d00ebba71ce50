const CHUNK_CHARACTERS = 1 << 16;

/** Joins small pieces into chunks of about 64 Ki characters, so that a writer of millions of lines makes few writes in bounded memory. */
export function* textChunks(pieces: Iterable<string>): Generator<string> {
  let held: string[] = [];
  let length = 0;
  for (const piece of pieces) {
    held.push(piece);
    length += piece.length;
    if (length >= CHUNK_CHARACTERS) {
      yield held.join("");
      held = [];
      length = 0;
    }
  }
  if (length > 0) yield held.join("");
}
