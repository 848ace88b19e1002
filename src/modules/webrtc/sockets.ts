import { isIPv6 } from "node:net";
import { type Library, outstandingTcpBytes, prepareTcpSocket, prepareUdpSocket } from "bun-ffi-v4l2";
import { type Bound, bindAddresses } from "../../config/bind-addresses.ts";
import type { Candidate } from "../../ice/candidate.ts";
import type { LocalPath } from "../../ice/candidate-pair.ts";
import { canonicalIpAddress, type TransportAddress } from "../../ice/ip-address.ts";
import { FramedConnection } from "./framed-connection.ts";
import { type CandidateRules, hostCandidates, reachableAddresses } from "./local-candidates.ts";
import type { MediaWay } from "./media-terms.ts";

/** Room for the keyframes of many viewers at once; what does not fit is lost. */
const SEND_BUFFER_BYTES = 4 * 1024 * 1024;
/** ICE-TCP connections in all, proven or not. */
const MAX_CONNECTIONS = 128;
/** Of one address: a browser opens one for each of our TCP candidates. */
const MAX_CONNECTIONS_OF_ADDRESS = 16;
/** What the kernel may hold of a connection beyond what is under way: the rest waits here, where it can be left out. */
const UNSENT_BYTES = 32 * 1024;

/** Where something came from and how to answer. */
export interface Arrival {
  readonly path: LocalPath;
  readonly remote: TransportAddress;
  /** Undefined: UDP. */
  readonly connection: FramedConnection | undefined;
}

/** What the sockets are opened with. */
export interface WebRtcSocketsOptions extends CandidateRules {
  readonly library: Library;
  readonly addresses: readonly string[];
  readonly port: number;
  /** `bytes` are valid during the call. */
  readonly onPacket: (bytes: Uint8Array, arrival: Arrival) => void;
  readonly onConnectionClosed: (path: LocalPath) => void;
}

/** One UDP socket, which servers may see elsewhere. */
export interface SocketBase extends TransportAddress {
  readonly path: LocalPath;
}

interface Listener extends Bound {
  readonly address: string;
  readonly udp: UdpSocket;
  /** Looked up when sessions begin, not for each datagram. */
  udpPath: LocalPath;
  tcpCandidate: Candidate;
}

/** LIBUS_SOCKET_IPV6_ONLY: the IPv4 "any" address has a socket of its own. Bun takes its socket library's flags, though its types lack them. */
const IPV6_ONLY = { flags: 8 };

type UdpSocket = Bun.udp.Socket<"buffer"> & { readonly fd: number };

/** The one UDP port of all viewers and the TCP port of the same number, on every address that we listen on. */
export class WebRtcSockets {
  readonly #options: WebRtcSocketsOptions;
  #listeners: readonly Listener[] = [];
  readonly #connections = new Map<string, FramedConnection>();
  #nextConnection = 0;

  private constructor(options: WebRtcSocketsOptions) {
    this.#options = options;
  }

  /** Throws AppError `unavailable` when the port cannot be had. */
  static async open(options: WebRtcSocketsOptions): Promise<WebRtcSockets> {
    const sockets = new WebRtcSockets(options);
    sockets.#listeners = await bindAddresses({
      service: "WebRTC",
      addresses: options.addresses,
      port: options.port,
      bind: (address, port) => sockets.#bind(address, port),
    });
    return sockets;
  }

  get port(): number {
    return this.#listeners[0]?.port ?? 0;
  }

  get addresses(): readonly string[] {
    return this.#listeners.map(({ address }) => address);
  }

  /** The UDP sockets: what each is bound to, and its way. */
  get bases(): readonly SocketBase[] {
    return this.#listeners.map(({ address, port, udpPath }) => ({ address, port, path: udpPath }));
  }

  /** The UDP ways, each with its best candidate as of the last look at `candidates`. */
  get paths(): readonly LocalPath[] {
    return this.#listeners.map(({ udpPath }) => udpPath);
  }

  /** Everything to tell a browser, as of now: addresses come and go. */
  candidates(): readonly Candidate[] {
    for (const listener of this.#listeners)
      Object.assign(listener, this.#bestCandidates(listener.address, listener.port));
    return (["udp", "tcp"] as const).flatMap((transport) =>
      this.#listeners.flatMap(({ address, port }) =>
        hostCandidates(transport, port, reachableAddresses(address, this.#options), this.#options),
      ),
    );
  }

  /** How media get to a peer over a path; undefined: there is no such path any more. */
  wayTo(path: LocalPath, { address, port }: TransportAddress): MediaWay | undefined {
    const fd = this.#listenerOf(path)?.udp.fd;
    if (fd !== undefined) return { destination: { fd, address, port } };
    const connection = this.#connections.get(path.id)?.output;
    return connection && { connection };
  }

  /** Never throws: what there is no way for is lost, as any datagram may be. */
  send(bytes: Uint8Array, path: LocalPath, remote: TransportAddress): void {
    const listener = this.#listenerOf(path);
    if (listener === undefined) {
      this.#connections.get(path.id)?.send(bytes);
      return;
    }
    try {
      listener.udp.send(bytes, remote.port, remote.address);
    } catch {
      // the network went away, or a filter forbids it
    }
  }

  /** A session has ended: connections that it proved have to be proved by another. */
  release(session: object): void {
    for (const connection of this.#connections.values()) connection.release(session);
  }

  close(): void {
    for (const listener of this.#listeners) void listener.close();
    for (const connection of this.#connections.values()) connection.close();
  }

  #listenerOf(path: LocalPath): Listener | undefined {
    return this.#listeners.find(({ udpPath }) => udpPath.id === path.id);
  }

  async #bind(address: string, port: number): Promise<Listener> {
    const udp = (await Bun.udpSocket({
      hostname: address,
      port,
      binaryType: "buffer",
      ...(isIPv6(address) ? IPV6_ONLY : {}),
      socket: {
        data: (_socket, bytes, peerPort, peerAddress) => this.#onDatagram(address, bytes, peerPort, peerAddress),
        // ICMP errors of viewers that left; without a listener they would end the process
        error: () => undefined,
      },
    })) as UdpSocket;
    try {
      prepareUdpSocket(this.#options.library, udp.fd, SEND_BUFFER_BYTES);
      const tcp = this.#listen(address, udp.port);
      const close = () => {
        udp.close();
        tcp.stop(true);
      };
      return { address, port: udp.port, udp, close, ...this.#bestCandidates(address, udp.port) };
    } catch (error) {
      udp.close();
      throw error;
    }
  }

  #onDatagram(address: string, bytes: Uint8Array, port: number, peer: string): void {
    const listener = this.#listeners.find((each) => each.address === address);
    if (listener === undefined) return;
    this.#options.onPacket(bytes, { path: listener.udpPath, remote: { address: peer, port }, connection: undefined });
  }

  #bestCandidates(address: string, port: number): Pick<Listener, "udpPath" | "tcpCandidate"> {
    const found = reachableAddresses(address, this.#options);
    const first = (transport: "udp" | "tcp") =>
      hostCandidates(transport, port, found.length > 0 ? found : [address], { natAddresses: [] })[0] as Candidate;
    return { udpPath: { id: `udp ${address}`, candidate: first("udp") }, tcpCandidate: first("tcp") };
  }

  #listen(address: string, port: number) {
    return Bun.listen<FramedConnection | undefined>({
      hostname: address,
      port,
      ...{ ipv6Only: isIPv6(address) },
      socket: {
        open: (socket) => {
          socket.data = this.#accept(socket, address);
          if (socket.data === undefined) socket.terminate();
        },
        data: (socket, bytes) => {
          const connection = socket.data;
          if (connection === undefined) return;
          const { path, remote } = connection;
          const isFramed = connection.receive(bytes, (frame) =>
            this.#options.onPacket(frame, { path, remote, connection }),
          );
          if (!isFramed) socket.terminate();
        },
        drain: (socket) => socket.data?.output.drain(),
        timeout: (socket) => socket.terminate(),
        close: (socket) => {
          if (socket.data === undefined) return;
          this.#connections.delete(socket.data.path.id);
          this.#options.onConnectionClosed(socket.data.path);
        },
        error: () => undefined,
      },
    });
  }

  #accept(socket: Bun.Socket<FramedConnection | undefined>, address: string): FramedConnection | undefined {
    const listener = this.#listeners.find((each) => each.address === address);
    const peer = canonicalIpAddress(socket.remoteAddress) ?? socket.remoteAddress;
    let ofPeer = 0;
    for (const { remote } of this.#connections.values()) if (remote.address === peer) ofPeer += 1;
    if (listener === undefined || this.#connections.size >= MAX_CONNECTIONS || ofPeer >= MAX_CONNECTIONS_OF_ADDRESS)
      return undefined;
    const { library } = this.#options;
    const { fd } = socket as unknown as { readonly fd: number }; // public as the UDP sockets' is, though its types lack it
    try {
      prepareTcpSocket(library, fd, UNSENT_BYTES);
    } catch {
      return undefined; // reset meanwhile
    }
    this.#nextConnection += 1;
    const path = { id: `tcp ${this.#nextConnection}`, candidate: listener.tcpCandidate };
    const remote = { address: peer, port: socket.remotePort };
    const connection = new FramedConnection(socket, path, remote, () => outstandingTcpBytes(library, fd));
    this.#connections.set(path.id, connection);
    return connection;
  }
}
