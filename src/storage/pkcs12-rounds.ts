import { certificateError } from "./certificate-pem.ts";
import { forge } from "./pkcs12-library.ts";

/**
 * Keys are derived on the main thread, in JavaScript: up to a second for so many rounds of all parts together, which holds up every viewer.
 * Programs write 2,000 rounds for each of three parts, Java 10,000.
 */
const MAX_ROUNDS = 40_000;
/** Nesting of a PKCS#12 file is below 20. */
const MAX_DEPTH = 32;
/** PKCS#7 EncryptedData (RFC 2315 §14). */
const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
const { Class, Type } = forge.asn1;

type Node = forge.asn1.Asn1;

/** What a part of the file asks for, as far as it can be read without a password. */
interface Demand {
  rounds: number;
  /** ContentInfo of each encrypted safe. */
  readonly safes: Node[];
}

/**
 * Throws AppError `bad-request` for a file whose keys would take too long to derive, those inside encrypted safes too, and for a password
 * that does not open these; errors of node-forge for encryption that it does not know.
 */
export function refuseSlowDerivation(file: Node, password: string): void {
  const { rounds, safes } = demandOf(file);
  let sum = bounded(rounds);
  for (const safe of safes) {
    sum = bounded(sum + demandOf(safe).rounds); // opened here, and once more to be read
    sum = bounded(sum + demandOf(open(safe, password)).rounds);
  }
}

function bounded(rounds: number): number {
  if (rounds <= MAX_ROUNDS) return rounds;
  throw certificateError(
    "pkcs12",
    `The PKCS#12 file asks for more than ${MAX_ROUNDS} rounds of key derivation; export it again with fewer`,
  );
}

function demandOf(node: Node): Demand {
  const demand: Demand = { rounds: 0, safes: [] };
  look(node, 0, demand);
  return demand;
}

/** Rounds stand behind their salt: MacData (RFC 7292 §4), PBE and PBKDF2 parameters (RFC 8018 appendix A). */
function look(node: Node, depth: number, demand: Demand): void {
  if (depth > MAX_DEPTH) throw certificateError("pkcs12", "This is no PKCS#12 file");
  if (isOf(node, Type.OCTETSTRING)) {
    const inner = nested(octetsOf(node));
    if (inner !== undefined) look(inner, depth + 1, demand);
    return;
  }
  const children = childrenOf(node);
  for (const [index, child] of children.entries()) {
    look(child, depth + 1, demand);
    if (isOf(children[index - 1], Type.OCTETSTRING) && isOf(child, Type.INTEGER)) demand.rounds += numberOf(child);
  }
  const [first] = children;
  if (isOf(first, Type.OID) && forge.asn1.derToOid(String(first.value)) === ENCRYPTED_DATA) demand.safes.push(node);
}

function isOf(node: Node | undefined, type: forge.asn1.Type): node is Node {
  return node?.type === type && node.tagClass === Class.UNIVERSAL;
}

/** SafeContents of an encrypted safe: as EncryptedPrivateKeyInfo, which has the same parts, it can be opened by what node-forge shows. */
function open(safe: Node, password: string): Node {
  const [, content] = childrenOf(safe);
  const [, encrypted] = childrenOf(childrenOf(content)[0]);
  const [, algorithm, text] = childrenOf(encrypted);
  if (algorithm === undefined || text === undefined) throw certificateError("pkcs12", "This is no PKCS#12 file");
  const octets = forge.asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, octetsOf(text));
  const info = forge.asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, [algorithm, octets]);
  return opened(info, password) ?? wrongPassword();
}

/** Undefined: what came out is no ASN.1. */
function opened(info: Node, password: string): Node | undefined {
  try {
    return forge.pki.decryptPrivateKeyInfo(info, password) ?? undefined;
  } catch (error) {
    if (error instanceof Error && /OID|parameters/.test(error.message)) throw error;
    return undefined;
  }
}

function wrongPassword(): never {
  throw certificateError("password", "The password does not open the PKCS#12 file");
}

/** What an octet string holds, where that is ASN.1 again: safes are wrapped so. Read as leniently as node-forge will. */
function nested(bytes: string): Node | undefined {
  try {
    return forge.asn1.fromDer(forge.util.createBuffer(bytes), false);
  } catch {
    return undefined;
  }
}

/** Long ones may come in pieces (X.690 §8.7.3). */
function octetsOf({ value }: Node): string {
  if (typeof value === "string") return value;
  return value.map((piece) => (typeof piece.value === "string" ? piece.value : "")).join("");
}

function childrenOf(node: Node | undefined): readonly Node[] {
  return Array.isArray(node?.value) ? node.value : [];
}

function numberOf({ value }: Node): number {
  return typeof value === "string" ? Number(`0x${forge.util.bytesToHex(value)}`) : Number.POSITIVE_INFINITY;
}
