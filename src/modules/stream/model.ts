import {
  array,
  boolean,
  description,
  digits,
  type InferOutput,
  maxLength,
  maxValue,
  minValue,
  number,
  object,
  optional,
  picklist,
  pipe,
  string,
  transform,
} from "valibot";
import type { Immutable } from "../../core/immutable.ts";

const QUALITY = "must be a whole number from 1 to 100";

/** `GET /api/snapshot`; without a quality that of the setting `jpeg-quality`. */
export const SnapshotQuery = object({
  quality: optional(pipe(string(), digits(QUALITY), transform(Number), minValue(1, QUALITY), maxValue(100, QUALITY))),
  stream: optional(picklist(["stream1", "stream2"], "must be stream1 or stream2"), "stream1"),
});

const FPS = "must be a whole number from 1 to 30";
const DEFAULT_FPS = "10";

/** Names of the streams. */
export type StreamName = "stream1" | "stream2";

/** `GET /api/mjpeg`; without a quality that of the setting `jpeg-quality`. */
export const MjpegQuery = object({
  fps: optional(pipe(string(), digits(FPS), transform(Number), minValue(1, FPS), maxValue(30, FPS)), DEFAULT_FPS),
  quality: optional(pipe(string(), digits(QUALITY), transform(Number), minValue(1, QUALITY), maxValue(100, QUALITY))),
});

/** A checked query of MJPEG. */
export type MjpegQuery = InferOutput<typeof MjpegQuery>;

/** A checked query of a snapshot. */
export type SnapshotQuery = InferOutput<typeof SnapshotQuery>;

/** Microseconds from capture until the kernel had the last viewer's last packet, the stream's own encoding left out (stream2 waits for stream1's, which goes first). */
const Latency = object({ median: number(), p99: number() });

/** Who it is, and the id by which it can be ended, only for callers with `System_r`. */
const WHO = { id: optional(string()), user: optional(string()), address: optional(string()) };

/** One RTSP viewer. `codec` is JPEG where its pictures are made of the stream's. */
const RtspViewer = object({
  ...WHO,
  state: picklist(["playing", "paused"]),
  transport: picklist(["tcp", "udp", "multicast"]),
  codec: picklist(["H.264", "JPEG"]),
  encrypted: boolean(),
  tunnelled: boolean(),
  age_s: number(),
});

/** One reader of MJPEG. */
const MjpegViewer = object({ ...WHO, age_s: number() });

/** One WebRTC viewer; `id` is that of its session. What is not known yet is absent. */
const WebRtcViewer = object({
  ...WHO,
  state: picklist(["connecting", "securing", "playing", "paused"]),
  wants: string(),
  transport: optional(picklist(["udp", "tcp"])),
  age_s: number(),
  rtt_ms: optional(number()),
  loss: optional(number()),
  queue_ms: optional(number()),
  kbps: optional(number()),
});

/** One stream as `GET /api/streams` shows it. Bitrates in kbit/s. Profile and latency are absent before the first picture and viewer. */
export const StreamDescription = object({
  name: string(),
  /** `webrtc` offers, `whep` answers (docs/api/webrtc.md); of one camera's own streams there is neither. */
  urls: object({ rtsp: string(), rtsps: string(), webrtc: optional(string()), whep: optional(string()) }),
  codec: string(),
  profile: optional(string()),
  profile_level_id: optional(string()),
  resolution: string(),
  fps: number(),
  measured_fps: number(),
  bitrate_kbps: number(),
  measured_bitrate_kbps: number(),
  gop: number(),
  keyframe_interval_ms: optional(
    pipe(
      number(),
      description(
        "The longest time between keyframes lately, of a camera whose own H.264 is passed through and that makes none on request: what a power cut may cost a recording. Absent where keyframes can be asked for.",
      ),
    ),
  ),
  encoder: string(),
  frames_dropped: number(),
  latency_us: optional(Latency),
  viewers: object({
    rtsp_tcp: number(),
    rtsp_udp: number(),
    rtsp_multicast: number(),
    /** Pictures made of this stream's, over any transport. */
    rtsp_jpeg: number(),
    webrtc: number(),
    mjpeg: number(),
    total: number(),
  }),
  /** At most as many as `limits` allows of each. */
  rtsp_viewers: array(RtspViewer),
  mjpeg_viewers: array(MjpegViewer),
  webrtc_viewers: array(WebRtcViewer),
});

const MAX_VIEWER_ID_LENGTH = 64;

/** `/api/streams/viewers/{id}`. */
export const ViewerParams = object({
  id: pipe(string(), maxLength(MAX_VIEWER_ID_LENGTH, `must have at most ${MAX_VIEWER_ID_LENGTH} characters`)),
});

/** What one stream looks like from outside. */
export type StreamDescription = Immutable<InferOutput<typeof StreamDescription>>;
