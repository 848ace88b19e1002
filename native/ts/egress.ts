import type { Pointer } from "bun:ffi";
import { type Destination, describeDestination } from "./destination.ts";
import type { Library } from "./library.ts";
import { checked } from "./native-error.ts";
import { DESTINATION_STATS } from "./structs.ts";

/** What became of the packets of one destination. */
export interface DestinationStats {
  /** Handed to the kernel. */
  readonly packets: number;
  /** Bytes of their UDP payload. */
  readonly bytes: number;
  /** Packets that the kernel did not take. */
  readonly lost: number;
  /** Negative errno of the last loss, 0 = none. */
  readonly lastError: number;
  /** Whether UDP GSO is used. */
  readonly gso: boolean;
}

/** Sends blocks of packets to many UDP destinations, one native call a block. Use from one thread. */
export class Egress {
  readonly #symbols: Library["symbols"];
  readonly #stats = new Uint8Array(DESTINATION_STATS.size);
  #handle: Pointer | undefined;

  private constructor(symbols: Library["symbols"], handle: Pointer) {
    this.#symbols = symbols;
    this.#handle = handle;
  }

  /** Throws NativeError when memory is exhausted. */
  static create({ symbols }: Pick<Library, "symbols">): Egress {
    const out = new BigUint64Array(1);
    checked(symbols.bv_egress_create(out), "bv_egress_create");
    return new Egress(symbols, Number(out[0]) as Pointer);
  }

  /** Adds a destination, inactive, and returns its id. RangeError for a bad address or port; NativeError when the table is full. */
  add(destination: Destination): number {
    return checked(this.#symbols.bv_egress_add(this.#open(), describeDestination(destination)), "bv_egress_add");
  }

  remove(id: number): void {
    checked(this.#symbols.bv_egress_remove(this.#open(), id), "bv_egress_remove");
  }

  /** Only active destinations get what `send` sends. */
  setActive(id: number, active: boolean): void {
    checked(this.#symbols.bv_egress_set_active(this.#open(), id, active ? 1 : 0), "bv_egress_set_active");
  }

  /**
   * Sends the first `count` packets, pairs (offset, size) in `packets`, of `block` to every active destination; never blocks.
   * Returns how many destinations lost something. NativeError for more than 8192 packets.
   */
  send(block: Uint8Array, packets: Uint32Array, count: number): number {
    return checked(this.#symbols.bv_egress_send(this.#open(), block, packets, count), "bv_egress_send");
  }

  /** The same to one destination, active or not. Returns 1 when something was lost. */
  sendTo(id: number, block: Uint8Array, packets: Uint32Array, count: number): number {
    return checked(this.#symbols.bv_egress_send_to(this.#open(), id, block, packets, count), "bv_egress_send_to");
  }

  stats(id: number): DestinationStats {
    const { offset } = DESTINATION_STATS;
    checked(this.#symbols.bv_egress_stats(this.#open(), id, this.#stats), "bv_egress_stats");
    const view = new DataView(this.#stats.buffer);
    return {
      packets: Number(view.getBigUint64(offset.packets, true)),
      bytes: Number(view.getBigUint64(offset.bytes, true)),
      lost: Number(view.getBigUint64(offset.lost, true)),
      lastError: view.getInt32(offset.last_error, true),
      gso: view.getUint32(offset.gso, true) === 1,
    };
  }

  /** Frees everything; the sockets stay open. Every other call throws from then on. */
  destroy(): void {
    if (this.#handle === undefined) return;
    this.#symbols.bv_egress_destroy(this.#handle);
    this.#handle = undefined;
  }

  #open(): Pointer {
    if (this.#handle === undefined) throw new Error("the egress was destroyed");
    return this.#handle;
  }
}

/**
 * Prepares a UDP socket that many destinations share: ICMP errors of one peer no longer fail sends to others, and the send buffer
 * gets `sendBufferBytes` where the system allows it. NativeError when `fd` is no UDP socket.
 */
export function prepareUdpSocket({ symbols }: Pick<Library, "symbols">, fd: number, sendBufferBytes: number): void {
  checked(symbols.bv_udp_prepare(fd, sendBufferBytes), "bv_udp_prepare");
}

/**
 * Prepares a TCP socket for media: it sends at once, and the kernel takes no more than about `unsentBytes` beyond what is under way.
 * NativeError when `fd` is no TCP socket.
 */
export function prepareTcpSocket({ symbols }: Pick<Library, "symbols">, fd: number, unsentBytes: number): void {
  checked(symbols.bv_tcp_prepare(fd, unsentBytes), "bv_tcp_prepare");
}

/** Bytes that a TCP socket took and its peer has not acknowledged; NativeError when `fd` is no socket. */
export function outstandingTcpBytes({ symbols }: Pick<Library, "symbols">, fd: number): number {
  return checked(symbols.bv_tcp_outstanding(fd), "bv_tcp_outstanding");
}
