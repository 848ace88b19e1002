import { dlopen } from "bun:ffi";

const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;
/** Several keyframes, with the kernel's overhead: what a busy event loop must not lose. */
const RECEIVE_BUFFER_BYTES = 4 << 20;
const MAX_TRIES = 100;

type Socket = Bun.udp.Socket<"buffer"> & { readonly fd: number };

/** Takes one datagram, valid during the call. */
export type OnDatagram = (bytes: Buffer, fromPort: number) => void;

/** Ports P (even) and P + 1 for one viewer's RTP and RTCP. */
export interface UdpPair {
  readonly rtpPort: number;
  sendReport(bytes: Uint8Array, port: number, address: string): void;
  close(): void;
}

const { symbols: libc } = dlopen("libc.so.6", {
  setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
});

export async function openUdpPair(hostname: string, onRtp: OnDatagram, onReport: OnDatagram): Promise<UdpPair> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const rtp = await bind(hostname, 0, onRtp);
    const report = rtp.port % 2 === 0 ? await bind(hostname, rtp.port + 1, onReport).catch(() => undefined) : undefined;
    if (report === undefined) {
      rtp.close();
      continue;
    }
    const size = new Int32Array([RECEIVE_BUFFER_BYTES]);
    if (libc.setsockopt(rtp.fd, SOL_SOCKET, SO_RCVBUFFORCE, size, 4) !== 0)
      libc.setsockopt(rtp.fd, SOL_SOCKET, SO_RCVBUF, size, 4);
    return {
      rtpPort: rtp.port,
      sendReport: (bytes, port, address) => void report.send(bytes, port, address),
      close: () => {
        rtp.close();
        report.close();
      },
    };
  }
  throw new Error("no pair of neighbouring UDP ports is free");
}

async function bind(hostname: string, port: number, onDatagram: OnDatagram): Promise<Socket> {
  const socket = await Bun.udpSocket({
    hostname,
    port,
    socket: { data: (_socket, bytes, fromPort) => onDatagram(bytes, fromPort), error: () => undefined },
  });
  return socket as Socket;
}
