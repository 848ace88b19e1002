import { AppError } from "../core/errors.ts";

/** One H.264 track of a stream. */
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
  readonly tracks: readonly H264Track[];
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

function trackLines(track: H264Track): readonly string[] {
  const type = track.payloadType;
  const parameters = ["packetization-mode=1"];
  if (track.profileLevelId !== undefined) parameters.push(`profile-level-id=${track.profileLevelId}`);
  if (track.spropParameterSets !== undefined) parameters.push(`sprop-parameter-sets=${track.spropParameterSets}`);
  // port 0: SETUP decides (RFC 2326 §C.1.2)
  const lines = [`m=video 0 RTP/AVP ${type}`];
  if (track.bandwidthKbps !== undefined) lines.push(`b=AS:${Math.ceil(track.bandwidthKbps)}`);
  lines.push(`a=rtpmap:${type} ${track.codec}/${track.clockRate}`, `a=fmtp:${type} ${parameters.join("; ")}`);
  if (track.frameRate !== undefined) lines.push(`a=framerate:${Number(track.frameRate.toFixed(3))}`);
  lines.push(`a=control:${track.control}`);
  return lines;
}
