import type { AddressFamily } from "./rtp-sockets.ts";

/** Both ends of a control connection. */
export interface Peer {
  readonly family: AddressFamily;
  /** Literal without brackets; IPv4 also where the socket is dual-stack. */
  readonly address: string;
  readonly port: number;
  /** Our address that the peer reached. */
  readonly localAddress: string;
  /** Whether the connection is encrypted (RTSPS). */
  readonly isSecure: boolean;
  /** Whether RTSP is tunnelled over HTTP. */
  readonly isTunnelled: boolean;
}

const MAPPED_PREFIX = "::ffff:";

/** Undoes the IPv4-mapped form (RFC 4291 §2.5.5.2) that a dual-stack socket reports. */
export function plainAddress(address: string): string {
  return address.toLowerCase().startsWith(MAPPED_PREFIX) && address.includes(".")
    ? address.slice(MAPPED_PREFIX.length)
    : address;
}

/** The peer of a connection, with IPv4 addresses in their plain form. */
export function peerOf(remoteAddress: string, remotePort: number, localAddress: string, isSecure = false): Peer {
  const address = plainAddress(remoteAddress);
  return {
    family: address.includes(":") ? 6 : 4,
    address,
    port: remotePort,
    localAddress: plainAddress(localAddress),
    isSecure,
    isTunnelled: false,
  };
}
