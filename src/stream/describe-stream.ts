import type { PipelineStatus, StreamConfig } from "bun-ffi-v4l2";
import { profileLevelId } from "../media/h264.ts";
import { parseSps, profileName } from "../media/h264-sps.ts";
import type { StreamStatus } from "./stream-status.ts";
import type { VideoStream } from "./video-stream.ts";

/** What is known about a stream from its parts. */
export interface StreamParts {
  readonly stream: VideoStream;
  readonly config: StreamConfig;
  readonly counters: PipelineStatus;
  readonly which: "main" | "sub";
  readonly viewers: StreamStatus["viewers"];
  readonly rtspViewers: StreamStatus["rtspViewers"];
  readonly mjpegViewers: StreamStatus["mjpegViewers"];
  readonly webrtcViewers: StreamStatus["webrtcViewers"];
  readonly nowUs: number;
}

/** Puts a stream's status together. Sizes are those of the coded picture once there is one. */
export function describeStream({ stream, config, counters, which, nowUs, ...people }: StreamParts): StreamStatus {
  const parameters = stream.parameters;
  const sps = parameters && parseSps(parameters.sps);
  const stale = stream.rate.isStale(nowUs);
  return {
    name: stream.name,
    codec: "H.264",
    profile: sps && profileName(sps),
    profileLevelId: parameters && profileLevelId(parameters.sps),
    width: parameters?.width ?? config.width,
    height: parameters?.height ?? config.height,
    fps: config.fps,
    measuredFps: stale ? 0 : round(stream.rate.fps),
    bitrateKbps: config.bitrateKbps,
    measuredBitrateKbps: stale ? 0 : Math.round(stream.rate.bitrateKbps),
    gop: config.gop,
    keyframeIntervalMs: stream.canForceKeyframe ? undefined : milliseconds(stream.keyframeSpacing.longestUs(nowUs)),
    ...people,
    latencyUs: latencyOf(stream),
    framesDropped: counters[which].dropped,
    encoder: which === "main" && counters.passthrough ? "camera" : "software",
  };
}

function milliseconds(us: number | undefined): number | undefined {
  return us === undefined ? undefined : Math.round(us / 1000);
}

function round(fps: number): number {
  return Math.round(fps * 100) / 100;
}

function latencyOf({ latency }: VideoStream): StreamStatus["latencyUs"] {
  const median = latency.quantileUs(0.5);
  const p99 = latency.quantileUs(0.99);
  return median === undefined || p99 === undefined ? undefined : { median: Math.round(median), p99: Math.round(p99) };
}
