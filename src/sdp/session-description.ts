import { AppError } from "../core/errors.ts";

/** One H.264 track. */
export interface H264Track {
  readonly codec: "H264";
  /** 96…127. */
  readonly payloadType: number;
  readonly clockRate: 90_000;
  /** Six hex digits of the SPS; undefined before the first picture. */
  readonly profileLevelId: string | undefined;
  /** Base64 SPS and PPS with a comma between them (RFC 6184 §8.1); undefined before the first picture. */
  readonly spropParameterSets: string | undefined;
  readonly frameRate: number | undefined;
  readonly bandwidthKbps: number | undefined;
  /** Such as `trackID=0`. */
  readonly control: string;
}

/** One JPEG track (RFC 2435). */
export interface JpegTrack {
  readonly codec: "JPEG";
  readonly payloadType: number;
  readonly clockRate: 90_000;
  readonly frameRate: number;
  readonly control: string;
}

/** One track of XML documents (ONVIF Streaming Specification). */
export interface MetadataTrack {
  readonly codec: "vnd.onvif.metadata";
  /** 96…127. */
  readonly payloadType: number;
  readonly clockRate: 90_000;
  readonly control: string;
}

/** What a stream may consist of. */
export type DescribedTrack = H264Track | JpegTrack | MetadataTrack;

/** What DESCRIBE answers about one stream. */
export interface SessionDescription {
  /** Decimal digits; with `sessionVersion` and the address it names the session for ever (RFC 8866 §5.2). */
  readonly sessionId: string;
  /** Rises when the description changes. */
  readonly sessionVersion: string;
  /** Address literal without brackets. */
  readonly originAddress: string;
  readonly family: 4 | 6;
  readonly name: string;
  readonly baseControl: string;
  readonly range: string;
  readonly tracks: readonly DescribedTrack[];
}

/** SDP text in the order RFC 8866 §5 demands, each line ended by CRLF. Throws AppError `internal` when a value would break a line. */
export function formatSessionDescription(session: SessionDescription): string {
  const addressType = `IP${session.family}`;
  const lines = [
    "v=0",
    `o=- ${session.sessionId} ${session.sessionVersion} IN ${addressType} ${session.originAddress}`,
    // RFC 8866 §5.3: a session without a name has one space.
    `s=${session.name === "" ? " " : session.name}`,
    `c=IN ${addressType} ${session.family === 4 ? "0.0.0.0" : "::"}`,
    "t=0 0",
    `a=control:${session.baseControl}`,
    `a=range:${session.range}`,
    ...session.tracks.flatMap(trackLines),
  ];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly what must not get in
  if (lines.some((line) => /[\u0000-\u001f\u007f]/.test(line)))
    throw new AppError("internal", "A value would break the SDP.");
  return `${lines.join("\r\n")}\r\n`;
}

function trackLines(track: DescribedTrack): readonly string[] {
  const type = track.payloadType;
  const media = track.codec === "vnd.onvif.metadata" ? "application" : "video";
  const isH264 = track.codec === "H264";
  return [
    // port 0: SETUP decides (RFC 2326 §C.1.2)
    `m=${media} 0 RTP/AVP ${type}`,
    ...(isH264 && track.bandwidthKbps !== undefined ? [`b=AS:${Math.ceil(track.bandwidthKbps)}`] : []),
    `a=rtpmap:${type} ${track.codec}/${track.clockRate}`,
    ...(isH264 ? [`a=fmtp:${type} ${h264Parameters(track)}`] : []),
    ...("frameRate" in track && track.frameRate !== undefined
      ? [`a=framerate:${Number(track.frameRate.toFixed(3))}`]
      : []),
    `a=control:${track.control}`,
  ];
}

function h264Parameters({ profileLevelId, spropParameterSets }: H264Track): string {
  const parameters = ["packetization-mode=1"];
  if (profileLevelId !== undefined) parameters.push(`profile-level-id=${profileLevelId}`);
  if (spropParameterSets !== undefined) parameters.push(`sprop-parameter-sets=${spropParameterSets}`);
  return parameters.join("; ");
}
