/** A change of a text: a range was replaced. Lines and characters count from 0, as in editors. */
export interface TextChange {
  readonly startLine: number;
  readonly startCharacter: number;
  readonly endLine: number;
  readonly endCharacter: number;
  readonly text: string;
}

/** Where a line that is followed is now. */
export interface FollowedLine {
  /** Counts from 0. */
  readonly line: number;
  /** Column of the line's first visible character: what stands in front of it may move without the line. */
  readonly column: number;
  /** The line was deleted: how many line breaks after the place of the deletion it would come back. */
  readonly deleted: number | null;
}

export function followLine(line: number, column: number): FollowedLine {
  return { line, column, deleted: null };
}

/**
 * Where a followed line is after a change. A line goes where its first visible character goes. When that is deleted and nothing
 * takes its place, the line is remembered at the place of the deletion and comes back when text is put there again (undo, paste).
 */
export function afterChange(followed: FollowedLine, change: TextChange): FollowedLine {
  const { startLine, startCharacter, endLine, endCharacter, text } = change;
  const breaks = countBreaks(text);
  const { line, column, deleted } = followed;
  const inFront = startLine > line || (startLine === line && startCharacter > column);
  if (deleted !== null && line === startLine && column === startCharacter && text !== "" && breaks >= deleted) {
    return { line: line + deleted, column: deleted > 0 ? 0 : column, deleted: null };
  }
  if (inFront) return followed;
  if (endLine < line || (endLine === line && endCharacter <= column)) {
    const moved = endLine < line ? column : movedColumn(change, column, breaks);
    return { ...followed, line: line + breaks - (endLine - startLine), column: moved };
  }
  if (deleted !== null || text === "") {
    return { line: startLine, column: startCharacter, deleted: line - startLine + (deleted ?? 0) };
  }
  // Formatters and search-and-replace put something else there: the line with the same number of breaks in front of it.
  return { line: startLine + Math.min(line - startLine, breaks), column: 0, deleted: null };
}

function movedColumn({ startCharacter, endCharacter, text }: TextChange, column: number, breaks: number): number {
  const tail = breaks === 0 ? startCharacter + text.length : text.length - text.lastIndexOf("\n") - 1;
  return column - endCharacter + tail;
}

function countBreaks(text: string): number {
  let breaks = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) breaks++;
  return breaks;
}
