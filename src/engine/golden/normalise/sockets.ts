/** What is known about sockets, by what the tracer prints for them (`socket:[123]`). */
export class Sockets {
  private readonly labels = new Map<string, string>();
  private readonly chosen = new Set<string>();
  private readonly given = new Set<string>();
  private readonly lookups = new Set<string>();
  /** Grows when a label changes: what was made of older labels is out of date. */
  version = 0;

  label(target: string): string | undefined {
    return this.labels.get(target);
  }

  /** A socket that will be connected to a daemon of the name service: it has that label from the call on that makes it. */
  forLookup(target: string, address: string): void {
    this.connected(target, address);
    this.lookups.add(target);
  }

  /** @param args of `socket` or `socketpair` */
  created(target: string, args: readonly string[], pair = false): void {
    if (this.lookups.has(target)) return;
    this.set(target, pair ? `${kindOf(args[0], args[1])} (pair)` : kindOf(args[0], args[1]));
  }

  connected(target: string, address: string): void {
    const port = portOf(address);
    if (port !== undefined && !this.given.has(port)) this.chosen.add(port);
    this.set(target, addressLabel(this.kind(target, address), address, this));
  }

  bound(target: string, address: string): void {
    const port = portOf(address);
    if (port !== undefined && port !== "0") this.chosen.add(port);
    this.set(target, addressLabel(this.kind(target, address), address, this));
  }

  accepted(target: string, listener: string): void {
    const from = this.labels.get(listener) ?? "socket";
    this.set(target, from.endsWith(" (accepted)") ? from : `${from} (accepted)`);
  }

  /** The kernel told the port of a socket. */
  told(address: string): void {
    const port = portOf(address);
    if (port !== undefined && port !== "0" && !this.chosen.has(port)) this.given.add(port);
  }

  /** The address with a port that the program did not choose left out. */
  address(text: string, asked: boolean): string {
    return text.replace(PORT, (whole, port: string) =>
      port !== "0" && (asked ? this.given.has(port) : !this.chosen.has(port)) ? `htons(<port>)` : whole,
    );
  }

  kind(target: string, address: string): string {
    const known = this.labels.get(target)?.split(" ")[0];
    return known ?? kindOf(/sa_family=(\w+)/.exec(address)?.[1], undefined);
  }

  private set(target: string, label: string): void {
    if (this.labels.get(target) === label) return;
    this.labels.set(target, label);
    this.version++;
  }
}

const PORT = /htons\((\d+)\)/g;

function portOf(address: string): string | undefined {
  return /htons\((\d+)\)/.exec(address)?.[1];
}

function kindOf(family: string | undefined, type: string | undefined): string {
  const datagram = type?.startsWith("SOCK_DGRAM") ?? false;
  if (type?.startsWith("SOCK_RAW") && family !== "AF_NETLINK") return "raw";
  switch (family) {
    case "AF_INET":
    case "AF_INET6":
      return type === undefined ? "inet" : datagram ? "udp" : "tcp";
    case "AF_UNIX":
    case "AF_LOCAL":
      return datagram ? "unixgram" : "unix";
    case "AF_NETLINK":
      return "netlink";
    case "AF_PACKET":
      return "packet";
    default:
      return "socket";
  }
}

/**
 * A socket's kind and address in one text: `tcp 127.0.0.1:5432`, `unix /run/x.sock`.
 * @param address as strace prints a `struct sockaddr`
 */
export function addressLabel(kind: string, address: string, sockets?: Sockets): string {
  const shown = sockets === undefined ? address : sockets.address(address, true);
  const path = /sun_path=(@?)"((?:[^"\\]|\\.)*)"/.exec(shown);
  if (path !== null) return `${kind} ${path[1]}${path[2]}`;
  const port = /htons\(([^)]*)\)/.exec(shown)?.[1];
  const host = /inet_addr\("([^"]*)"\)|inet_pton\(AF_INET6, "([^"]*)"/.exec(shown);
  if (port === undefined) return kind;
  const name = host?.[2] !== undefined ? `[${host[2]}]` : (host?.[1] ?? "");
  return `${kind} ${name}:${port}`;
}
