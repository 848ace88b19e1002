import { NativeError } from "bun-ffi-v4l2";

/** About half a second of 4 Mbit/s; a viewer whose connection is further behind waits for the next keyframe instead. The last frame may go beyond, however large. */
const MAX_QUEUED_BYTES = 256 * 1024;
/** Pieces of which urgent ones may be: far more than a connection that moves has waiting. */
const MAX_QUEUED_PIECES = 1024;

/** Framed packets of which the socket took the first `sent` bytes. */
interface Queued {
  readonly bytes: Uint8Array;
  sent: number;
}

/** What is known of a connection that ends at the viewer: ICE-TCP. One to a relay is shared, and tells nothing of the path behind it. */
export interface ViewerConnection {
  /** What the socket took and the peer has not acknowledged; NativeError once it is closed. */
  kernelBytes(): number;
  /** Where the packet ends that begins at `begin`. */
  endOfPacket(frames: Uint8Array, begin: number): number;
}

/** What goes out on one TCP or TLS connection: whole frames, and not more than the connection can carry. */
export class StreamOutput {
  /** Called when there is room again; a relay's connection has several viewers. */
  readonly drained = new Set<() => void>();
  /** Undefined: it ends at a relay. */
  readonly viewer: ViewerConnection | undefined;
  readonly #socket: { write(bytes: Uint8Array): number };
  #queued: Queued[] = [];
  #queuedBytes = 0;
  #acceptedBytes = 0;

  constructor(socket: { write(bytes: Uint8Array): number }, viewer?: ViewerConnection) {
    this.#socket = socket;
    this.viewer = viewer;
  }

  get hasRoom(): boolean {
    return this.#queuedBytes < MAX_QUEUED_BYTES;
  }

  /** Everything that was to be sent so far, what was left out again excepted. */
  get acceptedBytes(): number {
    return this.#acceptedBytes;
  }

  /** How much of that the peer has not acknowledged, as far as is known: the backlog, and what is under way. */
  get outstandingBytes(): number {
    try {
      return this.#queuedBytes + (this.viewer?.kernelBytes() ?? 0);
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      return this.#queuedBytes; // closed a moment ago
    }
  }

  /**
   * Sends packets that are framed already; copies what the socket does not take. Lost when there is no room, as a datagram would be; what is
   * urgent waits behind the rest instead.
   */
  send(frames: Uint8Array, isUrgent = false): void {
    if (isUrgent ? this.#queued.length >= MAX_QUEUED_PIECES : !this.hasRoom) return;
    this.#acceptedBytes += frames.length;
    const written = this.#queued.length > 0 ? 0 : Math.max(0, this.#socket.write(frames));
    if (written === frames.length) return;
    const begin = this.#startOfPacket(frames, written);
    this.#queued.push({ bytes: frames.slice(begin), sent: written - begin });
    this.#queuedBytes += frames.length - written;
  }

  /** Leaves out what waits for the viewer; a packet of which a part was sent goes on to its end. Others' packets on the way to a relay stay. */
  discardQueued(): void {
    const [first] = this.#queued;
    if (first === undefined || this.viewer === undefined) return;
    const begin = this.#startOfPacket(first.bytes, first.sent);
    const end = begin === first.sent ? begin : this.viewer.endOfPacket(first.bytes, begin);
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
    for (const listener of this.drained) listener();
  }

  /** Of the packet that the byte at `at` belongs to, in whole packets; where they are not told apart, that byte. */
  #startOfPacket(frames: Uint8Array, at: number): number {
    const { viewer } = this;
    if (viewer === undefined) return at;
    let begin = 0;
    for (let end = viewer.endOfPacket(frames, begin); end <= at && end < frames.length; ) {
      begin = end;
      end = viewer.endOfPacket(frames, begin);
    }
    return begin;
  }
}
