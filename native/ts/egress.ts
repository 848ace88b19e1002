import type { Pointer } from "bun:ffi";
import { isIPv4, isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import type { Library } from "./library.ts";
import { checked } from "./native-error.ts";
import { DESTINATION, DESTINATION_STATS } from "./structs.ts";

/** One receiver of an egress. */
export interface Destination {
  /** UDP socket to send on; stays the caller's and must outlive the destination. */
  readonly fd: number;
  /** IPv4 or IPv6 address; a link-local one may carry its zone (`fe80::1%eth0`). IPv4-mapped ones are sent as IPv4. */
  readonly address: string;
  /** 1–65535. */
  readonly port: number;
  /** Our own address to send from; undefined: as the socket and the route say. */
  readonly source?: string;
}

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
    return checked(this.#symbols.bv_egress_add(this.#open(), describe(destination)), "bv_egress_add");
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

function describe({ fd, address, port, source }: Destination): Uint8Array {
  const to = parseAddress(address);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new RangeError(`port ${port} is not within 1–65535`);
  const bytes = new Uint8Array(DESTINATION.size);
  const view = new DataView(bytes.buffer);
  const { offset } = DESTINATION;
  view.setInt32(offset.fd, fd, true);
  view.setUint32(offset.family, to.bytes.length === 4 ? 4 : 6, true);
  view.setUint32(offset.port, port, true);
  view.setUint32(offset.scope_id, to.scopeId, true);
  bytes.set(to.bytes, offset.address);
  if (source !== undefined) {
    const from = parseAddress(source);
    if (from.bytes.length !== to.bytes.length)
      throw new RangeError("source and destination are of different address families");
    view.setUint32(offset.has_source, 1, true);
    bytes.set(from.bytes, offset.source);
  }
  return bytes;
}

interface ParsedAddress {
  /** 4 or 16, network order. */
  readonly bytes: readonly number[];
  readonly scopeId: number;
}

function parseAddress(text: string): ParsedAddress {
  if (isIPv4(text)) return { bytes: text.split(".").map(Number), scopeId: 0 };
  if (!isIPv6(text)) throw new RangeError("neither an IPv4 nor an IPv6 address");
  const [address = "", zone] = text.split("%");
  const bytes = ipv6Bytes(address);
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return mapped ? { bytes: bytes.slice(12), scopeId: 0 } : { bytes, scopeId: zone === undefined ? 0 : scopeIdOf(zone) };
}

/** Bytes of an address that isIPv6 has accepted. */
function ipv6Bytes(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const front = groupBytes(head);
  if (tail === undefined) return front;
  const back = groupBytes(tail);
  return [...front, ...new Array<number>(16 - front.length - back.length).fill(0), ...back];
}

function groupBytes(groups: string): number[] {
  if (groups === "") return [];
  return groups.split(":").flatMap((group) => {
    if (group.includes(".")) return group.split(".").map(Number);
    const value = Number.parseInt(group, 16);
    return [value >>> 8, value & 0xff];
  });
}

/** A zone is an interface's number or name (RFC 4007 §11.2). */
function scopeIdOf(zone: string): number {
  if (/^\d{1,9}$/.test(zone)) return Number(zone);
  for (const entry of networkInterfaces()[zone] ?? []) {
    if (entry.family === "IPv6" && entry.scopeid) return entry.scopeid;
  }
  throw new RangeError("the address names an interface that is not there");
}
