import { systemScheduler } from "../core/scheduler.ts";
import { createMjpeg, type MjpegService } from "../modules/stream/mjpeg.ts";
import { describeStream } from "../stream/describe-stream.ts";
import type { StreamStatus } from "../stream/stream-status.ts";
import type { FeatureParts } from "./features.ts";
import { STREAM_NAMES } from "./live-video.ts";

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
  const { config, clock, authenticator } = foundation;
  const mjpeg = createMjpeg({
    snapshots: live.camera,
    scheduler: systemScheduler,
    authenticator,
    maxViewers: () => config.limits.mjpegViewers,
    jpegQuality: devices.jpegQuality,
  });
  const describe = (which: "main" | "sub") => {
    const { sessions } = rtsp;
    const jpegs = profiles.jpegStreams.filter(({ source }) => source === which);
    const stream = live[which];
    const webrtcViewers = webrtc.service.viewers(stream);
    return describeStream({
      stream,
      which,
      config: live.camera[which],
      counters: live.camera.counters,
      viewers: {
        rtspTcp: sessions.count(stream, "tcp"),
        rtspUdp: sessions.count(stream, "udp"),
        rtspMulticast: sessions.count(stream, "multicast"),
        rtspJpeg: jpegs.reduce((sum, jpeg) => sum + sessions.count(jpeg.stream), 0),
        webrtc: webrtcViewers.filter(({ state }) => state === "playing").length,
        mjpeg: mjpeg.count(STREAM_NAMES[which]),
      },
      webrtcViewers,
      nowUs: clock.monotonicUs(),
    });
  };
  return { mjpeg, streams: () => [describe("main"), describe("sub")] };
}
