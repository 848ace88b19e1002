import { AppError } from "../core/errors.ts";
import { profileLevelId, spropParameterSets } from "../media/h264.ts";
import { VIDEO_CLOCK_RATE_HZ } from "../rtp/media-clock.ts";
import { formatSessionDescription } from "../sdp/session-description.ts";
import { H264_PAYLOAD_TYPE } from "../stream/video-stream.ts";
import type { Answer, Exchange } from "./exchange.ts";
import type { Peer } from "./peer.ts";
import { LIVE_RANGE } from "./protocol/range-header.ts";
import type { PublishedStream, RtspServices } from "./services.ts";

/** The one track of a live stream. */
const TRACK = 0;
/** A camera that starts takes about a second to its first picture; players wait longer than this. */
const FIRST_PICTURE_TIMEOUT_MS = 3000;

/** The stream that a request is about. Throws AppError `not-found`. */
export function findStream(services: RtspServices, { target }: Exchange): PublishedStream {
  const published = services.findStream(target);
  if (published === undefined || (target.track !== undefined && target.track !== TRACK)) {
    throw new AppError("not-found", "There is no such stream.");
  }
  return published;
}

/** DESCRIBE: RFC 2326 §10.2. */
export async function describe(services: RtspServices, exchange: Exchange, peer: Peer): Promise<Answer> {
  const accept = exchange.request.headers.get("Accept");
  if (accept !== undefined && !/application\/sdp|application\/\*|\*\/\*/i.test(accept)) return { status: 406 };
  const { stream, frameRate, bitrateKbps } = findStream(services, exchange);
  const parameters = await stream.waitForParameters(FIRST_PICTURE_TIMEOUT_MS);
  if (parameters === undefined) throw new AppError("unavailable", "The camera has not delivered a picture yet.");
  const sdp = formatSessionDescription({
    sessionId: String(stream.ssrc),
    sessionVersion: String(parameters.version),
    originAddress: peer.localAddress,
    family: peer.family,
    name: stream.name,
    baseControl: "*",
    range: LIVE_RANGE,
    tracks: [
      {
        codec: "H264",
        payloadType: H264_PAYLOAD_TYPE,
        clockRate: VIDEO_CLOCK_RATE_HZ,
        profileLevelId: profileLevelId(parameters.sps),
        spropParameterSets: spropParameterSets(parameters.sps, parameters.pps),
        frameRate,
        bandwidthKbps: bitrateKbps,
        control: `trackID=${TRACK}`,
      },
    ],
  });
  return {
    status: 200,
    headers: [
      ["Content-Type", "application/sdp"],
      ["Content-Base", exchange.target.baseUrl],
      ["Cache-Control", "no-cache"],
    ],
    body: new TextEncoder().encode(sdp),
  };
}

/** GET_PARAMETER and SET_PARAMETER: an empty one is a sign of life, anything else names parameters that we do not have (RFC 2326 §10.8, §10.9). */
export function parameters({ request }: Exchange): Answer {
  if (request.body.length === 0) return { status: 200 };
  return { status: 451, headers: [["Content-Type", "text/parameters"]], body: request.body };
}
