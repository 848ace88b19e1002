import forge from "node-forge";
import type { AppError } from "../core/errors.ts";
import { sortChain } from "./certificate-check.ts";
import { certificateError, MAX_CERTIFICATE_BYTES, type PemParts, pemBlock } from "./certificate-pem.ts";

/** Key derivation runs on the main thread; programs write 1 to 10,000 rounds, some 100,000. More would hold up every viewer. */
const MAX_ROUNDS = 100_000;
/** Nesting of a PKCS#12 file is below 20. */
const MAX_DEPTH = 32;
const PASSWORD_REFUSED = /password|MAC could not be verified|decrypt/i;

/** Reads the private key and its chain out of a PKCS#12 file. Throws AppError `bad-request` naming `pkcs12` or `password`. */
export function readPkcs12(bytes: Uint8Array, password: string): PemParts {
  const file = parse(bytes, password);
  const keys = [forge.pki.oids.pkcs8ShroudedKeyBag, forge.pki.oids.keyBag].flatMap((type = "") =>
    (file.getBags({ bagType: type })[type] ?? []).map(keyOf),
  );
  const [key] = keys;
  if (key === undefined) throw certificateError("pkcs12", "The PKCS#12 file holds no private key");
  if (keys.length > 1) throw certificateError("pkcs12", "The PKCS#12 file holds more than one private key");
  const type = forge.pki.oids.certBag ?? "";
  const certificates = (file.getBags({ bagType: type })[type] ?? []).map(certificateOf);
  return { certificates: sortChain(certificates, key), key };
}

function parse(bytes: Uint8Array, password: string): forge.pkcs12.Pkcs12Pfx {
  if (bytes.length > MAX_CERTIFICATE_BYTES)
    throw certificateError("pkcs12", `The PKCS#12 file is larger than ${MAX_CERTIFICATE_BYTES} bytes`);
  let asn1: forge.asn1.Asn1;
  try {
    asn1 = forge.asn1.fromDer(forge.util.createBuffer(Buffer.from(bytes).toString("latin1")));
  } catch {
    throw certificateError("pkcs12", "This is no PKCS#12 file");
  }
  refuseSlowDerivation(asn1, 0);
  try {
    return forge.pkcs12.pkcs12FromAsn1(asn1, false, password);
  } catch (error) {
    throw refusal(error);
  }
}

function refusal(error: unknown): AppError {
  const text = error instanceof Error ? error.message : "";
  return PASSWORD_REFUSED.test(text)
    ? certificateError("password", "The password does not open the PKCS#12 file")
    : certificateError("pkcs12", "This is no PKCS#12 file, or one encrypted in a way that is not known here");
}

/** Rounds stand behind their salt: MacData (RFC 7292 §4), PBE and PBKDF2 parameters (RFC 8018 appendix A). */
function refuseSlowDerivation(node: forge.asn1.Asn1, depth: number): void {
  if (depth > MAX_DEPTH) throw certificateError("pkcs12", "This is no PKCS#12 file");
  if (!Array.isArray(node.value)) {
    const inner = node.type === forge.asn1.Type.OCTETSTRING ? nested(node.value) : undefined;
    if (inner !== undefined) refuseSlowDerivation(inner, depth + 1);
    return;
  }
  for (const [index, child] of node.value.entries()) {
    refuseSlowDerivation(child, depth + 1);
    if (node.value[index - 1]?.type !== forge.asn1.Type.OCTETSTRING || child.type !== forge.asn1.Type.INTEGER) continue;
    if (typeof child.value === "string" && Number(`0x${forge.util.bytesToHex(child.value)}`) <= MAX_ROUNDS) continue;
    throw certificateError(
      "pkcs12",
      `The PKCS#12 file asks for more than ${MAX_ROUNDS} rounds of key derivation; export it again with fewer`,
    );
  }
}

/** What an octet string holds, where that is ASN.1 again: safes are wrapped so. */
function nested(bytes: string): forge.asn1.Asn1 | undefined {
  try {
    return forge.asn1.fromDer(forge.util.createBuffer(bytes));
  } catch {
    return undefined;
  }
}

function keyOf(bag: forge.pkcs12.Bag): string {
  // Forge knows RSA keys only; others it hands over as they came
  const asn1 = bag.key ? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(bag.key)) : bag.asn1;
  return pemBlock("PRIVATE KEY", derOf(asn1));
}

function certificateOf(bag: forge.pkcs12.Bag): string {
  return pemBlock("CERTIFICATE", derOf(bag.cert ? forge.pki.certificateToAsn1(bag.cert) : bag.asn1));
}

function derOf(asn1: forge.asn1.Asn1): Uint8Array {
  return Buffer.from(forge.asn1.toDer(asn1).getBytes(), "latin1");
}
