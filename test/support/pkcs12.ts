import forge from "node-forge";

type Node = forge.asn1.Asn1;

const { asn1, pki } = forge;
const { UNIVERSAL, CONTEXT_SPECIFIC } = asn1.Class;

/** Rounds as they are, or as the file only says they are: what is refused need not be computed. */
export type Rounds = number | { readonly claimed: number };

/** Opens what is made here. */
export const PKCS12_PASSWORD = "secret";

/** SafeContents with the same key several times, each encrypted by itself. */
export function keyBags(key: string, ...rounds: readonly Rounds[]): Node {
  const info = pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(pki.privateKeyFromPem(key)));
  return sequence(
    ...rounds.map((each) => sequence(oid("pkcs8ShroudedKeyBag"), tagged([sequence(...encrypted(info, each))]))),
  );
}

/** A safe that anybody can read. */
export function plainSafe(contents: Node): Node {
  return sequence(oid("data"), tagged([octets(derOf(contents))]));
}

/** A safe that needs the password. */
export function encryptedSafe(contents: Node, rounds: Rounds): Node {
  const [algorithm, text] = encrypted(contents, rounds);
  if (algorithm === undefined || typeof text?.value !== "string") throw new Error("node-forge did not encrypt");
  const content = sequence(oid("data"), algorithm, tagged(text.value));
  return sequence(oid("encryptedData"), tagged([sequence(integer(0), content)]));
}

/** A file without a MAC around the DER of its safes, in one piece or several. */
export function pkcs12File(...pieces: readonly string[]): Uint8Array {
  const [first = ""] = pieces;
  const content = pieces.length === 1 ? octets(first) : octets(pieces.map((piece) => octets(piece)));
  const file = sequence(integer(3), sequence(oid("data"), tagged([content])));
  return new Uint8Array(Buffer.from(derOf(file), "latin1"));
}

/** DER of some safes together. */
export function safesOf(...safes: readonly Node[]): string {
  return derOf(sequence(...safes));
}

function encrypted(node: Node, rounds: Rounds): readonly Node[] {
  const count = typeof rounds === "number" ? rounds : 1;
  const info = pki.encryptPrivateKeyInfo(node, PKCS12_PASSWORD, { algorithm: "aes256", count });
  if (typeof rounds !== "number") claim(info, rounds.claimed);
  return info.value as Node[];
}

/** Rounds are the number behind a salt. */
function claim(node: Node, rounds: number): void {
  if (!Array.isArray(node.value)) return;
  for (const [index, child] of node.value.entries()) {
    const isRounds = child.type === asn1.Type.INTEGER && node.value[index - 1]?.type === asn1.Type.OCTETSTRING;
    if (isRounds) child.value = asn1.integerToDer(rounds).getBytes();
    else claim(child, rounds);
  }
}

function sequence(...parts: readonly Node[]): Node {
  return asn1.create(UNIVERSAL, asn1.Type.SEQUENCE, true, [...parts]);
}

function oid(name: string): Node {
  return asn1.create(UNIVERSAL, asn1.Type.OID, false, asn1.oidToDer(pki.oids[name] ?? "").getBytes());
}

function integer(value: number): Node {
  return asn1.create(UNIVERSAL, asn1.Type.INTEGER, false, asn1.integerToDer(value).getBytes());
}

function octets(value: string | Node[]): Node {
  return asn1.create(UNIVERSAL, asn1.Type.OCTETSTRING, Array.isArray(value), value);
}

function tagged(value: string | Node[]): Node {
  return asn1.create(CONTEXT_SPECIFIC, asn1.Type.NONE, Array.isArray(value), value);
}

function derOf(node: Node): string {
  return asn1.toDer(node).getBytes();
}
