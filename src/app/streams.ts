import { systemScheduler } from "../core/scheduler.ts";
import { createMjpeg, type MjpegService } from "../modules/stream/mjpeg.ts";
import { describeStream } from "../stream/describe-stream.ts";
import type { StreamStatus } from "../stream/stream-status.ts";
import type { FeatureParts } from "./features.ts";
import { type LiveVideo, STREAM_NAMES } from "./live-video.ts";

/** MJPEG, and what is known of both streams with the viewers of every protocol. */
export function createStreams({
  foundation,
  live,
  devices,
  rtsp,
  profiles,
  webrtc,
}: Pick<FeatureParts, "foundation" | "live" | "devices" | "rtsp" | "profiles" | "webrtc">): {
  readonly mjpeg: MjpegService;
  readonly streams: () => readonly StreamStatus[];
} {
  const { config, clock, crypto, authenticator } = foundation;
  const mjpeg = createMjpeg({
    snapshots: live.camera,
    scheduler: systemScheduler,
    clock,
    crypto,
    authenticator,
    maxViewers: () => config.limits.mjpegViewers,
    jpegQuality: devices.jpegQuality,
  });
  const describe = (which: "main" | "sub", from: ReturnType<LiveVideo["all"]>[number]) => {
    const { sessions } = rtsp;
    const stream = from[which];
    // pictures and offers are the programme's
    const isProgramme = stream === live[which];
    const isJpegSource = isProgramme && profiles.jpeg.source === which;
    const mjpegViewers = isProgramme ? mjpeg.viewers(STREAM_NAMES[which]) : [];
    const jpegViewers = isJpegSource ? sessions.viewers(profiles.jpeg.stream) : [];
    const webrtcViewers = isProgramme ? webrtc.service.viewers(stream) : [];
    return describeStream({
      stream,
      which,
      config: from.camera[which],
      counters: from.camera.counters,
      viewers: {
        rtspTcp: sessions.count(stream, "tcp"),
        rtspUdp: sessions.count(stream, "udp"),
        rtspMulticast: sessions.count(stream, "multicast"),
        rtspJpeg: isJpegSource ? sessions.count(profiles.jpeg.stream) : 0,
        webrtc: webrtcViewers.filter(({ state }) => state === "playing").length,
        mjpeg: mjpegViewers.length,
      },
      rtspViewers: [...sessions.viewers(stream), ...jpegViewers.map((viewer) => ({ ...viewer, isJpeg: true }))],
      mjpegViewers,
      webrtcViewers,
      nowUs: clock.monotonicUs(),
    });
  };
  return { mjpeg, streams: () => live.all().flatMap((from) => [describe("main", from), describe("sub", from)]) };
}
