import type { Socket } from "bun";
import { NativeError } from "bun-ffi-v4l2";
import type { LocalPath } from "../../ice/candidate-pair.ts";
import { END_SILENCE_MS } from "../../ice/ice-agent.ts";
import type { TransportAddress } from "../../ice/ip-address.ts";

/** RFC 4571 §2. */
const LENGTH_BYTES = 2;
/** A datagram of ours has at most 1200 bytes, STUN at most 1500. */
const MAX_FRAME_BYTES = 1500;
/** About half a second of 4 Mbit/s; a viewer whose connection is further behind waits for the next keyframe instead. The last frame may go beyond, however large. */
const MAX_QUEUED_BYTES = 256 * 1024;
/** A connection without an authentic check is closed after this. */
const PROOF_TIMEOUT_MS = 10_000;

/** Framed packets of which the socket took the first `sent` bytes. */
interface Queued {
  readonly bytes: Uint8Array;
  sent: number;
}

/** One ICE-TCP connection (RFC 6544): frames in, frames out. */
export class FramedConnection {
  readonly path: LocalPath;
  readonly remote: TransportAddress;
  /** A viewer that had no room hears of it here. */
  onDrain: (() => void) | undefined;
  readonly #socket: Socket<unknown>;
  readonly #kernelBytes: () => number;
  #session: object | undefined;
  #input = new Uint8Array();
  #queued: Queued[] = [];
  #queuedBytes = 0;
  #acceptedBytes = 0;

  /** `kernelBytes`: what the socket took and the peer has not acknowledged; NativeError once it is closed. */
  constructor(socket: Socket<unknown>, path: LocalPath, remote: TransportAddress, kernelBytes: () => number) {
    this.#socket = socket;
    this.path = path;
    this.remote = remote;
    this.#kernelBytes = kernelBytes;
    this.#closeAfter(PROOF_TIMEOUT_MS);
  }

  get hasRoom(): boolean {
    return this.#queuedBytes < MAX_QUEUED_BYTES;
  }

  /** Everything that was to be sent so far, what was left out again excepted. */
  get acceptedBytes(): number {
    return this.#acceptedBytes;
  }

  /** How much of that the peer has not acknowledged: the backlog, and what is under way. */
  get outstandingBytes(): number {
    try {
      return this.#queuedBytes + this.#kernelBytes();
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      return this.#queuedBytes; // closed a moment ago
    }
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
    this.sendFrames(frame);
  }

  /** Sends packets that are framed already; copies what the socket does not take. Lost when there is no room. */
  sendFrames(frames: Uint8Array): void {
    if (!this.hasRoom) return;
    this.#acceptedBytes += frames.length;
    const written = this.#queued.length > 0 ? 0 : Math.max(0, this.#socket.write(frames));
    if (written === frames.length) return;
    const begin = startOfPacket(frames, written);
    this.#queued.push({ bytes: frames.slice(begin), sent: written - begin });
    this.#queuedBytes += frames.length - written;
  }

  /** Leaves out what waits; a packet of which a part was sent goes on to its end. */
  discardQueued(): void {
    const [first] = this.#queued;
    if (first === undefined) return;
    const begin = startOfPacket(first.bytes, first.sent);
    const end = begin === first.sent ? begin : endOfPacket(first.bytes, begin);
    const left = end - first.sent;
    this.#queued = left === 0 ? [] : [{ bytes: first.bytes.subarray(0, end), sent: first.sent }];
    this.#acceptedBytes -= this.#queuedBytes - left;
    this.#queuedBytes = left;
  }

  /** The socket has room again. */
  drain(): void {
    for (let next = this.#queued[0]; next !== undefined; next = this.#queued[0]) {
      const written = Math.max(0, this.#socket.write(next.bytes.subarray(next.sent)));
      this.#queuedBytes -= written;
      next.sent += written;
      if (next.sent < next.bytes.length) return;
      this.#queued.shift();
    }
    this.onDrain?.();
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

/** Of the packet that the byte at `at` belongs to, in whole packets. */
function startOfPacket(frames: Uint8Array, at: number): number {
  let begin = 0;
  for (let end = endOfPacket(frames, begin); end <= at && end < frames.length; end = endOfPacket(frames, begin))
    begin = end;
  return begin;
}
