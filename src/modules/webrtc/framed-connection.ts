import type { Socket } from "bun";
import type { LocalPath } from "../../ice/candidate-pair.ts";
import type { TransportAddress } from "../../ice/ip-address.ts";

/** RFC 4571 §2. */
const LENGTH_BYTES = 2;
/** A datagram of ours has at most 1200 bytes, STUN at most 1500. */
const MAX_FRAME_BYTES = 1500;
/** About half a second of 4 Mbit/s; a viewer whose connection is further behind waits for the next keyframe instead. The last frame may go beyond, however large. */
const MAX_QUEUED_BYTES = 256 * 1024;

/** One ICE-TCP connection (RFC 6544): frames in, frames out. */
export class FramedConnection {
  readonly path: LocalPath;
  readonly remote: TransportAddress;
  /** A viewer that had no room hears of it here. */
  onDrain: (() => void) | undefined;
  /** Whether an authentic check came over it. */
  isProven = false;
  readonly #socket: Socket<unknown>;
  #input = new Uint8Array();
  #queued: Uint8Array[] = [];
  #queuedBytes = 0;

  constructor(socket: Socket<unknown>, path: LocalPath, remote: TransportAddress) {
    this.#socket = socket;
    this.path = path;
    this.remote = remote;
  }

  get hasRoom(): boolean {
    return this.#queuedBytes < MAX_QUEUED_BYTES;
  }

  /** Splits what came into frames. False: it is no framed ICE, close it. */
  receive(bytes: Uint8Array, onFrame: (frame: Uint8Array) => void): boolean {
    const input = this.#input.length === 0 ? bytes : Buffer.concat([this.#input, bytes]);
    let at = 0;
    while (at + LENGTH_BYTES <= input.length) {
      const length = ((input[at] ?? 0) << 8) | (input[at + 1] ?? 0);
      if (length > MAX_FRAME_BYTES) return false;
      if (at + LENGTH_BYTES + length > input.length) break;
      onFrame(input.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + length));
      at += LENGTH_BYTES + length;
    }
    // less than one frame: bounded by its length
    this.#input = input.slice(at);
    return true;
  }

  /** Sends one packet behind its length; lost when there is no room, as a datagram would be. */
  send(packet: Uint8Array): void {
    const frame = new Uint8Array(LENGTH_BYTES + packet.length);
    frame[0] = packet.length >>> 8;
    frame[1] = packet.length;
    frame.set(packet, LENGTH_BYTES);
    this.sendFrames(frame);
  }

  /** Sends packets that are framed already; copies what the socket does not take. Lost when there is no room. */
  sendFrames(frames: Uint8Array): void {
    if (!this.hasRoom) return;
    const written = this.#queued.length > 0 ? 0 : Math.max(0, this.#socket.write(frames));
    if (written === frames.length) return;
    this.#queued.push(frames.slice(written));
    this.#queuedBytes += frames.length - written;
  }

  /** The socket has room again. */
  drain(): void {
    for (let next = this.#queued[0]; next !== undefined; next = this.#queued[0]) {
      const written = Math.max(0, this.#socket.write(next));
      this.#queuedBytes -= written;
      if (written < next.length) {
        this.#queued[0] = next.subarray(written);
        return;
      }
      this.#queued.shift();
    }
    this.onDrain?.();
  }

  close(): void {
    this.#socket.terminate();
  }
}
