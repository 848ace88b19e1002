import { AppError } from "../../core/errors.ts";
import type { Candidate } from "../../ice/candidate.ts";
import { formatCandidate } from "../../ice/candidate.ts";
import { profileLevelId } from "../../media/h264.ts";
import { chooseFormat, takesStream } from "../../sdp/format-choice.ts";
import { h264ProfileOf, SAFE_PROFILE_LEVEL_ID } from "../../sdp/h264-profile.ts";
import type { ExtensionName, H264Format, PeerDescription } from "../../sdp/peer-description.ts";
import { formatAnswer, formatOffer, type OwnDescription, type SentFormat } from "../../sdp/webrtc-description.ts";
import type { VideoStream } from "../../stream/video-stream.ts";
import type { MediaTerms } from "./media-terms.ts";
import type { WebRtcSession } from "./session.ts";

/** A mid of more characters would not fit the header extension (secure-egress.h). */
const MAX_SENT_MID_LENGTH = 16;
/** What we understand of receivers. */
const FEEDBACK = ["nack", "nack pli", "ccm fir"] as const;
/** Of our own offers; dynamic ones that RTCP leaves free. */
const OFFERED_TYPES = [
  { payloadType: 96, rtxPayloadType: 97 },
  { payloadType: 98, rtxPayloadType: 99 },
] as const;
/** No mid: with one section there is nothing to tell apart, and ours is long. */
const OFFERED_EXTENSIONS: ReadonlyMap<ExtensionName, number> = new Map([
  ["absoluteSendTime", 2],
  ["transportSequence", 3],
]);

/** What a viewer gets, and under which terms. */
export interface Agreement {
  readonly stream: VideoStream;
  readonly format: H264Format;
  readonly terms: MediaTerms;
}

/** What our side of a description is made of. */
export interface OwnParts {
  readonly fingerprint: string;
  readonly isIceLite: boolean;
  readonly candidates: readonly Candidate[];
  readonly cname: string;
}

/** The profile of a stream as it is now, or what ours have before their first picture. */
export function profileOf({ parameters }: VideoStream): string {
  return (parameters && profileLevelId(parameters.sps)) ?? SAFE_PROFILE_LEVEL_ID;
}

/** Whether a viewer under these terms can decode a stream. */
export function canPlay({ format }: MediaTerms, stream: VideoStream): boolean {
  return takesStream(format, profileOf(stream));
}

/** Finds the wanted stream a format, or else the other stream. Throws AppError `not-acceptable` (`NO_COMMON_CODEC`), `bad-request`. */
export function agree(
  peer: PeerDescription,
  role: "offer" | "answer",
  streams: { readonly wanted: VideoStream; readonly other: VideoStream },
  { ssrc, rtxSsrc }: Pick<WebRtcSession, "ssrc" | "rtxSsrc">,
): Agreement {
  const isActive = role === "offer" ? ["actpass", "active"].includes(peer.setup) : peer.setup === "active";
  if (!isActive) throw new AppError("bad-request", "The peer must be the DTLS client: a=setup:actpass or active");
  if (peer.isIceLite)
    throw new AppError("bad-request", "The peer must do connectivity checks: it is ICE-lite, as we are");
  const { formats, extensions, mid } = peer.video;
  const offered = formats.filter(({ payloadType }) => role === "offer" || payloadType in FORMAT_OF_OFFER);
  for (const stream of [streams.wanted, streams.other]) {
    const format = chooseFormat(offered, profileOf(stream));
    if (format === undefined) continue;
    const sent = new Map([...extensions].filter(([name]) => name !== "mid" || mid.length <= MAX_SENT_MID_LENGTH));
    return { stream, format, terms: { format, extensions: sent, mid, ssrc, rtxSsrc } };
  }
  throw new AppError(
    "not-acceptable",
    "The browser and this camera have no video codec in common: H.264 with packetization-mode 1 is needed",
    { errorCode: "NO_COMMON_CODEC" },
  );
}

/** Answers an offer with what was agreed on. */
export function answerSdp(session: WebRtcSession, peer: PeerDescription, agreement: Agreement, own: OwnParts): string {
  const { format, terms } = agreement;
  const { payloadType, parameters, rtxPayloadType } = format;
  const estimate = terms.extensions.has("transportSequence") ? "transport-cc" : "goog-remb";
  const feedback = [...FEEDBACK, estimate].filter((kind) => format.feedback.has(kind));
  const formats = [{ payloadType, parameters, rtxPayloadType, feedback }];
  const extensions = terms.extensions;
  return formatAnswer({ ...describe(session, own), setup: "passive", mid: terms.mid, formats, extensions }, peer);
}

/** Our own offer; its mid is the session's id, by which an answer is told. */
export function offerSdp(session: WebRtcSession, own: OwnParts): string {
  const formats = offeredFormats(profileOf(session.stream));
  const extensions = OFFERED_EXTENSIONS;
  return formatOffer({ ...describe(session, own), setup: "actpass", mid: session.id, formats, extensions });
}

const FORMAT_OF_OFFER: Readonly<Record<number, true>> = Object.fromEntries(
  OFFERED_TYPES.map(({ payloadType }) => [payloadType, true]),
);

/** The stream's real profile, and what stream2 and every browser have. */
function offeredFormats(profile: string): readonly SentFormat[] {
  const isSafe = h264ProfileOf(profile) === h264ProfileOf(SAFE_PROFILE_LEVEL_ID);
  const profiles = isSafe ? [SAFE_PROFILE_LEVEL_ID] : [profile, SAFE_PROFILE_LEVEL_ID];
  return OFFERED_TYPES.slice(0, profiles.length).map((types, index) => ({
    ...types,
    parameters: `level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=${profiles[index]}`,
    feedback: [...FEEDBACK, "transport-cc", "goog-remb"],
  }));
}

function describe(
  { local, ssrc, rtxSsrc, stream }: WebRtcSession,
  own: OwnParts,
): Omit<OwnDescription, "setup" | "mid" | "formats" | "extensions"> {
  return {
    // any number that no other session has
    sessionId: String(ssrc * 2 ** 20 + (rtxSsrc & 0xfffff)),
    iceUfrag: local.ufrag,
    icePassword: local.password,
    isIceLite: own.isIceLite,
    fingerprint: own.fingerprint,
    candidates: own.candidates.map(formatCandidate),
    trackId: stream.name,
    cname: own.cname,
    ssrc,
    rtxSsrc,
  };
}
