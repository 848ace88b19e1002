import { type Library, prepareUdpSocket } from "bun-ffi-v4l2";
import { AppError } from "../core/errors.ts";

/** Room for the keyframes of many viewers at once; what does not fit is lost. */
const SEND_BUFFER_BYTES = 4 * 1024 * 1024;
/** An even port whose odd neighbour is free is found within a few tries unless nearly all ports are taken. */
const MAX_BIND_TRIES = 64;

/** Of the Internet protocol. */
export type AddressFamily = 4 | 6;

/** RTP and RTCP socket of one address family, shared by all UDP viewers: ports P (even) and P + 1 (RFC 3550 §11). */
export interface RtpSocketPair {
  readonly family: AddressFamily;
  readonly rtpPort: number;
  readonly rtcpPort: number;
  /** Descriptor that egress sends RTP on. */
  readonly rtpFd: number;
  /** Never throws: a report for which there is no room or no way is lost, as any datagram may be. */
  sendRtcp(bytes: Uint8Array, port: number, address: string): void;
  setMulticastTtl(ttl: number): void;
  close(): void;
}

/** What a pair of sockets is opened with. */
export interface RtpSocketPairOptions {
  readonly library: Library;
  readonly family: AddressFamily;
  /** Address to bind; the family's "any" address or one of ours. */
  readonly hostname: string;
  /** A datagram came to the RTCP port. `bytes` is valid during the call. */
  readonly onRtcp: (bytes: Uint8Array, port: number, address: string) => void;
}

type UdpSocket = Bun.udp.Socket<"buffer"> & { readonly fd: number };

/** Binds a pair. Throws AppError `unavailable` when no neighbouring ports are free. */
export async function openRtpSocketPair(options: RtpSocketPairOptions): Promise<RtpSocketPair> {
  for (let attempt = 0; attempt < MAX_BIND_TRIES; attempt++) {
    const rtp = await bind(options.hostname, 0, () => undefined);
    if (rtp.port % 2 === 0) {
      const rtcp = await bind(options.hostname, rtp.port + 1, options.onRtcp).catch(() => undefined);
      if (rtcp !== undefined) return pairOf(options, rtp, rtcp);
    }
    rtp.close();
  }
  throw new AppError("unavailable", `No pair of free UDP ports was found on ${options.hostname}`);
}

function bind(hostname: string, port: number, onData: RtpSocketPairOptions["onRtcp"]): Promise<UdpSocket> {
  return Bun.udpSocket({
    hostname,
    port,
    binaryType: "buffer",
    socket: {
      data: (_socket, bytes, peerPort, address) => onData(bytes, peerPort, address),
      // ICMP errors of viewers that left; without a listener they would end the process
      error: () => undefined,
    },
  }) as Promise<UdpSocket>;
}

function pairOf(options: RtpSocketPairOptions, rtp: UdpSocket, rtcp: UdpSocket): RtpSocketPair {
  prepareUdpSocket(options.library, rtp.fd, SEND_BUFFER_BYTES);
  prepareUdpSocket(options.library, rtcp.fd, SEND_BUFFER_BYTES);
  return {
    family: options.family,
    rtpPort: rtp.port,
    rtcpPort: rtcp.port,
    rtpFd: rtp.fd,
    sendRtcp: (bytes, port, address) => {
      try {
        rtcp.send(bytes, port, address);
      } catch {
        // the network went away (ENETUNREACH), or a filter forbids it (EPERM): nobody could do better than the next report
      }
    },
    setMulticastTtl: (ttl) => {
      rtp.setMulticastTTL(ttl);
      rtcp.setMulticastTTL(ttl);
    },
    close: () => {
      rtp.close();
      rtcp.close();
    },
  };
}
