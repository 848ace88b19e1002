import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import type { SrtpKeys, SrtpProfile } from "bun-ffi-v4l2";

/** The far end of an SRTP session, written after the RFCs on top of node:crypto alone, to judge the native library by. */

const GCM_TAG_BYTES = 16;
const SHA1_TAG_BYTES = 10;

/** One RTP packet, opened. */
export interface OpenedRtp {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  /** Values of header extensions by their numbers. */
  readonly extensions: ReadonlyMap<number, Buffer>;
  readonly payload: Buffer;
}

interface SessionKeys {
  readonly cipher: Buffer;
  readonly authentication: Buffer;
  readonly salt: Buffer;
}

/** RFC 3711 §4.3; a salt of 12 bytes is padded with zeros (RFC 7714 §11). */
export function sessionKeys({ key, salt }: SrtpKeys, firstLabel: number): SessionKeys {
  const derive = (label: number, bytes: number) => {
    const iv = Buffer.alloc(16);
    iv.set(salt);
    iv[7] = (iv[7] ?? 0) ^ label;
    return createCipheriv("aes-128-ctr", key, iv).update(Buffer.alloc(bytes));
  };
  return {
    cipher: derive(firstLabel, 16),
    authentication: derive(firstLabel + 1, 20),
    salt: derive(firstLabel + 2, salt.length),
  };
}

function xor(bytes: Buffer, salt: Buffer): Buffer {
  for (const [index, byte] of salt.entries()) bytes[index] = (bytes[index] ?? 0) ^ byte;
  return bytes;
}

/** Opens what is protected with `local` and protects RTCP with `remote`. */
export class SrtpPeer {
  readonly #gcm: boolean;
  readonly #rtp: SessionKeys;
  readonly #rtcpIn: SessionKeys;
  readonly #rtcpOut: SessionKeys;
  /** Highest index by source. */
  readonly #newest = new Map<number, number>();
  #rtcpIndex = 0;

  constructor(profile: SrtpProfile, local: SrtpKeys, remote: SrtpKeys) {
    this.#gcm = profile === 7;
    this.#rtp = sessionKeys(local, 0);
    this.#rtcpIn = sessionKeys(local, 3);
    this.#rtcpOut = sessionKeys(remote, 3);
  }

  /** Throws unless the packet is authentic. The rollover counter is guessed as receivers do (RFC 3711 §3.3.1). */
  openRtp(packet: Buffer): OpenedRtp {
    const sequence = packet.readUInt16BE(2);
    const ssrc = packet.readUInt32BE(8);
    const index = this.#guessIndex(ssrc, sequence);
    const rollover = Math.floor(index / 0x10000);
    const hasExtension = ((packet[0] ?? 0) & 0x10) !== 0;
    const headerBytes = hasExtension ? 16 + packet.readUInt16BE(14) * 4 : 12;
    const payload = this.#gcm
      ? this.#openGcm(packet, headerBytes, ssrc, rollover, sequence)
      : this.#openSha1(packet, headerBytes, ssrc, rollover, sequence);
    this.#newest.set(ssrc, Math.max(index, this.#newest.get(ssrc) ?? 0));
    return {
      marker: ((packet[1] ?? 0) & 0x80) !== 0,
      payloadType: (packet[1] ?? 0) & 0x7f,
      sequence,
      timestamp: packet.readUInt32BE(4),
      ssrc,
      extensions: hasExtension ? extensionsOf(packet.subarray(12, headerBytes)) : new Map(),
      payload,
    };
  }

  openRtcp(packet: Buffer): Buffer {
    const { cipher, authentication, salt } = this.#rtcpIn;
    const tagBytes = this.#gcm ? GCM_TAG_BYTES : SHA1_TAG_BYTES;
    const end = packet.length - tagBytes - 4;
    const header = packet.subarray(0, 8);
    const word = this.#gcm ? packet.subarray(-4) : packet.subarray(end, end + 4);
    const iv = this.#rtcpIv(packet.readUInt32BE(4), word.readUInt32BE() & 0x7fffffff, salt);
    if (this.#gcm) {
      const decipher = createDecipheriv("aes-128-gcm", cipher, iv);
      decipher.setAAD(Buffer.concat([header, word])).setAuthTag(packet.subarray(end, end + tagBytes));
      return Buffer.concat([header, decipher.update(packet.subarray(8, end)), decipher.final()]);
    }
    demandTag(authentication, packet.subarray(0, end + 4), packet.subarray(-tagBytes));
    return Buffer.concat([header, createDecipheriv("aes-128-ctr", cipher, iv).update(packet.subarray(8, end))]);
  }

  protectRtcp(packet: Buffer): Buffer {
    const { cipher, authentication, salt } = this.#rtcpOut;
    const header = packet.subarray(0, 8);
    const word = Buffer.alloc(4);
    word.writeUInt32BE(0x80000000 + this.#rtcpIndex);
    const iv = this.#rtcpIv(packet.readUInt32BE(4), this.#rtcpIndex++, salt);
    if (this.#gcm) {
      const gcm = createCipheriv("aes-128-gcm", cipher, iv);
      gcm.setAAD(Buffer.concat([header, word]));
      return Buffer.concat([header, gcm.update(packet.subarray(8)), gcm.final(), gcm.getAuthTag(), word]);
    }
    const body = Buffer.concat([header, createCipheriv("aes-128-ctr", cipher, iv).update(packet.subarray(8)), word]);
    return Buffer.concat([body, tagOf(authentication, body)]);
  }

  #guessIndex(ssrc: number, sequence: number): number {
    const newest = this.#newest.get(ssrc);
    if (newest === undefined) return sequence;
    const rollover = Math.floor(newest / 0x10000);
    const candidates = [rollover - 1, rollover, rollover + 1].map((counter) => counter * 0x10000 + sequence);
    const distance = (index: number) => (index < 0 ? Number.POSITIVE_INFINITY : Math.abs(index - newest));
    return candidates.reduce((best, index) => (distance(index) < distance(best) ? index : best));
  }

  #openGcm(packet: Buffer, headerBytes: number, ssrc: number, rollover: number, sequence: number): Buffer {
    const iv = Buffer.alloc(12);
    iv.writeUInt32BE(ssrc, 2);
    iv.writeUInt32BE(rollover, 6);
    iv.writeUInt16BE(sequence, 10);
    const decipher = createDecipheriv("aes-128-gcm", this.#rtp.cipher, xor(iv, this.#rtp.salt));
    decipher.setAAD(packet.subarray(0, headerBytes)).setAuthTag(packet.subarray(-GCM_TAG_BYTES));
    return Buffer.concat([decipher.update(packet.subarray(headerBytes, -GCM_TAG_BYTES)), decipher.final()]);
  }

  #openSha1(packet: Buffer, headerBytes: number, ssrc: number, rollover: number, sequence: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(rollover);
    const authenticated = Buffer.concat([packet.subarray(0, -SHA1_TAG_BYTES), counter]);
    demandTag(this.#rtp.authentication, authenticated, packet.subarray(-SHA1_TAG_BYTES));
    const iv = Buffer.alloc(16);
    iv.writeUInt32BE(ssrc, 4);
    iv.writeUInt32BE(rollover, 8);
    iv.writeUInt16BE(sequence, 12);
    const decipher = createDecipheriv("aes-128-ctr", this.#rtp.cipher, xor(iv, this.#rtp.salt));
    return decipher.update(packet.subarray(headerBytes, -SHA1_TAG_BYTES));
  }

  #rtcpIv(ssrc: number, index: number, salt: Buffer): Buffer {
    const iv = Buffer.alloc(this.#gcm ? 12 : 16);
    iv.writeUInt32BE(ssrc, this.#gcm ? 2 : 4);
    iv.writeUInt32BE(index, this.#gcm ? 8 : 10);
    return xor(iv, salt);
  }
}

function tagOf(key: Buffer, bytes: Buffer): Buffer {
  return createHmac("sha1", key).update(bytes).digest().subarray(0, SHA1_TAG_BYTES);
}

function demandTag(key: Buffer, bytes: Buffer, tag: Buffer): void {
  if (!tagOf(key, bytes).equals(tag)) throw new Error("the packet is not authentic");
}

/** RFC 8285 §4.2, from its own header on. */
function extensionsOf(bytes: Buffer): Map<number, Buffer> {
  if (bytes.readUInt16BE(0) !== 0xbede) throw new Error("no one-byte header extensions");
  const found = new Map<number, Buffer>();
  for (let at = 4; at < bytes.length; ) {
    const element = bytes[at++] ?? 0;
    if (element === 0) continue;
    const end = at + (element & 15) + 1;
    found.set(element >>> 4, bytes.subarray(at, end));
    at = end;
  }
  return found;
}
