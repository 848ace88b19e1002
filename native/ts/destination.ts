import { isIPv4, isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import { DESTINATION } from "./structs.ts";

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

/** The bv_destination that leads there. RangeError for a bad address or port. */
export function describeDestination({ fd, address, port, source }: Destination): Uint8Array {
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
