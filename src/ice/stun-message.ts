import type { Crypto } from "../core/crypto-port.ts";
import { crc32 } from "./crc32.ts";
import { formatIpAddress, type TransportAddress } from "./ip-address.ts";

/** RFC 8489 §5. */
export const STUN_HEADER_BYTES = 20;
/** RFC 8489 §5. */
export const MAGIC_COOKIE = 0x2112a442;
/** RFC 8489 §5. */
export const TRANSACTION_ID_BYTES = 12;
/** RFC 8489 §14.7: a FINGERPRINT is the CRC XOR this. */
export const FINGERPRINT_XOR = 0x5354554e;
/** HMAC-SHA-1. */
export const INTEGRITY_BYTES = 20;
/** A message must fit a datagram (RFC 8489 §6.1); more than an Ethernet frame is nothing that a peer of ours sends. */
const MAX_MESSAGE_BYTES = 1500;
/** A check has about eight. */
const MAX_ATTRIBUTES = 32;
const ATTRIBUTE_HEADER_BYTES = 4;

/** Methods of STUN (RFC 8489 §18.2) and TURN (RFC 8656 §17). */
export const STUN_METHOD = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  send: 0x006,
  data: 0x007,
  createPermission: 0x008,
  channelBind: 0x009,
} as const;

/** Attribute types of STUN (RFC 8489 §18.3), ICE (RFC 8445 §16.1) and TURN (RFC 8656 §18). */
export const STUN_ATTRIBUTE = {
  mappedAddress: 0x0001,
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedTransport: 0x0019,
  messageIntegritySha256: 0x001c,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  software: 0x8022,
  fingerprint: 0x8028,
  iceControlled: 0x8029,
  iceControlling: 0x802a,
} as const;

/** RFC 8489 §5. */
export type StunClass = "request" | "indication" | "success" | "error";

/** Place of an attribute's value in its message. */
interface AttributePlace {
  readonly type: number;
  readonly start: number;
  readonly length: number;
}

/** A well-formed message. Views of the bytes it was read from: valid as long as those are. */
export interface StunMessage {
  readonly class: StunClass;
  readonly method: number;
  readonly transactionId: Uint8Array;
  readonly bytes: Uint8Array;
  /** In the order they came; what follows MESSAGE-INTEGRITY is not among them (RFC 8489 §14.5). */
  readonly attributes: readonly AttributePlace[];
  readonly hasFingerprint: boolean;
}

const CLASSES: readonly StunClass[] = ["request", "indication", "success", "error"];
const KNOWN_ATTRIBUTES: ReadonlySet<number> = new Set(Object.values(STUN_ATTRIBUTE));

/** Whether a datagram is STUN and not DTLS or RTP, by its first byte (RFC 7983 §7). */
export function looksLikeStun(bytes: Uint8Array): boolean {
  return bytes.length >= STUN_HEADER_BYTES && (bytes[0] ?? 0xff) < 4;
}

/** Reads a message; undefined when it is malformed, too long, or its FINGERPRINT is wrong. Never throws. */
export function parseStun(bytes: Uint8Array): StunMessage | undefined {
  if (!looksLikeStun(bytes) || bytes.length > MAX_MESSAGE_BYTES) return undefined;
  const view = viewOf(bytes);
  const type = view.getUint16(0);
  if (view.getUint32(4) !== MAGIC_COOKIE || view.getUint16(2) !== bytes.length - STUN_HEADER_BYTES) return undefined;
  const attributes: AttributePlace[] = [];
  let hasIntegrity = false;
  let hasFingerprint = false;
  let at = STUN_HEADER_BYTES;
  while (at < bytes.length) {
    if (at + ATTRIBUTE_HEADER_BYTES > bytes.length || hasFingerprint || attributes.length === MAX_ATTRIBUTES)
      return undefined;
    const attribute = view.getUint16(at);
    const length = view.getUint16(at + 2);
    const start = at + ATTRIBUTE_HEADER_BYTES;
    const end = start + Math.ceil(length / 4) * 4;
    if (end > bytes.length) return undefined;
    if (attribute === STUN_ATTRIBUTE.fingerprint) {
      if (length !== 4 || view.getUint32(start) !== fingerprintOf(bytes.subarray(0, at))) return undefined;
      hasFingerprint = true;
    } else if (!hasIntegrity) {
      attributes.push({ type: attribute, start, length });
      hasIntegrity = attribute === STUN_ATTRIBUTE.messageIntegrity;
    }
    at = end;
  }
  return {
    class: CLASSES[((type & 0x100) >>> 7) | ((type & 0x10) >>> 4)] ?? "request",
    method: (type & 0x000f) | ((type & 0x00e0) >>> 1) | ((type & 0x3e00) >>> 2),
    transactionId: bytes.subarray(8, STUN_HEADER_BYTES),
    bytes,
    attributes,
    hasFingerprint,
  };
}

/** What FINGERPRINT holds when it follows `bytes`. */
export function fingerprintOf(bytes: Uint8Array): number {
  return (crc32(bytes) ^ FINGERPRINT_XOR) >>> 0;
}

/** Value of the first attribute of a type; undefined when there is none. */
export function attributeOf({ bytes, attributes }: StunMessage, type: number): Uint8Array | undefined {
  const place = attributes.find((each) => each.type === type);
  return place && bytes.subarray(place.start, place.start + place.length);
}

/** A text attribute such as USERNAME; undefined when it is absent. */
export function textOf(message: StunMessage, type: number): string | undefined {
  const value = attributeOf(message, type);
  return value && new TextDecoder().decode(value);
}

/** A 32-bit attribute such as PRIORITY; undefined when it is absent or of another length. */
export function uint32Of(message: StunMessage, type: number): number | undefined {
  const value = attributeOf(message, type);
  return value?.length === 4 ? viewOf(value).getUint32(0) : undefined;
}

/** A 64-bit attribute such as ICE-CONTROLLING; undefined when it is absent or of another length. */
export function uint64Of(message: StunMessage, type: number): bigint | undefined {
  const value = attributeOf(message, type);
  return value?.length === 8 ? viewOf(value).getBigUint64(0) : undefined;
}

/** An XOR-…-ADDRESS attribute (RFC 8489 §14.2); undefined when it is absent or malformed. */
export function xorAddressOf(message: StunMessage, type: number): TransportAddress | undefined {
  const value = attributeOf(message, type);
  if (value === undefined) return undefined;
  const size = value[1] === 1 ? 4 : value[1] === 2 ? 16 : 0;
  if (size === 0 || value.length !== 4 + size) return undefined;
  // the cookie and the transaction id lie behind each other in the header
  const mask = message.bytes.subarray(4, STUN_HEADER_BYTES);
  const address = value.subarray(4).map((byte, index) => byte ^ (mask[index] ?? 0));
  return { address: formatIpAddress(address), port: viewOf(value).getUint16(2) ^ (MAGIC_COOKIE >>> 16) };
}

/** The number of an ERROR-CODE (RFC 8489 §14.8), such as 487; undefined when it is absent or malformed. */
export function errorNumberOf(message: StunMessage): number | undefined {
  const value = attributeOf(message, STUN_ATTRIBUTE.errorCode);
  if (value === undefined || value.length < 4) return undefined;
  return ((value[2] ?? 0) & 7) * 100 + (value[3] ?? 0);
}

/** Types that the peer requires us to understand and that we do not (RFC 8489 §14). */
export function unknownAttributesOf({ attributes }: StunMessage): readonly number[] {
  return attributes.filter(({ type }) => type < 0x8000 && !KNOWN_ATTRIBUTES.has(type)).map(({ type }) => type);
}

/** Whether MESSAGE-INTEGRITY is there and was made with `key` (RFC 8489 §14.5). */
export function hasIntegrity(
  { bytes, attributes }: StunMessage,
  key: Uint8Array,
  crypto: Pick<Crypto, "hmacSha1" | "timingSafeEqual">,
): boolean {
  const place = attributes.at(-1);
  if (place?.type !== STUN_ATTRIBUTE.messageIntegrity || place.length !== INTEGRITY_BYTES) return false;
  const covered = bytes.slice(0, place.start - ATTRIBUTE_HEADER_BYTES);
  // the length counts up to and including MESSAGE-INTEGRITY, whatever follows
  viewOf(covered).setUint16(2, place.start + INTEGRITY_BYTES - STUN_HEADER_BYTES);
  const given = bytes.subarray(place.start, place.start + INTEGRITY_BYTES);
  return crypto.timingSafeEqual(crypto.hmacSha1(key, covered), given);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
