import type { Socket } from "bun";
import type { LocalPath } from "../../ice/candidate-pair.ts";
import { END_SILENCE_MS } from "../../ice/ice-agent.ts";
import type { TransportAddress } from "../../ice/ip-address.ts";
import { StreamOutput } from "./stream-output.ts";

/** RFC 4571 §2. */
const LENGTH_BYTES = 2;
/** A datagram of ours has at most 1200 bytes, STUN at most 1500. */
const MAX_FRAME_BYTES = 1500;
/** A connection without an authentic check is closed after this. */
const PROOF_TIMEOUT_MS = 10_000;

/** One ICE-TCP connection (RFC 6544): frames in, frames out. */
export class FramedConnection {
  readonly path: LocalPath;
  readonly remote: TransportAddress;
  readonly output: StreamOutput;
  readonly #socket: Socket<unknown>;
  #session: object | undefined;
  #input = new Uint8Array();

  /** `kernelBytes`: what the socket took and the peer has not acknowledged; NativeError once it is closed. */
  constructor(socket: Socket<unknown>, path: LocalPath, remote: TransportAddress, kernelBytes: () => number) {
    this.#socket = socket;
    this.path = path;
    this.remote = remote;
    this.output = new StreamOutput(socket, { kernelBytes, endOfPacket });
    this.#closeAfter(PROOF_TIMEOUT_MS);
  }

  /** An authentic check of a session came over it: it stays while it is heard of. */
  prove(session: object): void {
    this.#session = session;
    this.#closeAfter(END_SILENCE_MS);
  }

  /** A session has ended; where it was the one that proved this connection, another one has to. */
  release(session: object): void {
    if (this.#session !== session) return;
    this.#session = undefined;
    this.#closeAfter(PROOF_TIMEOUT_MS);
  }

  /** Splits what came into frames. False: it is no framed ICE, close it. */
  receive(bytes: Uint8Array, onFrame: (frame: Uint8Array) => void): boolean {
    if (this.#session !== undefined) this.#closeAfter(END_SILENCE_MS);
    const input = this.#input.length === 0 ? bytes : Buffer.concat([this.#input, bytes]);
    let at = 0;
    while (at + LENGTH_BYTES <= input.length) {
      const end = endOfPacket(input, at);
      if (end - at - LENGTH_BYTES > MAX_FRAME_BYTES) return false;
      if (end > input.length) break;
      onFrame(input.subarray(at + LENGTH_BYTES, end));
      at = end;
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

  /** Whoever listens to the socket's time-out closes it. Not to the second. */
  #closeAfter(silenceMs: number): void {
    this.#socket.timeout(silenceMs / 1000);
  }
}

function endOfPacket(frames: Uint8Array, begin: number): number {
  return begin + LENGTH_BYTES + (((frames[begin] ?? 0) << 8) | (frames[begin + 1] ?? 0));
}
