import { INTERLEAVED_HEADER_BYTES, type PacketBlock, RTP_HEADER_BYTES } from "../rtp/packet-block.ts";
import type { StartPoint } from "../stream/gop-cache.ts";
import type { MediaStream, StreamViewer } from "../stream/media-stream.ts";
import type { SocketQueue } from "./socket-queue.ts";
import type { RtspViewer, SentCounts, ViewerEvents } from "./viewer.ts";

/** A viewer whose packets are interleaved with its RTSP connection: RFC 2326 §10.12. One write a frame. */
export class TcpViewer implements RtspViewer, StreamViewer {
  readonly transport = "tcp";
  readonly destination = undefined;
  readonly #stream: MediaStream;
  readonly #queue: SocketQueue;
  readonly #rtpChannel: number;
  readonly #events: ViewerEvents;
  #packets = 0;
  #octets = 0;

  constructor(stream: MediaStream, queue: SocketQueue, rtpChannel: number, events: ViewerEvents) {
    this.#stream = stream;
    this.#queue = queue;
    this.#rtpChannel = rtpChannel;
    this.#events = events;
  }

  start(): void {
    this.#stream.join(this);
  }

  stop(): void {
    this.#stream.leave(this);
  }

  onDrain(): void {
    this.#stream.resume(this);
  }

  onStart(start: StartPoint): void {
    this.#events.onStart(start);
  }

  onResolutionChange(): void {
    this.#events.onResolutionChange();
  }

  deliver(block: PacketBlock): boolean {
    block.setChannel(this.#rtpChannel);
    if (!this.#queue.writeMedia(block.bytes, block.length)) return false;
    this.#packets += block.count;
    this.#octets += block.packetBytes - block.count * RTP_HEADER_BYTES;
    return true;
  }

  sent(): SentCounts {
    return { packets: this.#packets, octets: this.#octets };
  }

  sendReport(bytes: Uint8Array): void {
    const framed = Buffer.allocUnsafe(INTERLEAVED_HEADER_BYTES + bytes.length);
    framed[0] = 0x24;
    framed[1] = this.#rtpChannel + 1;
    framed.writeUInt16BE(bytes.length, 2);
    framed.set(bytes, INTERLEAVED_HEADER_BYTES);
    this.#queue.writeControl(framed);
  }

  sendBye(bytes: Uint8Array): void {
    this.sendReport(bytes);
  }

  close(): void {
    this.stop();
  }
}
