import type { Socket } from "bun";
import type { LocalPath } from "../../ice/candidate-pair.ts";
import type { TransportAddress } from "../../ice/ip-address.ts";
import { StreamOutput } from "./stream-output.ts";

/** RFC 4571 §2. */
const LENGTH_BYTES = 2;
/** A datagram of ours has at most 1200 bytes, STUN at most 1500. */
const MAX_FRAME_BYTES = 1500;

/** One ICE-TCP connection (RFC 6544): frames in, frames out. */
export class FramedConnection {
  readonly path: LocalPath;
  readonly remote: TransportAddress;
  readonly output: StreamOutput;
  /** Whether an authentic check came over it. */
  isProven = false;
  readonly #socket: Socket<unknown>;
  #input = new Uint8Array();

  constructor(socket: Socket<unknown>, path: LocalPath, remote: TransportAddress) {
    this.#socket = socket;
    this.path = path;
    this.remote = remote;
    this.output = new StreamOutput(socket);
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
    this.output.send(frame);
  }

  close(): void {
    this.#socket.terminate();
  }
}
