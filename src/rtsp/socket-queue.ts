import type { Clock } from "../core/clock.ts";

/** What a slow reader may make us keep (contract rtsp.md). */
export const MAX_QUEUED_BYTES = 4 * 1024 * 1024;
/** An answer or report must still fit behind a full queue of frames. */
const CONTROL_RESERVE_BYTES = 128 * 1024;
/** A reader that takes nothing for so long is gone. */
export const STALL_LIMIT_MS = 10_000;
const INITIAL_QUEUE_BYTES = 64 * 1024;
const LARGEST_QUEUE_BYTES = MAX_QUEUED_BYTES + CONTROL_RESERVE_BYTES;

/** The part of a Bun TCP socket that is written to: `write` takes what the kernel takes and buffers nothing. */
export interface ByteSocket {
  write(bytes: Uint8Array, byteOffset?: number, byteLength?: number): number;
}

/** Outgoing bytes of one TCP connection, in order, never split, never more than a bound. Holds memory only while the peer is slow. */
export class SocketQueue {
  readonly #socket: ByteSocket;
  readonly #clock: Clock;
  #queue: Buffer | undefined;
  #head = 0;
  #tail = 0;
  #lastProgressUs: number;
  #closed = false;

  constructor(socket: ByteSocket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    this.#lastProgressUs = clock.monotonicUs();
  }

  get queuedBytes(): number {
    return this.#tail - this.#head;
  }

  /** Writes or queues media, whole or not at all: false when the bound would be passed. */
  writeMedia(bytes: Uint8Array, length: number): boolean {
    return this.#write(bytes, length, MAX_QUEUED_BYTES);
  }

  /** Writes or queues an answer or report; false when the connection is beyond help and should be closed. */
  writeControl(bytes: Uint8Array): boolean {
    return this.#write(bytes, bytes.length, LARGEST_QUEUE_BYTES);
  }

  /** The kernel has room again: writes on. True when nothing is left queued. */
  drain(): boolean {
    const queue = this.#queue;
    if (queue === undefined || this.#closed) return true;
    const written = this.#socket.write(queue, this.#head, this.#tail - this.#head);
    if (written > 0) {
      this.#head += written;
      this.#lastProgressUs = this.#clock.monotonicUs();
    }
    if (this.#head < this.#tail) return false;
    this.#queue = undefined;
    this.#head = 0;
    this.#tail = 0;
    return true;
  }

  /** True when bytes have waited for `STALL_LIMIT_MS` and the peer took none. */
  isStalled(nowUs: number): boolean {
    return this.queuedBytes > 0 && nowUs - this.#lastProgressUs > STALL_LIMIT_MS * 1000;
  }

  /** Forgets what is queued; later writes do nothing. */
  close(): void {
    this.#closed = true;
    this.#queue = undefined;
    this.#head = 0;
    this.#tail = 0;
  }

  #write(bytes: Uint8Array, length: number, bound: number): boolean {
    if (this.#closed) return true;
    let taken = 0;
    if (this.#queue === undefined) {
      taken = Math.max(this.#socket.write(bytes, 0, length), 0);
      this.#lastProgressUs = this.#clock.monotonicUs();
      if (taken === length) return true;
    } else if (this.queuedBytes + length > bound) {
      return false;
    }
    this.#enqueue(bytes, taken, length);
    return true;
  }

  #enqueue(bytes: Uint8Array, from: number, to: number): void {
    const queue = this.#room(to - from);
    queue.set(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to), this.#tail);
    this.#tail += to - from;
  }

  /** The queue with room for `byteCount` more behind its tail: moved to its front, or to larger memory, when it has to be. */
  #room(byteCount: number): Buffer {
    const queue = this.#queue;
    if (queue !== undefined && this.#tail + byteCount <= queue.length) return queue;
    const needed = this.queuedBytes + byteCount;
    const mostlyFree =
      queue !== undefined && needed <= (queue.length >= LARGEST_QUEUE_BYTES ? queue.length : queue.length / 2);
    const target = mostlyFree ? queue : Buffer.allocUnsafeSlow(grownSize(needed));
    queue?.copy(target, 0, this.#head, this.#tail);
    this.#tail -= this.#head;
    this.#head = 0;
    this.#queue = target;
    return target;
  }
}

/** Doubling keeps appending cheap; the bound keeps the last step from overshooting it. One frame larger than the bound still fits. */
function grownSize(neededBytes: number): number {
  return Math.max(neededBytes, Math.min(neededBytes * 2, LARGEST_QUEUE_BYTES), INITIAL_QUEUE_BYTES);
}
