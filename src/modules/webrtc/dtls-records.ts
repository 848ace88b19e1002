/** RFC 6347 §4.1. */
const RECORD_HEADER_BYTES = 13;
/** RFC 6347 §4.2.2. */
const HANDSHAKE_HEADER_BYTES = 12;
const CONTENT = { changeCipherSpec: 20, alert: 21, handshake: 22 } as const;
const CLIENT_HELLO = 1;
/** A browser's certificate has 300–1000 bytes; this is room for an RSA chain. The library below would allocate whatever a message claims. */
const MAX_HANDSHAKE_BYTES = 16 * 1024;

/**
 * Whether a datagram from a client may be given to the handshake: well-framed records of DTLS 1.0–1.2, no application data, no alert in
 * plain text, and no new handshake once `isConnected`. What is refused here could be forged by anyone who knows the address.
 */
export function isAdmissibleDtls(bytes: Uint8Array, isConnected: boolean): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at < bytes.length) {
    if (at + RECORD_HEADER_BYTES > bytes.length) return false;
    const type = view.getUint8(at);
    const version = view.getUint16(at + 1);
    const epoch = view.getUint16(at + 3);
    const start = at + RECORD_HEADER_BYTES;
    at = start + view.getUint16(at + 11);
    if (at > bytes.length || at === start || (version !== 0xfefd && version !== 0xfeff)) return false;
    if (type === CONTENT.changeCipherSpec) continue;
    if (type === CONTENT.alert && epoch > 0) continue;
    if (type !== CONTENT.handshake) return false;
    if (epoch === 0 && !isAdmissibleHandshake(view, start, at, isConnected)) return false;
  }
  return bytes.length > 0;
}

function isAdmissibleHandshake(view: DataView, from: number, end: number, isConnected: boolean): boolean {
  let at = from;
  while (at < end) {
    if (at + HANDSHAKE_HEADER_BYTES > end) return false;
    const length = uint24(view, at + 1);
    const offset = uint24(view, at + 6);
    const fragment = uint24(view, at + 9);
    if (length > MAX_HANDSHAKE_BYTES || offset + fragment > length) return false;
    // what is over is repeated at most, and the library would keep parts without end
    if (isConnected && (view.getUint8(at) === CLIENT_HELLO || fragment !== length)) return false;
    at += HANDSHAKE_HEADER_BYTES + fragment;
  }
  return at === end;
}

function uint24(view: DataView, at: number): number {
  return (view.getUint8(at) << 16) | view.getUint16(at + 1);
}
