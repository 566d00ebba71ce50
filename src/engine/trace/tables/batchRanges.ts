import type { SyscallColumns } from "../trace.ts";

/**
 * Rows of a record batch in a finished run. Columns of a table with a single batch are used where they lie when the run is
 * opened; with several they must be joined, which takes three times as long.
 */
const BATCH_ROWS = 1 << 20;
/** And at most this much text, far below the 2 GiB that 32-bit offsets reach. */
const BATCH_TEXT_BYTES = 1 << 28;

/** Row ranges of batches: at most `BATCH_ROWS` rows and `BATCH_TEXT_BYTES` of arguments each. */
export function* batchRanges(length: number, spans?: SyscallColumns): Generator<[number, number]> {
  let from = 0;
  while (from < length) {
    let to = Math.min(from + BATCH_ROWS, length);
    if (spans !== undefined) {
      let bytes = 0;
      for (let row = from; row < to; row++) {
        bytes += (spans.argEnd[row] as number) - (spans.argStart[row] as number);
        if (bytes > BATCH_TEXT_BYTES && row > from) to = row;
      }
    }
    yield [from, to];
    from = to;
  }
}
