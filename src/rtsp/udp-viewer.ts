import { NativeError } from "bun-ffi-v4l2";
import { AppError } from "../core/errors.ts";
import { RTP_HEADER_BYTES } from "../rtp/packet-block.ts";
import type { StartPoint } from "../stream/gop-cache.ts";
import type { MediaStream, StreamViewer } from "../stream/media-stream.ts";
import type { RtpSocketPair } from "./rtp-sockets.ts";
import type { RtspViewer, SentCounts, ViewerEvents } from "./viewer.ts";

/** Where a viewer over UDP listens. */
export interface UdpEndpoint {
  readonly address: string;
  readonly rtpPort: number;
  readonly rtcpPort: number;
  /** Our address that the viewer knows, so that packets come from where it asked; undefined: as the route says. */
  readonly source: string | undefined;
  readonly transport: "udp" | "multicast";
}

/** A viewer whose packets the stream's egress sends: unicast or one multicast group. */
export class UdpViewer implements RtspViewer, StreamViewer {
  readonly transport: "udp" | "multicast";
  readonly destination: number;
  readonly #stream: MediaStream;
  readonly #sockets: RtpSocketPair;
  readonly #endpoint: UdpEndpoint;
  readonly #events: ViewerEvents;

  /** Throws AppError `limit-reached` when the egress has no room for another destination. */
  constructor(stream: MediaStream, sockets: RtpSocketPair, endpoint: UdpEndpoint, events: ViewerEvents) {
    this.transport = endpoint.transport;
    this.#stream = stream;
    this.#sockets = sockets;
    this.#endpoint = endpoint;
    this.#events = events;
    this.destination = addDestination(stream, sockets, endpoint);
  }

  start(): void {
    this.#stream.join(this);
  }

  stop(): void {
    this.#stream.leave(this);
  }

  onDrain(): void {
    // nothing is queued for UDP
  }

  onStart(start: StartPoint): void {
    this.#events.onStart(start);
  }

  onResolutionChange(): void {
    this.#events.onResolutionChange();
  }

  deliver(): boolean {
    return true;
  }

  sent(): SentCounts {
    const { packets, bytes } = this.#stream.egress.stats(this.destination);
    return { packets, octets: bytes - packets * RTP_HEADER_BYTES };
  }

  sendReport(bytes: Uint8Array): void {
    this.#sockets.sendRtcp(bytes, this.#endpoint.rtcpPort, this.#endpoint.address);
  }

  sendBye(bytes: Uint8Array): void {
    this.sendReport(bytes);
  }

  close(): void {
    this.stop();
    this.#stream.egress.remove(this.destination);
  }
}

function addDestination({ egress }: MediaStream, { rtpFd }: RtpSocketPair, endpoint: UdpEndpoint): number {
  const { address, rtpPort, source } = endpoint;
  try {
    return egress.add({ fd: rtpFd, address, port: rtpPort, ...(source === undefined ? {} : { source }) });
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    throw new AppError("limit-reached", "There are too many viewers over UDP.");
  }
}
