import type { Snapshots } from "../../camera/camera-status.ts";
import type { StreamStatus } from "../../stream/stream-status.ts";
import type { SnapshotQuery, StreamDescription } from "./model.ts";

/** What the streams look like from outside, and pictures of them. */
export interface StreamService {
  /** `host` stands in the URLs: a name without port, IPv6 in brackets. */
  streams(host: string): readonly StreamDescription[];
  /** A JPEG of the newest picture. Throws AppError `unavailable` while the camera is offline. */
  snapshot(query: SnapshotQuery): Promise<Uint8Array>;
}

const STANDARD_RTSP_PORT = 554;

/** The streams as the API shows them. */
export function createStreamService(sources: {
  readonly streams: () => readonly StreamStatus[];
  readonly snapshots: Snapshots;
  /** The port that is really open. */
  readonly rtspPort: () => number;
  /** Of stills that nobody asked another for, 1–100. */
  readonly jpegQuality: () => number;
}): StreamService {
  return {
    streams: (host) => {
      const port = sources.rtspPort();
      const authority = port === STANDARD_RTSP_PORT ? host : `${host}:${port}`;
      return sources.streams().map((status) => describe(status, authority));
    },
    snapshot: ({ stream, quality = sources.jpegQuality() }) => sources.snapshots.take(stream, quality),
  };
}

function describe(status: StreamStatus, authority: string): StreamDescription {
  const { rtspTcp, rtspUdp, rtspMulticast } = status.viewers;
  return {
    name: status.name,
    urls: { rtsp: `rtsp://${authority}/${status.name}` },
    codec: status.codec,
    profile: status.profile,
    profile_level_id: status.profileLevelId,
    resolution: `${status.width}x${status.height}`,
    fps: status.fps,
    measured_fps: status.measuredFps,
    bitrate_kbps: status.bitrateKbps,
    measured_bitrate_kbps: status.measuredBitrateKbps,
    gop: status.gop,
    encoder: status.encoder,
    frames_dropped: status.framesDropped,
    latency_us: status.latencyUs,
    viewers: {
      rtsp_tcp: rtspTcp,
      rtsp_udp: rtspUdp,
      rtsp_multicast: rtspMulticast,
      total: rtspTcp + rtspUdp + rtspMulticast,
    },
  };
}
