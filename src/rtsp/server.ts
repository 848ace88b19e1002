import { isIPv6 } from "node:net";
import type { Socket, TCPSocketListener } from "bun";
import type { Bound } from "../config/bind-addresses.ts";
import type { ReplaceableServer } from "../config/replaceable-port.ts";
import type { ServerTls } from "../config/server-tls.ts";
import { defectText } from "../core/errors.ts";
import { RtspConnection } from "./connection.ts";
import { peerOf } from "./peer.ts";
import type { RtspServices } from "./services.ts";
import type { SessionTable } from "./session-table.ts";
import { SocketQueue } from "./socket-queue.ts";
import { TunnelTable } from "./tunnel-table.ts";

/** Far more than any recorder opens; each costs a few kilobytes until it authenticates. */
const MAX_CONNECTIONS = 512;
const TICK_MS = 250;
const KEEP_ALIVE_MS = 30_000;

interface SocketState {
  connection: RtspConnection | undefined;
}

/** RTSP over TCP, over TLS and tunnelled over HTTP in either, on one or more addresses: accepts connections, ticks them, stops them. */
export class RtspServer {
  readonly #services: RtspServices;
  readonly #sessions: SessionTable;
  readonly #tunnels = new TunnelTable();
  readonly #listeners = new Set<TCPSocketListener<SocketState>>();
  readonly #connections = new Set<RtspConnection>();
  readonly #stopTicking: () => void;
  readonly #stopRechecking: () => void;
  /** Connections refused since the last tick. */
  #refused = 0;

  constructor(services: RtspServices, sessions: SessionTable) {
    this.#services = services;
    this.#sessions = sessions;
    this.#stopTicking = services.scheduler.every(TICK_MS, () => this.#tick());
    this.#stopRechecking = services.authenticator.onRightsChanged(() => this.#recheck());
  }

  /** Listens on one more address. Throws what the system says (`EADDRINUSE`, `EACCES`, …) as `code` of the error. */
  listen(hostname: string, port: number): Bound {
    const listener = this.#open({ hostname, port }, false);
    return { port: listener.port, close: () => this.#close(listener) };
  }

  /** The same over TLS (RTSPS). Another server may listen beside it with `reusePort`; its connections outlive `end`. */
  listenTls(hostname: string, port: number, reusePort: boolean, tls: ServerTls): ReplaceableServer {
    const listener = this.#open({ hostname, port, reusePort, tls }, true);
    return { port: listener.port, end: () => this.#close(listener) };
  }

  #open(
    place: {
      readonly hostname: string;
      readonly port: number;
      readonly reusePort?: boolean;
      readonly tls?: ServerTls;
    },
    isSecure: boolean,
  ): TCPSocketListener<SocketState> {
    const demandsCertificate = place.tls?.requestCert === true;
    const listener = Bun.listen<SocketState>({
      ...place,
      // the IPv4 "any" address has a listener of its own; Bun's types lack the option
      ...{ ipv6Only: isIPv6(place.hostname) },
      socket: {
        open: (socket) => this.#accept(socket, isSecure),
        // without `ca` no certificate is asked for, and `authorized` means nothing
        handshake: (socket, success) => {
          if (!success || (demandsCertificate && !socket.authorized)) socket.terminate();
        },
        data: (socket, bytes) => socket.data.connection?.receive(bytes),
        drain: (socket) => socket.data.connection?.onDrain(),
        close: (socket) => this.#forget(socket),
        // what a handler threw; a peer that goes away is a close
        error: (socket, error) => {
          this.#services.log.error("a connection failed by our fault", { error: defectText(error) });
          socket.terminate();
        },
      },
      data: { connection: undefined },
    });
    this.#listeners.add(listener);
    return listener;
  }

  #close(listener: TCPSocketListener<SocketState>): void {
    this.#listeners.delete(listener);
    listener.stop();
  }

  /** Ends every session with a BYE, closes every connection and the listeners. */
  stop(): void {
    this.#stopTicking();
    this.#stopRechecking();
    for (const listener of this.#listeners) this.#close(listener);
    this.#sessions.endAll();
    for (const connection of [...this.#connections]) connection.shut();
  }

  #accept(socket: Socket<SocketState>, isSecure: boolean): void {
    // each socket needs its own state: the listener's is shared by all
    socket.data = { connection: undefined };
    // a peer that has reset the connection meanwhile, of whom Bun knows nothing, whatever its types say
    const remoteAddress: string | undefined = socket.remoteAddress;
    if (remoteAddress === undefined) {
      socket.terminate();
      return;
    }
    if (this.#connections.size >= MAX_CONNECTIONS && !this.#makeRoom()) {
      this.#refused += 1;
      socket.terminate();
      return;
    }
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    const peer = peerOf(remoteAddress, socket.remotePort, socket.localAddress, isSecure);
    const queue = new SocketQueue(socket, this.#services.clock);
    const connection = new RtspConnection({
      services: this.#services,
      table: this.#sessions,
      tunnels: this.#tunnels,
      peer,
      queue,
      close: () => {
        // a peer that takes no more bytes would hold a graceful end for ever
        if (queue.queuedBytes > 0) socket.terminate();
        else socket.end();
      },
    });
    socket.data.connection = connection;
    this.#connections.add(connection);
  }

  /** Ends the oldest connection that has no session, so that idlers keep no viewer out; false when all have one. */
  #makeRoom(): boolean {
    for (const connection of this.#connections) {
      if (connection.hasSessions) continue;
      this.#connections.delete(connection);
      connection.shut();
      return true;
    }
    return false;
  }

  #forget(socket: Socket<SocketState>): void {
    const connection = socket.data.connection;
    if (connection === undefined) return;
    socket.data.connection = undefined;
    this.#connections.delete(connection);
    connection.onClosed();
  }

  #recheck(): void {
    this.#sessions.endDisallowed();
    for (const connection of [...this.#connections]) if (!connection.isAllowed) connection.shut();
  }

  #tick(): void {
    // one line however many there are
    if (this.#refused > 0) {
      this.#services.log.warn("connections were refused: too many are open", {
        limit: MAX_CONNECTIONS,
        refused: this.#refused,
      });
      this.#refused = 0;
    }
    this.#sessions.tick();
    const nowUs = this.#services.clock.monotonicUs();
    for (const connection of [...this.#connections]) connection.tick(nowUs);
  }
}
