import { STUN_HEADER_BYTES } from "./stun-message.ts";

/** Channel number and length (RFC 8656 §12.4). */
const HEADER_BYTES = 4;
/** RFC 8656 §12. */
export const FIRST_CHANNEL = 0x4000;
/** RFC 8656 §12. */
export const LAST_CHANNEL = 0x4fff;

/** What came or goes through a channel. */
export interface ChannelMessage {
  readonly channel: number;
  /** A view of the bytes that it was read from. */
  readonly data: Uint8Array;
}

/** Reads ChannelData; undefined when it is something else or too short. Bytes behind it are padding. */
export function readChannelMessage(bytes: Uint8Array): ChannelMessage | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const [channel, length] = [uint16(bytes, 0), uint16(bytes, 2)];
  if (channel < FIRST_CHANNEL || channel > LAST_CHANNEL || HEADER_BYTES + length > bytes.length) return undefined;
  return { channel, data: bytes.subarray(HEADER_BYTES, HEADER_BYTES + length) };
}

/** `isPadded`: to whole words, as a stream transport wants it (RFC 8656 §12.5). */
export function formatChannelMessage({ channel, data }: ChannelMessage, isPadded: boolean): Uint8Array {
  const length = HEADER_BYTES + data.length;
  const bytes = new Uint8Array(isPadded ? Math.ceil(length / 4) * 4 : length);
  new DataView(bytes.buffer).setUint32(0, channel * 2 ** 16 + data.length);
  bytes.set(data, HEADER_BYTES);
  return bytes;
}

/** Length of the STUN message or padded ChannelData that begins a stream (RFC 8656 §3.1); 0: too little is there to know; undefined: it is neither. */
export function turnFrameBytes(stream: Uint8Array): number | undefined {
  if (stream.length < HEADER_BYTES) return 0;
  const [type, length] = [uint16(stream, 0), uint16(stream, 2)];
  if (type < FIRST_CHANNEL) return STUN_HEADER_BYTES + length;
  return type > LAST_CHANNEL ? undefined : HEADER_BYTES + Math.ceil(length / 4) * 4;
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
