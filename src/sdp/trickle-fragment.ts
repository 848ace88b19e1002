import { AppError } from "../core/errors.ts";
import { allOf, firstOf, parseSdpLines } from "./sdp-lines.ts";

/** A browser gathers a few dozen at most; the ICE agent bounds what it takes of them. */
const MAX_CANDIDATES = 256;

/** What a trickled fragment says (RFC 8840 §9). */
export interface TrickleFragment {
  /** Of the session that the candidates belong to, or new ones: an ICE restart. Undefined: not said. */
  readonly iceUfrag: string | undefined;
  readonly icePassword: string | undefined;
  readonly candidates: readonly string[];
}

/** Reads `application/trickle-ice-sdpfrag`. Throws AppError `bad-request` or `too-large`. */
export function parseTrickleFragment(text: string): TrickleFragment {
  const { attributes, sections } = parseSdpLines(text, "fragment");
  const all = [...attributes, ...sections.flatMap((section) => section.attributes)];
  const [iceUfrag, icePassword] = [firstOf(all, "ice-ufrag"), firstOf(all, "ice-pwd")];
  const isMalformed =
    (iceUfrag !== undefined && !/^[A-Za-z0-9+/]{4,256}$/.test(iceUfrag)) ||
    (icePassword !== undefined && !/^[A-Za-z0-9+/]{22,256}$/.test(icePassword));
  if (isMalformed) throw new AppError("bad-request", "The fragment's a=ice-ufrag or a=ice-pwd is malformed");
  const candidates = allOf(all, "candidate");
  if (candidates.length > MAX_CANDIDATES)
    throw new AppError("bad-request", `The fragment has more than ${MAX_CANDIDATES} candidates`);
  return { iceUfrag, icePassword, candidates };
}

/** The answer to an ICE restart: our new credentials and all our candidates. */
export function formatTrickleFragment(ours: {
  readonly iceUfrag: string;
  readonly icePassword: string;
  readonly isIceLite: boolean;
  readonly mid: string;
  readonly payloadType: number;
  readonly candidates: readonly string[];
}): string {
  return [
    ...(ours.isIceLite ? ["a=ice-lite"] : []),
    `a=ice-ufrag:${ours.iceUfrag}`,
    `a=ice-pwd:${ours.icePassword}`,
    `m=video 9 UDP/TLS/RTP/SAVPF ${ours.payloadType}`,
    `a=mid:${ours.mid}`,
    ...ours.candidates.map((candidate) => `a=candidate:${candidate}`),
    "a=end-of-candidates",
    "",
  ].join("\r\n");
}
