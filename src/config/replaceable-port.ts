import { dlopen, ptr } from "bun:ffi";
import { closeSync, openSync, readdirSync, readlinkSync } from "node:fs";
import { type Bound, bindAddresses } from "./bind-addresses.ts";
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
const SO_ACCEPTCONN = 30;
const SO_ATTACH_REUSEPORT_CBPF = 51;
const RETURN_CONSTANT = 0x06;
const OWN_DESCRIPTORS = "/proc/self/fd";
/** Of the two sockets on the port, the kernel counts the newer one second. */
const NEWER = 1;

/** One port on several addresses whose servers can be replaced by others without refusing, resetting or dropping a connection. */
export class ReplaceablePort<T extends ReplaceableServer> {
  readonly #places: readonly Place<T>[];
  /** The hand-over under way. */
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
    const kernel = new Kernel();
    const bound = await bindAddresses({
      service,
      addresses,
      port,
      bind: (address, wanted): Bound & { readonly place: Place<T> } => {
        refuseShared(address, wanted);
        const place = new Place(kernel, address, wanted, open);
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
  readonly #kernel: Kernel;
  #current: Listening<T>;
  /** Servers that only serve the connections they have, oldest first. */
  readonly #former = new Set<Listening<T>>();
  #hasEnded = false;

  constructor(kernel: Kernel, address: string, port: number, open: OpenServer<T>) {
    this.#kernel = kernel;
    this.address = address;
    this.#current = this.#listen(open, port);
  }

  get port(): number {
    return this.#current.server.port;
  }

  /** `over` resolves when the former server listens no more. */
  replace(open: OpenServer<T>): { readonly failure: unknown; readonly over: Promise<void> } {
    const former = this.#current;
    try {
      this.#current = this.#listen(open, this.port);
    } catch (failure) {
      return { failure, over: Promise.resolve() };
    }
    // A socket that is closed resets what waits in its queue, so the kernel is told first to queue at the newer one only.
    if (this.#current.socket !== undefined) this.#kernel.steer(this.#current.socket, NEWER);
    this.#former.add(former);
    const over = Bun.sleep(HANDOVER_MS).then(() => {
      if (this.#hasEnded) return;
      if (former.socket === undefined || !this.#kernel.closeListening(former.socket)) this.#end(former);
      const [oldest] = this.#former;
      if (oldest !== undefined && this.#former.size > MAX_FORMER) this.#end(oldest);
    });
    return { failure: undefined, over };
  }

  async end(): Promise<void> {
    this.#hasEnded = true;
    await Promise.all([this.#current, ...this.#former].map(({ server }) => server.end()));
  }

  #listen(open: OpenServer<T>, port: number): Listening<T> {
    const before = this.#kernel.descriptors();
    const server = open(this.address, port, true);
    const fresh = [...this.#kernel.descriptors()].filter(([fd, link]) => before.get(fd) !== link);
    const [socket] = fresh.map(([fd, link]) => ({ fd, link })).filter(({ fd }) => this.#kernel.listens(fd));
    return { server, socket };
  }

  #end(former: Listening<T>): void {
    this.#former.delete(former);
    void former.server.end();
  }
}

/** A descriptor and what it stands for, such as `socket:[4711]`: numbers are given away again. */
interface ListeningSocket {
  readonly fd: number;
  readonly link: string;
}

/** A server with its listening socket; undefined where /proc does not show it. */
interface Listening<T> {
  readonly server: T;
  readonly socket: ListeningSocket | undefined;
}

/** Throws `EADDRINUSE` where another socket has the port: one that shares would be joined silently. */
function refuseShared(hostname: string, port: number): void {
  if (port === 0) return;
  Bun.listen({ hostname, port, ...{ ipv6Only: hostname.includes(":") }, socket: { data() {} } }).stop(true);
}

const SYSTEM_CALLS = {
  getsockopt: { args: ["i32", "i32", "i32", "ptr", "ptr"], returns: "i32" },
  setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
  dup2: { args: ["i32", "i32"], returns: "i32" },
} as const;

/** What Bun has no functions for. */
class Kernel {
  readonly #calls = dlopen("libc.so.6", SYSTEM_CALLS).symbols;

  /** Our descriptors and what they stand for. /proc/net/tcp would tell more, in tens of milliseconds where connections are many. */
  descriptors(): ReadonlyMap<number, string> {
    const found = new Map<number, string>();
    for (const name of attempt(() => readdirSync(OWN_DESCRIPTORS), [])) {
      found.set(
        Number(name),
        attempt(() => readlinkSync(`${OWN_DESCRIPTORS}/${name}`), ""),
      );
    }
    return found;
  }

  /** Whether a descriptor is a listening socket. */
  listens(fd: number): boolean {
    const value = new Int32Array(1);
    const length = new Uint32Array([value.byteLength]);
    return this.#calls.getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, value, length) === 0 && value[0] === 1;
  }

  /** Lets the kernel choose always the socket with this number among those that share its port. Where it cannot (before Linux 4.6), it goes on choosing by hash. */
  steer({ fd }: ListeningSocket, index: number): void {
    const instruction = new Uint8Array(8); // struct sock_filter
    const view = new DataView(instruction.buffer);
    view.setUint16(0, RETURN_CONSTANT, true);
    view.setUint32(4, index, true);
    const program = new BigUint64Array([1n, BigInt(ptr(instruction))]); // struct sock_fprog: length, padding, pointer
    this.#calls.setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, program, program.byteLength);
  }

  /**
   * Closes a listening socket behind its server's back: Bun's `stop` would close idle keep-alive connections with it. The descriptor stays its
   * server's. False when it is another's by now, which is left alone.
   */
  closeListening({ fd, link }: ListeningSocket): boolean {
    if (attempt(() => readlinkSync(`${OWN_DESCRIPTORS}/${fd}`), "") !== link || !this.listens(fd)) return false;
    const nothing = openSync("/dev/null", "r");
    this.#calls.dup2(nothing, fd);
    closeSync(nothing);
    return true;
  }
}
