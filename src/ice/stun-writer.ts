import type { Crypto } from "../core/crypto-port.ts";
import { AppError } from "../core/errors.ts";
import { parseIpAddress, type TransportAddress } from "./ip-address.ts";
import {
  fingerprintOf,
  INTEGRITY_BYTES,
  MAGIC_COOKIE,
  STUN_ATTRIBUTE,
  STUN_HEADER_BYTES,
  type StunClass,
  TRANSACTION_ID_BYTES,
} from "./stun-message.ts";

/** Room for what we write: checks, their answers and TURN data of one datagram. */
const MAX_WRITTEN_BYTES = 1500;
const CLASS_BITS = { request: 0x000, indication: 0x010, success: 0x100, error: 0x110 } as const;

/** Builds one message attribute by attribute; `finish` seals it. */
export class StunWriter {
  readonly #bytes = new Uint8Array(MAX_WRITTEN_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);
  #length = STUN_HEADER_BYTES;

  /** `transactionId`: 12 bytes. */
  constructor(messageClass: StunClass, method: number, transactionId: Uint8Array) {
    const bits = (method & 0x00f) | ((method & 0x070) << 1) | ((method & 0xf80) << 2);
    this.#view.setUint16(0, bits | CLASS_BITS[messageClass]);
    this.#view.setUint32(4, MAGIC_COOKIE);
    this.#bytes.set(transactionId.subarray(0, TRANSACTION_ID_BYTES), 8);
  }

  /** Appends an attribute, padded with zeros. AppError `internal` when the message grows past a datagram. */
  add(type: number, value: Uint8Array): this {
    const end = this.#length + 4 + Math.ceil(value.length / 4) * 4;
    if (end > this.#bytes.length) throw new AppError("internal", "A STUN message would not fit a datagram.");
    this.#view.setUint16(this.#length, type);
    this.#view.setUint16(this.#length + 2, value.length);
    this.#bytes.set(value, this.#length + 4);
    this.#length = end;
    this.#view.setUint16(2, end - STUN_HEADER_BYTES);
    return this;
  }

  addText(type: number, text: string): this {
    return this.add(type, new TextEncoder().encode(text));
  }

  addUint32(type: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value);
    return this.add(type, bytes);
  }

  addUint64(type: number, value: bigint): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value);
    return this.add(type, bytes);
  }

  /** An XOR-…-ADDRESS (RFC 8489 §14.2). AppError `internal` when it is no address. */
  addXorAddress(type: number, { address, port }: TransportAddress): this {
    const bytes = parseIpAddress(address);
    if (bytes === undefined) throw new AppError("internal", "A STUN message would carry what is no address.");
    const value = new Uint8Array(4 + bytes.length);
    value[1] = bytes.length === 4 ? 1 : 2;
    new DataView(value.buffer).setUint16(2, port ^ (MAGIC_COOKIE >>> 16));
    for (const [index, byte] of bytes.entries()) value[4 + index] = byte ^ (this.#bytes[4 + index] ?? 0);
    return this.add(type, value);
  }

  /** ERROR-CODE with its phrase (RFC 8489 §14.8). */
  addError(number: number, phrase: string): this {
    const text = new TextEncoder().encode(phrase);
    const value = new Uint8Array(4 + text.length);
    value[2] = Math.floor(number / 100);
    value[3] = number % 100;
    value.set(text, 4);
    return this.add(STUN_ATTRIBUTE.errorCode, value);
  }

  /** UNKNOWN-ATTRIBUTES (RFC 8489 §14.9). */
  addUnknownAttributes(types: readonly number[]): this {
    const value = new Uint8Array(types.length * 2);
    for (const [index, type] of types.entries()) new DataView(value.buffer).setUint16(index * 2, type);
    return this.add(STUN_ATTRIBUTE.unknownAttributes, value);
  }

  /** The message with MESSAGE-INTEGRITY made with `key`, where there is one, and FINGERPRINT. */
  finish(key: Uint8Array | undefined, crypto: Pick<Crypto, "hmacSha1">): Uint8Array {
    if (key !== undefined) {
      this.#view.setUint16(2, this.#length + 4 + INTEGRITY_BYTES - STUN_HEADER_BYTES);
      this.add(STUN_ATTRIBUTE.messageIntegrity, crypto.hmacSha1(key, this.#bytes.subarray(0, this.#length)));
    }
    this.#view.setUint16(2, this.#length + 8 - STUN_HEADER_BYTES);
    this.addUint32(STUN_ATTRIBUTE.fingerprint, fingerprintOf(this.#bytes.subarray(0, this.#length)));
    return this.#bytes.subarray(0, this.#length);
  }
}
