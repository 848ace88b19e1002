import { AppError } from "../core/errors.ts";
import { allOf, firstOf, parseSdpLines, type SdpLines, type SdpSection } from "./sdp-lines.ts";

/** Longest mid that we echo; RFC 9143 leaves it open, browsers use one or two characters, ours have 16. */
const MAX_MID_LENGTH = 64;
/** Payload types of one section: Chrome offers about 25 for video. */
const MAX_FORMATS = 128;
/** Lines of one section: Chrome has about five for each format. */
const MAX_FEEDBACK = 1024;

/** Header extensions that we can send (RFC 8285). */
export const EXTENSION_URI = {
  transportSequence: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
  absoluteSendTime: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
  mid: "urn:ietf:params:rtp-hdrext:sdes:mid",
} as const;

/** A header extension that we can send. */
export type ExtensionName = keyof typeof EXTENSION_URI;

/** One-byte header extensions (RFC 8285 §4.2) have these ids. */
const MAX_EXTENSION_ID = 14;

/** An H.264 format of a peer. */
export interface H264Format {
  readonly payloadType: number;
  /** As it stands in `a=fmtp`. */
  readonly parameters: string;
  readonly profileLevelId: string;
  readonly rtxPayloadType: number | undefined;
  /** Such as `nack pli`. */
  readonly feedback: ReadonlySet<string>;
}

/** The section that our video goes to. */
export interface VideoSection {
  readonly index: number;
  readonly mid: string;
  /** In the peer's order of preference; packetization-mode 1 only. */
  readonly formats: readonly H264Format[];
  readonly extensions: ReadonlyMap<ExtensionName, number>;
}

/** A certificate's hash. `algorithm` as in `a=fingerprint`: `sha-256`; `hex` upper case without colons. */
export interface Fingerprint {
  readonly algorithm: "sha-256" | "sha-384" | "sha-512";
  readonly hex: string;
}

/** What a browser or another WebRTC peer says of itself, in an offer or an answer. */
export interface PeerDescription {
  readonly iceUfrag: string;
  readonly icePassword: string;
  readonly isIceLite: boolean;
  readonly fingerprints: readonly Fingerprint[];
  readonly setup: string;
  /** Values of `a=candidate` of the section. */
  readonly candidates: readonly string[];
  readonly video: VideoSection;
  /** Every section as it came, for an answer that refuses the others. */
  readonly sections: readonly (Pick<SdpSection, "kind" | "protocol" | "formats"> & {
    readonly mid: string | undefined;
  })[];
}

/** Reads an offer or answer. Throws AppError `bad-request` when it is malformed or lacks what WebRTC demands, `too-large` over 64 KiB. */
export function parsePeerDescription(text: string): PeerDescription {
  const lines = parseSdpLines(text);
  const index = lines.sections.findIndex(takesVideo);
  const section = lines.sections[index];
  if (section === undefined) throw new AppError("bad-request", "The SDP has no video section that would receive");
  if (!section.protocol.includes("TLS/RTP/SAVPF"))
    throw new AppError("bad-request", "The SDP's video section is not of UDP/TLS/RTP/SAVPF");
  const either = (name: string) => firstOf(section.attributes, name) ?? firstOf(lines.attributes, name);
  const need = (name: string) => {
    const value = either(name);
    if (value === undefined) throw new AppError("bad-request", `The SDP lacks a=${name}`);
    return value;
  };
  need("rtcp-mux");
  const [iceUfrag, icePassword] = [need("ice-ufrag"), need("ice-pwd")];
  if (!/^[A-Za-z0-9+/]{4,256}$/.test(iceUfrag) || !/^[A-Za-z0-9+/]{22,256}$/.test(icePassword))
    throw new AppError("bad-request", "The SDP's a=ice-ufrag or a=ice-pwd is malformed");
  return {
    iceUfrag,
    icePassword,
    isIceLite: firstOf(lines.attributes, "ice-lite") !== undefined,
    fingerprints: fingerprintsOf(section, lines),
    setup: need("setup"),
    candidates: allOf(section.attributes, "candidate"),
    video: videoOf(section, index),
    sections: lines.sections.map((each) => ({ ...each, mid: midOf(each) })),
  };
}

/** The mid of the first section, which names the offer that an answer is to; undefined when there is none. */
export function firstMidOf(text: string): string | undefined {
  const [section] = parseSdpLines(text).sections;
  return section && midOf(section);
}

function takesVideo(section: SdpSection): boolean {
  const isDirection = (name: string) => firstOf(section.attributes, name) !== undefined;
  const isRefused = section.port === 0 && !isDirection("bundle-only");
  return section.kind === "video" && !isRefused && !isDirection("sendonly") && !isDirection("inactive");
}

function midOf({ attributes }: SdpSection): string | undefined {
  const mid = firstOf(attributes, "mid");
  return mid !== undefined && mid.length <= MAX_MID_LENGTH && /^[\w!#$%&'*+.^`{|}~-]+$/.test(mid) ? mid : undefined;
}

function fingerprintsOf(section: SdpSection, lines: SdpLines): readonly Fingerprint[] {
  const own = allOf(section.attributes, "fingerprint");
  const given = own.length > 0 ? own : allOf(lines.attributes, "fingerprint");
  const found = given.flatMap((value): Fingerprint[] => {
    const [, bits, hex] = /^sha-(256|384|512) ((?:[0-9a-f]{2}:){31,63}[0-9a-f]{2})$/i.exec(value) ?? [];
    if (bits === undefined || hex === undefined) return [];
    return [{ algorithm: `sha-${bits as "256" | "384" | "512"}`, hex: hex.replaceAll(":", "").toUpperCase() }];
  });
  if (found.length === 0) throw new AppError("bad-request", "The SDP has no a=fingerprint of sha-256, -384 or -512");
  return found;
}

function videoOf(section: SdpSection, index: number): VideoSection {
  const mid = midOf(section);
  if (mid === undefined) throw new AppError("bad-request", "The SDP's video section has no usable a=mid");
  return { index, mid, formats: h264FormatsOf(section), extensions: extensionsOf(section) };
}

function h264FormatsOf({ formats, attributes }: SdpSection): readonly H264Format[] {
  const names = byPayloadType(allOf(attributes, "rtpmap"));
  const parameters = byPayloadType(allOf(attributes, "fmtp"));
  const rtx = rtxByOriginal(names, parameters);
  const allFeedback = allOf(attributes, "rtcp-fb").slice(0, MAX_FEEDBACK);
  return [...new Set(formats.slice(0, MAX_FORMATS))].flatMap((format): H264Format[] => {
    const payloadType = payloadTypeOf(format);
    if (payloadType === undefined || !/^h264\/90000$/i.test(names.get(payloadType) ?? "")) return [];
    const text = parameters.get(payloadType) ?? "";
    const values = parametersOf(text);
    const profileLevelId = values.get("profile-level-id");
    if (values.get("packetization-mode") !== "1" || profileLevelId === undefined) return [];
    const feedback = new Set(
      allFeedback.flatMap((value) => {
        const [, target, kind = ""] = /^(\S+) (.+)$/.exec(value) ?? [];
        return target === format || target === "*" ? [kind.trim()] : [];
      }),
    );
    return [{ payloadType, parameters: text, profileLevelId, rtxPayloadType: rtx.get(payloadType), feedback }];
  });
}

function rtxByOriginal(
  names: ReadonlyMap<number, string>,
  parameters: ReadonlyMap<number, string>,
): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const [payloadType, name] of names) {
    if (!/^rtx\/90000$/i.test(name)) continue;
    const original = payloadTypeOf(parametersOf(parameters.get(payloadType) ?? "").get("apt") ?? "");
    if (original !== undefined) found.set(original, payloadType);
  }
  return found;
}

function byPayloadType(values: readonly string[]): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const value of values.slice(0, MAX_FORMATS)) {
    const [, format = "", rest = ""] = /^(\S+) (.+)$/.exec(value) ?? [];
    const payloadType = payloadTypeOf(format);
    if (payloadType !== undefined) found.set(payloadType, rest.trim());
  }
  return found;
}

/** Only those that RTCP sharing the port leaves free (RFC 5761 §4). */
function payloadTypeOf(text: string): number | undefined {
  if (!/^\d{1,3}$/.test(text)) return undefined;
  const number = Number(text);
  return number <= 127 && (number < 64 || number > 95) ? number : undefined;
}

function parametersOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(";").map((part) => {
      const [name = "", value = ""] = part.split("=");
      return [name.trim().toLowerCase(), value.trim()];
    }),
  );
}

function extensionsOf({ attributes }: SdpSection): ReadonlyMap<ExtensionName, number> {
  const found = new Map<ExtensionName, number>();
  for (const value of allOf(attributes, "extmap")) {
    const [, id = "", direction, uri] = /^(\d{1,3})(?:\/(\w+))? (\S+)/.exec(value) ?? [];
    const name = (Object.keys(EXTENSION_URI) as ExtensionName[]).find((each) => EXTENSION_URI[each] === uri);
    const number = Number(id);
    if (name === undefined || number < 1 || number > MAX_EXTENSION_ID || direction === "sendonly") continue;
    if (direction !== "inactive" && ![...found.values()].includes(number)) found.set(name, number);
  }
  return found;
}
