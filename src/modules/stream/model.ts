import {
  digits,
  type InferOutput,
  maxValue,
  minValue,
  object,
  optional,
  picklist,
  pipe,
  string,
  transform,
} from "valibot";

const QUALITY = "must be a whole number from 1 to 100";
const DEFAULT_QUALITY = "85";

/** `GET /api/snapshot`. */
export const SnapshotQuery = object({
  quality: optional(
    pipe(string(), digits(QUALITY), transform(Number), minValue(1, QUALITY), maxValue(100, QUALITY)),
    DEFAULT_QUALITY,
  ),
  stream: optional(picklist(["stream1", "stream2"], "must be stream1 or stream2"), "stream1"),
});

/** A checked query of a snapshot. */
export type SnapshotQuery = InferOutput<typeof SnapshotQuery>;

/** One stream as `GET /api/streams` shows it. Bitrates in kbit/s. */
export type StreamDescription = {
  readonly name: string;
  readonly urls: { readonly rtsp: string; readonly rtsps: string };
  readonly codec: string;
  readonly profile: string | undefined;
  readonly profile_level_id: string | undefined;
  readonly resolution: string;
  readonly fps: number;
  readonly measured_fps: number;
  readonly bitrate_kbps: number;
  readonly measured_bitrate_kbps: number;
  readonly gop: number;
  readonly encoder: string;
  readonly frames_dropped: number;
  /** From capture until the kernel had the last viewer's last packet, the stream's own encoding left out (stream2 waits for stream1's, which goes first); absent before the first viewer. */
  readonly latency_us: { readonly median: number; readonly p99: number } | undefined;
  readonly viewers: {
    readonly rtsp_tcp: number;
    readonly rtsp_udp: number;
    readonly rtsp_multicast: number;
    readonly total: number;
  };
};
