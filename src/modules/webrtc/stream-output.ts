/** About half a second of 4 Mbit/s; a viewer whose connection is further behind waits for the next keyframe instead. The last frame may go beyond, however large. */
const MAX_QUEUED_BYTES = 256 * 1024;
/** Pieces of which urgent ones may be: far more than a connection that moves has waiting. */
const MAX_QUEUED_PIECES = 1024;

/** What goes out on one TCP or TLS connection: whole frames, and not more than the connection can carry. */
export class StreamOutput {
  /** Called when there is room again; a relay's connection has several viewers. */
  readonly drained = new Set<() => void>();
  readonly #socket: { write(bytes: Uint8Array): number };
  #queued: Uint8Array[] = [];
  #queuedBytes = 0;

  constructor(socket: { write(bytes: Uint8Array): number }) {
    this.#socket = socket;
  }

  get hasRoom(): boolean {
    return this.#queuedBytes < MAX_QUEUED_BYTES;
  }

  /**
   * Sends packets that are framed already; copies what the socket does not take. Lost when there is no room, as a datagram would be; what is
   * urgent waits behind the rest instead.
   */
  send(frames: Uint8Array, isUrgent = false): void {
    if (isUrgent ? this.#queued.length >= MAX_QUEUED_PIECES : !this.hasRoom) return;
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
    for (const listener of this.drained) listener();
  }
}
