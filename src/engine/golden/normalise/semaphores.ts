import type { SyscallColumns } from "../../trace/trace.ts";

const LINKING: ReadonlySet<string> = new Set(["link", "linkat"]);
const DRAWN = /^(?:[^"]*, )?"(\/dev\/shm\/sem\.[A-Za-z0-9]{6})"/;
const latin1 = new TextDecoder("latin1");

/**
 * Files that `sem_open` makes under drawn names. It looks whether the name is free, makes the file, and links it to the semaphore's name:
 * only the last step tells a drawn name from a chosen one, after it was mentioned.
 */
export function semaphoreFiles({ length, name, names, argBytes, argStart, argEnd }: SyscallColumns): string[] {
  const linking = names.map((each) => LINKING.has(each));
  if (!linking.includes(true)) return [];
  const found: string[] = [];
  for (let row = 0; row < length; row++) {
    if (linking[name[row] as number] !== true) continue;
    const path = DRAWN.exec(latin1.decode(argBytes.subarray(argStart[row], argEnd[row])))?.[1];
    if (path !== undefined) found.push(path);
  }
  return found;
}
