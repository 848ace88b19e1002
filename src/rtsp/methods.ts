import { AppError } from "../core/errors.ts";
import { profileLevelId, spropParameterSets } from "../media/h264.ts";
import { VIDEO_CLOCK_RATE_HZ } from "../rtp/media-clock.ts";
import { formatSessionDescription } from "../sdp/session-description.ts";
import { H264_PAYLOAD_TYPE } from "../stream/video-stream.ts";
import type { Answer, Exchange } from "./exchange.ts";
import type { Peer } from "./peer.ts";
import { formatNptRange, LIVE_RANGE } from "./protocol/range-header.ts";
import type { RtspTarget } from "./protocol/url.ts";
import type { RecordedMedia } from "./recorded-media.ts";
import type { PublishedStream, RtspServices } from "./services.ts";

/** What paths of recordings begin with. */
const RECORDING = "recording";
/** The one track of a stream. */
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

/** Whether a target is below `/recording`. */
export function namesRecording({ segments }: RtspTarget): boolean {
  return segments[0] === RECORDING;
}

/** The recording that a request is about. Throws AppError `not-found`. */
export async function findRecording(services: RtspServices, { target }: Exchange): Promise<RecordedMedia> {
  const media = target.track === undefined || target.track === TRACK ? await services.findRecording(target) : undefined;
  if (media === undefined) throw new AppError("not-found", "There is no such recording.");
  return media;
}

/** DESCRIBE: RFC 2326 §10.2. */
export async function describe(services: RtspServices, exchange: Exchange, peer: Peer): Promise<Answer> {
  const accept = exchange.request.headers.get("Accept");
  if (accept !== undefined && !/application\/sdp|application\/\*|\*\/\*/i.test(accept)) return { status: 406 };
  const described = namesRecording(exchange.target)
    ? recorded(await findRecording(services, exchange))
    : await live(findStream(services, exchange));
  const { sps, pps, frameRate, bitrateKbps } = described;
  const sdp = formatSessionDescription({
    ...described,
    originAddress: peer.localAddress,
    family: peer.family,
    baseControl: "*",
    tracks: [
      {
        codec: "H264",
        payloadType: H264_PAYLOAD_TYPE,
        clockRate: VIDEO_CLOCK_RATE_HZ,
        profileLevelId: profileLevelId(sps),
        spropParameterSets: spropParameterSets(sps, pps),
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

async function live({ stream, frameRate, bitrateKbps }: PublishedStream) {
  const parameters = await stream.waitForParameters(FIRST_PICTURE_TIMEOUT_MS);
  if (parameters === undefined) throw new AppError("unavailable", "The camera has not delivered a picture yet.");
  const { sps, pps, version } = parameters;
  const session = { sessionId: String(stream.ssrc), sessionVersion: String(version) };
  return { ...session, name: stream.name, range: LIVE_RANGE, sps, pps, frameRate, bitrateKbps };
}

function recorded({ name, durationSeconds, startMs, sps, pps, frameRate, bitrateKbps }: RecordedMedia) {
  const session = { sessionId: String(startMs), sessionVersion: "1" };
  return { ...session, name, range: formatNptRange(0, durationSeconds), sps, pps, frameRate, bitrateKbps };
}

/** GET_PARAMETER and SET_PARAMETER: an empty one is a sign of life, anything else names parameters that we do not have (RFC 2326 §10.8, §10.9). */
export function parameters({ request }: Exchange): Answer {
  if (request.body.length === 0) return { status: 200 };
  return { status: 451, headers: [["Content-Type", "text/parameters"]], body: request.body };
}
