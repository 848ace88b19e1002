import { canonicalIpAddress, type TransportAddress } from "./ip-address.ts";

/** RFC 8445 §5.1.1 and §5.1.3. */
export type CandidateType = "host" | "srflx" | "prflx" | "relay";

/** Where one side may be reached (RFC 8445 §5.3, RFC 8839 §5.1, RFC 6544 §4.5). Component 1 only: RTCP shares it (RFC 8834 §4.5). */
export interface Candidate extends TransportAddress {
  readonly foundation: string;
  readonly transport: "udp" | "tcp";
  readonly priority: number;
  readonly type: CandidateType;
  /** Of TCP candidates. */
  readonly tcpType?: "active" | "passive" | "so";
  /** Base of a reflexive or relayed candidate; shown to people only. */
  readonly related?: TransportAddress;
}

/** RFC 8445 §5.1.2.2; host candidates over TCP rank below all others, as in libwebrtc, because TCP delays what it repeats. */
const TYPE_PREFERENCE = { host: 126, prflx: 110, srflx: 100, relay: 10 } as const satisfies Record<
  CandidateType,
  number
>;
const TCP_TYPE_PREFERENCE = 90;
const COMPONENT = 1;
const MAX_PRIORITY = 2 ** 31 - 1;
/** A line of ours has about 100; browsers' with all extensions about 200. */
export const MAX_LINE_LENGTH = 512;

/** Priority of a local candidate (RFC 8445 §5.1.2.1). `localPreference`: 0–65535, higher is better. */
export function candidatePriority(type: CandidateType, transport: "udp" | "tcp", localPreference: number): number {
  const preference = transport === "tcp" && type !== "relay" ? TCP_TYPE_PREFERENCE : TYPE_PREFERENCE[type];
  return preference * 2 ** 24 + localPreference * 2 ** 8 + (256 - COMPONENT);
}

/** Priority of a pair (RFC 8445 §6.1.2.3) of the candidate priorities of the controlling and the controlled side. */
export function pairPriority(controlling: number, controlled: number): bigint {
  const [low, high] = controlling < controlled ? [controlling, controlled] : [controlled, controlling];
  return (BigInt(low) << 32n) + 2n * BigInt(high) + (controlling > controlled ? 1n : 0n);
}

/** Why a candidate is of no use to us. */
export type CandidateRefusal = "malformed" | "hidden name" | "another component" | "unknown transport";

/**
 * Reads the value of `a=candidate`, with or without `candidate:` in front (RFC 8839 §5.1). "hidden name": a host name, such as the `.local` ones by which
 * browsers hide their addresses; such a peer is learnt from its checks.
 */
export function parseCandidate(text: string): Candidate | CandidateRefusal {
  if (text.length > MAX_LINE_LENGTH) return "malformed";
  const words = text
    .trim()
    .replace(/^(a=)?candidate:/, "")
    .split(/ +/);
  const [foundation = "", component = "", transport = "", priority = "", address = "", port = "", typ, type = ""] =
    words;
  if (typ !== "typ" || !/^[A-Za-z0-9+/]{1,32}$/.test(foundation) || !/^\d{1,3}$/.test(component)) return "malformed";
  const numbers = { priority: wholeNumber(priority, MAX_PRIORITY), port: wholeNumber(port, 65535) };
  if (!numbers.priority || numbers.port === undefined || !Object.hasOwn(TYPE_PREFERENCE, type)) return "malformed";
  if (Number(component) !== COMPONENT) return "another component";
  const protocol = transport.toLowerCase();
  if (protocol !== "udp" && protocol !== "tcp") return "unknown transport";
  const canonical = canonicalIpAddress(address);
  if (canonical === undefined) return /^[A-Za-z0-9._-]{1,255}$/.test(address) ? "hidden name" : "malformed";
  const extensions = extensionsOf(words.slice(8));
  const tcpType = extensions.get("tcptype");
  if (protocol === "tcp" && tcpType !== "active" && tcpType !== "passive" && tcpType !== "so") return "malformed";
  return {
    foundation,
    transport: protocol,
    priority: numbers.priority,
    address: canonical,
    port: numbers.port,
    type: type as CandidateType,
    ...(protocol === "tcp" ? { tcpType: tcpType as "active" | "passive" | "so" } : {}),
  };
}

/** The value of `a=candidate`, without `candidate:` in front. */
export function formatCandidate(candidate: Candidate): string {
  const { foundation, transport, priority, address, port, type, tcpType, related } = candidate;
  return [
    `${foundation} ${COMPONENT} ${transport} ${priority} ${address} ${port} typ ${type}`,
    ...(related === undefined ? [] : [`raddr ${related.address} rport ${related.port}`]),
    ...(tcpType === undefined ? [] : [`tcptype ${tcpType}`]),
  ].join(" ");
}

function extensionsOf(words: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let index = 0; index + 1 < words.length; index += 2) found.set(words[index] ?? "", words[index + 1] ?? "");
  return found;
}

function wholeNumber(text: string, maximum: number): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) <= maximum ? Number(text) : undefined;
}
