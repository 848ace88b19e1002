import { AppError } from "../core/errors.ts";
import { sortChain } from "./certificate-check.ts";
import { certificateError, MAX_CERTIFICATE_BYTES, type PemParts, pemBlock } from "./certificate-pem.ts";
import { forge } from "./pkcs12-library.ts";
import { refuseSlowDerivation } from "./pkcs12-rounds.ts";

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
  try {
    refuseSlowDerivation(asn1, password);
    return forge.pkcs12.pkcs12FromAsn1(asn1, false, password);
  } catch (error) {
    throw refusal(error);
  }
}

function refusal(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const text = error instanceof Error ? error.message : "";
  return PASSWORD_REFUSED.test(text)
    ? certificateError("password", "The password does not open the PKCS#12 file")
    : certificateError("pkcs12", "This is no PKCS#12 file, or one encrypted in a way that is not known here");
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
