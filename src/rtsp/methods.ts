import { AppError } from "../core/errors.ts";
import { profileLevelId, spropParameterSets } from "../media/h264.ts";
import { JPEG_PAYLOAD_TYPE } from "../rtp/jpeg-packetizer.ts";
import { VIDEO_CLOCK_RATE_HZ } from "../rtp/media-clock.ts";
import { METADATA_PAYLOAD_TYPE } from "../rtp/metadata-packetizer.ts";
import { type DescribedTrack, formatSessionDescription } from "../sdp/session-description.ts";
import { H264_PAYLOAD_TYPE } from "../stream/video-stream.ts";
import type { Answer, Exchange } from "./exchange.ts";
import type { Peer } from "./peer.ts";
import { findPresentation, type Presentation } from "./presentation.ts";
import { formatNptRange, LIVE_RANGE } from "./protocol/range-header.ts";
import type { RtspTarget } from "./protocol/url.ts";
import type { RecordedMedia } from "./recorded-media.ts";
import type { RtspServices } from "./services.ts";

/** What paths of recordings begin with. */
const RECORDING = "recording";
/** The one track of a recording. */
const TRACK = 0;
/** A camera that starts takes about a second to its first picture; players wait longer than this. */
const FIRST_PICTURE_TIMEOUT_MS = 3000;

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
    : await live(findPresentation(services, exchange.target));
  const sdp = formatSessionDescription({
    ...described,
    originAddress: peer.localAddress,
    family: peer.family,
    baseControl: "*",
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

async function live({ name, tracks }: Presentation) {
  const described: DescribedTrack[] = [];
  let version = 1;
  let ssrcs = 0;
  for (const [number, track] of tracks.entries()) {
    const control = `trackID=${number}`;
    ssrcs += track.stream.ssrc;
    if (track.kind === "h264") {
      const parameters = await track.stream.waitForParameters(FIRST_PICTURE_TIMEOUT_MS);
      if (parameters === undefined) throw new AppError("unavailable", "The camera has not delivered a picture yet.");
      version = parameters.version;
      described.push(h264Track(parameters, track, control));
    } else if (track.kind === "jpeg") {
      const { frameRate } = track;
      described.push({
        codec: "JPEG",
        payloadType: JPEG_PAYLOAD_TYPE,
        clockRate: VIDEO_CLOCK_RATE_HZ,
        frameRate,
        control,
      });
    } else {
      const payloadType = METADATA_PAYLOAD_TYPE;
      described.push({ codec: "vnd.onvif.metadata", payloadType, clockRate: VIDEO_CLOCK_RATE_HZ, control });
    }
  }
  return { sessionId: String(ssrcs), sessionVersion: String(version), name, range: LIVE_RANGE, tracks: described };
}

function recorded(media: RecordedMedia) {
  return {
    sessionId: String(media.startMs),
    sessionVersion: "1",
    name: media.name,
    range: formatNptRange(0, media.durationSeconds),
    tracks: [h264Track(media, media, `trackID=${TRACK}`)],
  };
}

function h264Track(
  { sps, pps }: Pick<RecordedMedia, "sps" | "pps">,
  { frameRate, bitrateKbps }: Pick<RecordedMedia, "frameRate" | "bitrateKbps">,
  control: string,
): DescribedTrack {
  return {
    codec: "H264",
    payloadType: H264_PAYLOAD_TYPE,
    clockRate: VIDEO_CLOCK_RATE_HZ,
    profileLevelId: profileLevelId(sps),
    spropParameterSets: spropParameterSets(sps, pps),
    frameRate,
    bandwidthKbps: bitrateKbps,
    control,
  };
}

/** GET_PARAMETER and SET_PARAMETER: an empty one is a sign of life, anything else names parameters that we do not have (RFC 2326 §10.8, §10.9). */
export function parameters({ request }: Exchange): Answer {
  if (request.body.length === 0) return { status: 200 };
  return { status: 451, headers: [["Content-Type", "text/parameters"]], body: request.body };
}
