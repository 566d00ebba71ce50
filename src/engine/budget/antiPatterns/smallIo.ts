import { formatCount } from "../../../base/format.ts";
import { argumentText, callPath } from "../../query/argumentText.ts";
import { shareText } from "../judgement.ts";
import { type AntiPatternOutcome, nameFlags, READS, repetitionWeight, type Scope, WRITES } from "./finding.ts";

/** Transfers below this are small: less than the smallest block of a disk. */
const SMALL = 512;

interface Transfers {
  readonly path: string;
  readonly verb: "read" | "written";
  total: number;
  small: number;
  row: number;
}

/**
 * A file is read or written in many small pieces. Confidence: share of the transfers of one file in one direction that moved fewer than
 * 512 bytes, times `repetitionWeight` of their number; the largest over all files of a process. Ends of files, terminals, pipes and
 * connections do not count: there the size is not the program's choice.
 */
export function smallIo({ trace, selected }: Scope): AntiPatternOutcome {
  const { syscalls, threads } = trace;
  const reads = nameFlags(syscalls, READS);
  const writes = nameFlags(syscalls, WRITES);
  const files = new Map<string, Transfers>();
  for (let row = 0; row < syscalls.length; row++) {
    const id = syscalls.name[row] as number;
    const thread = syscalls.thread[row] as number;
    if ((reads[id] !== true && writes[id] !== true) || selected[thread] !== true) continue;
    const result = syscalls.result[row] as number;
    if (!(result > 0) || syscalls.errno[row] !== 0) continue;
    const path = callPath(syscalls.names[id] as string, argumentText(syscalls, row));
    if (!path.startsWith("/") || /^\/(?:dev|proc|sys)\//.test(path)) continue;
    const verb = reads[id] === true ? "read" : "written";
    const key = `${threads[thread]?.pid} ${verb} ${path}`;
    let file = files.get(key);
    if (file === undefined) {
      file = { path, verb, total: 0, small: 0, row };
      files.set(key, file);
    }
    file.total++;
    if (result >= SMALL) continue;
    file.small++;
    file.row = row;
  }
  let worst: Transfers | undefined;
  for (const file of files.values()) if (worst === undefined || confidenceOf(file) > confidenceOf(worst)) worst = file;
  if (worst === undefined || confidenceOf(worst) === 0) {
    return { confidence: 0, message: "no file was read or written in many small pieces", row: -1, grows: false };
  }
  const { path, verb, small, total, row } = worst;
  const message = `${path} was ${verb} ${formatCount(total)} times, ${shareText(small / total)} of them fewer than ${SMALL} bytes`;
  return { confidence: confidenceOf(worst), message, row, grows: false };
}

function confidenceOf({ small, total }: Transfers): number {
  return total === 0 ? 0 : (small / total) * repetitionWeight(total);
}
