import { splitArguments } from "../../query/splitArguments.ts";
import type { SyscallColumns } from "../../trace/trace.ts";
import { isEnvironmentFile } from "./environment.ts";
import { target } from "./objects.ts";
import { addressLabel } from "./sockets.ts";

const latin1 = new TextDecoder("latin1");

/**
 * Sockets that the C library makes to ask a daemon for the name of a user, a group or a host: whether it does so depends on the machine
 * and the environment (a shell asks where SHELL is not set). Only `connect` tells what a socket was made for.
 * @returns the socket, as the tracer prints it, and the address
 */
export function lookupSockets({
  length,
  name,
  names,
  argBytes,
  argStart,
  argEnd,
}: SyscallColumns): Map<string, string> {
  const found = new Map<string, string>();
  const connect = names.indexOf("connect");
  if (connect === -1) return found;
  for (let row = 0; row < length; row++) {
    if (name[row] !== connect) continue;
    const text = latin1.decode(argBytes.subarray(argStart[row], argEnd[row]));
    if (!text.includes('sun_path="')) continue;
    const [socket = "", address = ""] = splitArguments(text);
    if (socket.includes("<") && isEnvironmentFile(addressLabel("unix", address))) found.set(target(socket), address);
  }
  return found;
}
