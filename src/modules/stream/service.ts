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

const STANDARD_PORTS = { rtsp: 554, rtsps: 322 } as const;

/** The streams as the API shows them. */
export function createStreamService(sources: {
  readonly streams: () => readonly StreamStatus[];
  readonly snapshots: Snapshots;
  /** The ports that are really open. */
  readonly ports: () => Readonly<Record<keyof typeof STANDARD_PORTS, number>>;
  /** Of stills that nobody asked another for, 1–100. */
  readonly jpegQuality: () => number;
}): StreamService {
  return {
    streams: (host) => {
      const ports = sources.ports();
      const origin = (scheme: keyof typeof STANDARD_PORTS) =>
        `${scheme}://${host}${ports[scheme] === STANDARD_PORTS[scheme] ? "" : `:${ports[scheme]}`}`;
      const origins = { rtsp: origin("rtsp"), rtsps: origin("rtsps") };
      return sources.streams().map((status) => describe(status, origins));
    },
    snapshot: ({ stream, quality = sources.jpegQuality() }) => sources.snapshots.take(stream, quality),
  };
}

function describe(
  status: StreamStatus,
  origins: Readonly<Record<keyof typeof STANDARD_PORTS, string>>,
): StreamDescription {
  const { rtspTcp, rtspUdp, rtspMulticast, webrtc, mjpeg } = status.viewers;
  return {
    name: status.name,
    urls: { rtsp: `${origins.rtsp}/${status.name}`, rtsps: `${origins.rtsps}/${status.name}` },
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
      webrtc,
      mjpeg,
      total: rtspTcp + rtspUdp + rtspMulticast + webrtc + mjpeg,
    },
  };
}
