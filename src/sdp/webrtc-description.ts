import { AppError } from "../core/errors.ts";
import { EXTENSION_URI, type ExtensionName, type PeerDescription } from "./peer-description.ts";

/** A video format that we send. */
export interface SentFormat {
  readonly payloadType: number;
  /** Value of `a=fmtp` without the payload type. */
  readonly parameters: string;
  readonly rtxPayloadType: number | undefined;
  /** Such as `nack pli`. */
  readonly feedback: readonly string[];
}

/** Our side of a session. */
export interface OwnDescription {
  /** Decimal digits (RFC 8866 §5.2). */
  readonly sessionId: string;
  readonly iceUfrag: string;
  readonly icePassword: string;
  readonly isIceLite: boolean;
  /** SHA-256, as in `a=fingerprint`: `AB:CD:…`. */
  readonly fingerprint: string;
  /** Values of `a=candidate`. */
  readonly candidates: readonly string[];
  readonly setup: "actpass" | "passive";
  readonly mid: string;
  /** Best first; an answer has one. */
  readonly formats: readonly SentFormat[];
  readonly extensions: ReadonlyMap<ExtensionName, number>;
  readonly trackId: string;
  readonly cname: string;
  readonly ssrc: number;
  readonly rtxSsrc: number;
}

/** Name of our one MediaStream, so that `event.streams[0]` exists in browsers (RFC 8830). */
const STREAM_ID = "rotordream";

/** An offer of our video alone. Throws AppError `internal` when a value would break a line. */
export function formatOffer(own: OwnDescription): string {
  return joined([...sessionLines(own), ...videoLines(own)]);
}

/** The answer to an offer: our video in its section, every other section refused by port 0 (RFC 3264 §6). Throws AppError `internal` when a value would break a line. */
export function formatAnswer(own: OwnDescription, offer: Pick<PeerDescription, "sections" | "video">): string {
  const sections = offer.sections.map((section, index) => {
    if (index === offer.video.index) return videoLines(own);
    const mid = section.mid === undefined ? [] : [`a=mid:${section.mid}`];
    const media = `m=${section.kind} 0 ${section.protocol} ${section.formats.join(" ")}`;
    return [media, "c=IN IP4 0.0.0.0", ...mid, "a=inactive"];
  });
  return joined([...sessionLines(own), ...sections.flat()]);
}

function sessionLines(own: OwnDescription): readonly string[] {
  return [
    "v=0",
    `o=- ${own.sessionId} 1 IN IP4 127.0.0.1`,
    "s=-",
    "t=0 0",
    ...(own.isIceLite ? ["a=ice-lite"] : []),
    `a=group:BUNDLE ${own.mid}`,
    `a=msid-semantic: WMS ${STREAM_ID}`,
    `a=fingerprint:sha-256 ${own.fingerprint}`,
  ];
}

function videoLines(own: OwnDescription): readonly string[] {
  const { formats, ssrc, rtxSsrc, cname } = own;
  const types = formats.flatMap(({ payloadType, rtxPayloadType }) =>
    rtxPayloadType === undefined ? [payloadType] : [payloadType, rtxPayloadType],
  );
  const hasRtx = formats.some(({ rtxPayloadType }) => rtxPayloadType !== undefined);
  return [
    `m=video 9 UDP/TLS/RTP/SAVPF ${types.join(" ")}`,
    "c=IN IP4 0.0.0.0",
    "a=rtcp:9 IN IP4 0.0.0.0",
    `a=ice-ufrag:${own.iceUfrag}`,
    `a=ice-pwd:${own.icePassword}`,
    `a=setup:${own.setup}`,
    `a=mid:${own.mid}`,
    ...Array.from(own.extensions, ([name, id]) => `a=extmap:${id} ${EXTENSION_URI[name]}`),
    "a=sendonly",
    `a=msid:${STREAM_ID} ${own.trackId}`,
    "a=rtcp-mux",
    "a=rtcp-rsize",
    ...formats.flatMap(formatLines),
    ...(hasRtx ? [`a=ssrc-group:FID ${ssrc} ${rtxSsrc}`] : []),
    `a=ssrc:${ssrc} cname:${cname}`,
    ...(hasRtx ? [`a=ssrc:${rtxSsrc} cname:${cname}`] : []),
    ...own.candidates.map((candidate) => `a=candidate:${candidate}`),
    "a=end-of-candidates",
  ];
}

function formatLines({ payloadType, parameters, rtxPayloadType, feedback }: SentFormat): readonly string[] {
  return [
    `a=rtpmap:${payloadType} H264/90000`,
    ...feedback.map((kind) => `a=rtcp-fb:${payloadType} ${kind}`),
    `a=fmtp:${payloadType} ${parameters}`,
    ...(rtxPayloadType === undefined
      ? []
      : [`a=rtpmap:${rtxPayloadType} rtx/90000`, `a=fmtp:${rtxPayloadType} apt=${payloadType}`]),
  ];
}

function joined(lines: readonly string[]): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly what must not get in
  if (lines.some((line) => /[\u0000-\u001f\u007f]/.test(line)))
    throw new AppError("internal", "A value would break the SDP.");
  return `${lines.join("\r\n")}\r\n`;
}
