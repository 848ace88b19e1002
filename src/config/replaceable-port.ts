import { dlopen, ptr } from "bun:ffi";
import { closeSync, openSync, readdirSync, readlinkSync } from "node:fs";
import { type Bound, bindAddresses } from "./bind-addresses.ts";
import { listeningSockets } from "./port-holder.ts";
import { attempt } from "./proc.ts";

/** A server that listens on one port of one address. */
export interface ReplaceableServer {
  readonly port: number;
  /** Stops listening and ends its connections. */
  end(): Promise<void> | void;
}

/** Opens a server; `reusePort` lets its successor listen beside it. Throws system errors. */
export type OpenServer<T extends ReplaceableServer> = (address: string, port: number, reusePort: boolean) => T;

/** Connections whose handshake with the kernel began before the hand-over complete it within this: five round trips over a slow link. */
const HANDOVER_MS = 500;
/** Servers of earlier certificates that still have connections; each costs some 100 KB. The oldest is ended beyond. */
const MAX_FORMER = 24;
/** asm-generic/socket.h; linux/bpf_common.h: BPF_RET | BPF_K. */
const SOL_SOCKET = 1;
const SO_ATTACH_REUSEPORT_CBPF = 51;
const RETURN_CONSTANT = 0x06;
/** Of the two sockets on the port, the kernel counts the newer one second. */
const NEWER = 1;

/** One port on several addresses whose servers can be replaced by others without refusing, resetting or dropping a connection. */
export class ReplaceablePort<T extends ReplaceableServer> {
  readonly #places: readonly Place<T>[];
  #last: Promise<void> = Promise.resolve();

  private constructor(places: readonly Place<T>[]) {
    this.#places = places;
  }

  /** Opens the port on every address. `service` names it in errors. Throws AppError `unavailable` with host and port. */
  static async open<T extends ReplaceableServer>(options: {
    readonly service: string;
    readonly addresses: readonly string[];
    /** 0: any free one. */
    readonly port: number;
    readonly open: OpenServer<T>;
  }): Promise<ReplaceablePort<T>> {
    const { service, addresses, port, open } = options;
    const bound = await bindAddresses({
      service,
      addresses,
      port,
      bind: (address, wanted): Bound & { readonly place: Place<T> } => {
        refuseShared(address, wanted);
        const place = new Place(address, wanted, open);
        return { port: place.port, place, close: () => place.end() };
      },
    });
    return new ReplaceablePort(bound.map(({ place }) => place));
  }

  get port(): number {
    return this.#places[0]?.port ?? 0;
  }

  get addresses(): readonly string[] {
    return this.#places.map(({ address }) => address);
  }

  /** Lets new servers take over; resolves when every new connection reaches them, while connections of the former ones live on. Throws what opening throws; that address keeps its server then. */
  async replace(open: OpenServer<T>): Promise<void> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    // the kernel counts sockets on the port: there must be two, no third one of an earlier hand-over
    await before;
    const handovers = this.#places.map((place) => place.replace(open));
    void Promise.allSettled(handovers.map(({ over }) => over)).then(() => resolve());
    for (const { failure } of handovers) if (failure !== undefined) throw failure;
  }

  /** Ends every server, former ones included. */
  async stop(): Promise<void> {
    await Promise.all(this.#places.map((place) => place.end()));
  }
}

/** One address. */
class Place<T extends ReplaceableServer> {
  readonly address: string;
  #current: Listening<T>;
  /** Servers that only serve the connections they have, oldest first. */
  readonly #former = new Set<Listening<T>>();
  #hasEnded = false;

  constructor(address: string, port: number, open: OpenServer<T>) {
    this.address = address;
    this.#current = listening(open, address, port);
  }

  get port(): number {
    return this.#current.server.port;
  }

  /** `over` resolves when the former server listens no more. */
  replace(open: OpenServer<T>): { readonly failure: unknown; readonly over: Promise<void> } {
    const former = this.#current;
    try {
      this.#current = listening(open, this.address, this.port);
    } catch (failure) {
      return { failure, over: Promise.resolve() };
    }
    // A socket that is closed resets what waits in its queue, so the kernel is told first to queue at the newer one only.
    if (this.#current.fd !== undefined) steer(this.#current.fd, NEWER);
    this.#former.add(former);
    const over = Bun.sleep(HANDOVER_MS).then(() => {
      if (this.#hasEnded) return;
      // a descriptor that was given away meanwhile must not be touched
      if (former.fd !== undefined && listeningDescriptors(this.port).has(former.fd)) closeListening(former.fd);
      else this.#end(former);
      const [oldest] = this.#former;
      if (oldest !== undefined && this.#former.size > MAX_FORMER) this.#end(oldest);
    });
    return { failure: undefined, over };
  }

  async end(): Promise<void> {
    this.#hasEnded = true;
    await Promise.all([this.#current, ...this.#former].map(({ server }) => server.end()));
  }

  #end(former: Listening<T>): void {
    this.#former.delete(former);
    void former.server.end();
  }
}

/** A server with the descriptor of its listening socket; undefined where /proc does not show it. */
interface Listening<T> {
  readonly server: T;
  readonly fd: number | undefined;
}

function listening<T extends ReplaceableServer>(open: OpenServer<T>, address: string, port: number): Listening<T> {
  // the kernel's table of connections would name it too, but takes milliseconds to read
  const before = openSockets();
  const server = open(address, port, true);
  return { server, fd: [...openSockets().keys()].find((fd) => !before.has(fd)) };
}

/** Throws `EADDRINUSE` where another socket has the port: one that shares would be joined silently. */
function refuseShared(hostname: string, port: number): void {
  if (port === 0) return;
  Bun.listen({ hostname, port, ...{ ipv6Only: hostname.includes(":") }, socket: { data() {} } }).stop(true);
}

/** Our descriptors that listen on a port. */
function listeningDescriptors(port: number): ReadonlySet<number> {
  const sockets = listeningSockets(port);
  return new Set([...openSockets()].flatMap(([fd, link]) => (sockets.has(link) ? [fd] : [])));
}

/** Our descriptors that are sockets, with their links in /proc. */
function openSockets(): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const name of readdirSync("/proc/self/fd")) {
    const link = attempt(() => readlinkSync(`/proc/self/fd/${name}`), ""); // closed meanwhile
    if (link.startsWith("socket:")) found.set(Number(name), link);
  }
  return found;
}

/** Lets the kernel choose always the socket with this number among those that share the port of `fd`. Where it cannot (before Linux 4.6), it goes on choosing by hash. */
function steer(fd: number, index: number): void {
  const instruction = new Uint8Array(8); // struct sock_filter
  const view = new DataView(instruction.buffer);
  view.setUint16(0, RETURN_CONSTANT, true);
  view.setUint32(4, index, true);
  const program = new BigUint64Array([1n, BigInt(ptr(instruction))]); // struct sock_fprog: length, padding, pointer
  const { setsockopt } = systemCalls();
  setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, program, program.byteLength);
}

/** Closes a listening socket behind its server's back: Bun's `stop` would close idle keep-alive connections with it. The descriptor stays its server's. */
function closeListening(fd: number): void {
  const nothing = openSync("/dev/null", "r");
  systemCalls().dup2(nothing, fd);
  closeSync(nothing);
}

function systemCalls() {
  const libc = dlopen("libc.so.6", {
    setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
    dup2: { args: ["i32", "i32"], returns: "i32" },
  });
  return libc.symbols;
}
