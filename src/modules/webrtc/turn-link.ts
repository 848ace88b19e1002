import { isIPv6 } from "node:net";
import { type Library, prepareUdpSocket } from "bun-ffi-v4l2";
import type { Scheduler } from "../../core/scheduler.ts";
import { turnFrameBytes } from "../../ice/channel-message.ts";
import { addressKey, canonicalIpAddress, type TransportAddress } from "../../ice/ip-address.ts";
import { StreamOutput } from "./stream-output.ts";

/** Room for the keyframes of the relayed viewers; what does not fit is lost. */
const SEND_BUFFER_BYTES = 4 * 1024 * 1024;
/** A server that takes no connection within this is of no use. */
const CONNECT_TIMEOUT_MS = 10_000;
const SILENT = "it does not answer";
/** What a server relays of viewers' RTCP, DTLS and checks is no longer. */
const MAX_FRAME_BYTES = 4096;

/** The way to one TURN server, for one allocation: a server knows an allocation by both addresses and ports. */
export interface TurnLink {
  /** Socket for the egress, and where it sends to; undefined over TCP. */
  readonly destination: (TransportAddress & { readonly fd: number }) | undefined;
  /** Undefined over UDP. */
  readonly output: StreamOutput | undefined;
  /** Never throws: what there is no way for is lost. */
  send(bytes: Uint8Array): void;
  close(): void;
}

/** What a link is opened with. */
export interface TurnLinkOptions {
  readonly library: Library;
  readonly scheduler: Scheduler;
  /** Servers that a connection is being tried to: it cannot be called off, and the system goes on for two minutes, so that there is one at a time. */
  readonly connecting: Set<string>;
  /** Address of ours to send from. */
  readonly local: string;
  readonly server: TransportAddress;
  /** A message from the server; `bytes` are valid during the call. */
  readonly onMessage: (bytes: Uint8Array) => void;
  /** A connection ended; `reason`: a clause for people. */
  readonly onClosed: (reason: string) => void;
}

type UdpSocket = Bun.udp.Socket<"buffer"> & { readonly fd: number };

/** A UDP socket of its own: on the shared one a server would take all relays for one. Throws what the system says. */
export async function openUdpLink({ library, local, server, onMessage }: TurnLinkOptions): Promise<TurnLink> {
  const socket = (await Bun.udpSocket({
    hostname: local,
    port: 0,
    binaryType: "buffer",
    socket: {
      data: (_socket, bytes, port, address) => {
        if (port === server.port && canonicalIpAddress(address) === server.address) onMessage(bytes);
      },
      // ICMP errors; a server that is down is told by its silence
      error: () => undefined,
    },
  })) as UdpSocket;
  try {
    prepareUdpSocket(library, socket.fd, SEND_BUFFER_BYTES);
  } catch (error) {
    socket.close();
    throw error;
  }
  return {
    destination: { ...server, fd: socket.fd },
    output: undefined,
    send: (bytes) => {
      try {
        socket.send(bytes, server.port, server.address);
      } catch {
        // the network went away, or a filter forbids it
      }
    },
    close: () => socket.close(),
  };
}

/** A TCP or TLS connection; `tlsName`: whose certificate it must be. Throws what the system says, or what is wrong with the certificate. */
export async function openStreamLink(
  { scheduler, connecting: pending, local, server, onMessage, onClosed }: TurnLinkOptions,
  tlsName: string | undefined,
): Promise<TurnLink> {
  const key = addressKey(server);
  if (pending.has(key)) throw new Error(SILENT);
  pending.add(key);
  let input = new Uint8Array();
  let output: StreamOutput | undefined;
  const ready = Promise.withResolvers<void>();
  const connecting = Bun.connect({
    hostname: server.address,
    port: server.port,
    ...(local === "0.0.0.0" || isIPv6(local) ? {} : { localAddress: local }),
    ...(tlsName === undefined ? {} : { tls: { serverName: tlsName, rejectUnauthorized: true } }),
    socket: {
      open: () => {
        if (tlsName === undefined) ready.resolve();
      },
      handshake: (_socket, isTrusted, problem) => {
        if (isTrusted && !problem) ready.resolve();
        else ready.reject(problem ?? new Error("TLS failed"));
      },
      data: (receiving, bytes) => {
        const rest = splitFrames(input.length === 0 ? bytes : Buffer.concat([input, bytes]), onMessage);
        if (rest === undefined) receiving.terminate();
        else input = rest;
      },
      drain: () => output?.drain(),
      close: () => {
        ready.reject(new Error("the server closed the connection"));
        if (output !== undefined) onClosed("the server closed the connection");
      },
      error: (_socket, error) => ready.reject(error),
    },
  });
  connecting.catch(ready.reject).finally(() => pending.delete(key));
  const cancel = scheduler.after(CONNECT_TIMEOUT_MS, () => ready.reject(new Error(SILENT)));
  try {
    await ready.promise;
  } catch (error) {
    // it may still come about
    connecting.then((socket) => socket.terminate()).catch(() => undefined);
    throw error;
  } finally {
    cancel();
  }
  const socket = await connecting;
  const queue = new StreamOutput(socket);
  output = queue;
  return { destination: undefined, output: queue, send: (bytes) => queue.send(bytes, true), close: () => socket.end() };
}

/** Hands over every whole message; returns what is left, or undefined when the stream is none of TURN's. */
function splitFrames(input: Uint8Array, onMessage: (bytes: Uint8Array) => void): Uint8Array<ArrayBuffer> | undefined {
  let at = 0;
  for (;;) {
    const length = turnFrameBytes(input.subarray(at));
    if (length === undefined || length > MAX_FRAME_BYTES) return undefined;
    if (length === 0 || at + length > input.length) return input.slice(at);
    onMessage(input.subarray(at, at + length));
    at += length;
  }
}
