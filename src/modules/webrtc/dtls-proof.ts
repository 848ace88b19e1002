import { createHash, createHmac, timingSafeEqual, verify, X509Certificate } from "node:crypto";
import type { DtlsServer } from "werift";
import type { Fingerprint } from "../../sdp/peer-description.ts";

/** Handshake message types (RFC 5246 §7.4). */
const CERTIFICATE = 11;
const CERTIFICATE_VERIFY = 15;
const FINISHED = 20;
/** The last flight of a client (RFC 6347 §4.2.4). */
const LAST_CLIENT_FLIGHT = 5;
/** RFC 5246 §7.4.9. */
const VERIFY_BYTES = 12;

/**
 * Why the client of a finished handshake is not who its description says; undefined: it is. Checks what werift 0.25 leaves out: that
 * the certificate has the announced fingerprint, that the client holds its key (CertificateVerify, RFC 5246 §7.4.8), and that both
 * saw the same handshake (Finished, §7.4.9).
 */
export function handshakeProblem(server: DtlsServer, fingerprints: readonly Fingerprint[]): string | undefined {
  const certificate = server.remoteCertificate;
  if (certificate === undefined) return "the peer showed no certificate";
  if (!fingerprints.some((fingerprint) => hasFingerprint(certificate, fingerprint)))
    return "the peer's certificate is not the one that its SDP names";
  const messages = server.dtls.sortedHandshakeCache.filter(
    (_message, index, all) => index <= all.findIndex(({ msg_type }) => msg_type === FINISHED),
  );
  const proof = messages.find(({ msg_type }) => msg_type === CERTIFICATE_VERIFY);
  const finished = messages.at(-1);
  const clients = server.dtls.handshakeCache[LAST_CLIENT_FLIGHT]?.data ?? [];
  if (proof === undefined || finished === undefined || !clients.includes(proof) || !clients.includes(finished))
    return "the peer's handshake is not complete";
  if (!clients.some(({ msg_type }) => msg_type === CERTIFICATE)) return "the peer showed no certificate";
  const before = (message: (typeof messages)[number]) =>
    Buffer.concat(messages.slice(0, messages.indexOf(message)).map((each) => each.serialize()));
  if (!isSigned(before(proof), proof.fragment, certificate)) return "the peer does not hold the key of its certificate";
  const expected = clientVerifyData(server.cipher.masterSecret, before(finished));
  if (finished.fragment.length !== VERIFY_BYTES || !timingSafeEqual(finished.fragment, expected))
    return "the handshake was altered on its way";
  return undefined;
}

function hasFingerprint(certificate: Uint8Array, { algorithm, hex }: Fingerprint): boolean {
  return createHash(algorithm.replace("-", "")).update(certificate).digest("hex").toUpperCase() === hex;
}

/** `proof`: algorithm of two bytes, length of two, signature. werift offers SHA-256 with RSA or ECDSA only. */
function isSigned(signed: Uint8Array, proof: Buffer, certificate: Uint8Array): boolean {
  if (proof.length < 4 || proof[0] !== 4 || proof.readUInt16BE(2) !== proof.length - 4) return false;
  try {
    return verify("sha256", signed, new X509Certificate(certificate).publicKey, proof.subarray(4));
  } catch {
    return false; // no certificate at all, or a key of another kind
  }
}

/** PRF(master secret, "client finished", hash of the handshake), RFC 5246 §5. */
function clientVerifyData(masterSecret: Uint8Array, handshake: Uint8Array): Buffer {
  const seed = Buffer.concat([Buffer.from("client finished"), createHash("sha256").update(handshake).digest()]);
  const hmac = (bytes: Uint8Array) => createHmac("sha256", masterSecret).update(bytes).digest();
  return hmac(Buffer.concat([hmac(seed), seed])).subarray(0, VERIFY_BYTES);
}
