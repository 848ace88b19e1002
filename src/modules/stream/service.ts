import type { Snapshots } from "../../camera/camera-status.ts";
import type {
  MjpegViewerStatus,
  RtspViewerStatus,
  StreamStatus,
  WebRtcViewerStatus,
} from "../../stream/stream-status.ts";
import type { SnapshotQuery, StreamDescription } from "./model.ts";

/** For whom streams are described. */
export interface StreamAsker {
  /** Stands in URLs of RTSP: a name without port, IPv6 in brackets. */
  readonly host: string;
  /** Begins the other URLs: scheme, host and port. */
  readonly origin: string;
  /** Whether to tell who watches. */
  readonly showsWho: boolean;
}

/** What the streams look like from outside, and pictures of them. */
export interface StreamService {
  streams(asker: StreamAsker): readonly StreamDescription[];
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
    streams: (asker) => {
      const ports = sources.ports();
      const rtsp = (scheme: keyof typeof STANDARD_PORTS) =>
        `${scheme}://${asker.host}${ports[scheme] === STANDARD_PORTS[scheme] ? "" : `:${ports[scheme]}`}`;
      const origins = { rtsp: rtsp("rtsp"), rtsps: rtsp("rtsps"), web: asker.origin };
      return sources.streams().map((status) => describe(status, origins, asker.showsWho));
    },
    snapshot: ({ stream, quality = sources.jpegQuality() }) => sources.snapshots.take(stream, quality),
  };
}

function describe(
  status: StreamStatus,
  origins: Readonly<Record<keyof typeof STANDARD_PORTS | "web", string>>,
  showsWho: boolean,
): StreamDescription {
  const { name } = status;
  const { rtspTcp, rtspUdp, rtspMulticast, rtspJpeg, webrtc, mjpeg } = status.viewers;
  return {
    name,
    urls: {
      rtsp: `${origins.rtsp}/${name}`,
      rtsps: `${origins.rtsps}/${name}`,
      // what is one camera's alone goes by RTSP only
      ...(!name.includes("/") && {
        webrtc: `${origins.web}/api/webrtc/offer?stream=${name}`,
        whep: `${origins.web}/api/whep/${name}`,
      }),
    },
    codec: status.codec,
    profile: status.profile,
    profile_level_id: status.profileLevelId,
    resolution: `${status.width}x${status.height}`,
    fps: status.fps,
    measured_fps: status.measuredFps,
    bitrate_kbps: status.bitrateKbps,
    measured_bitrate_kbps: status.measuredBitrateKbps,
    gop: status.gop,
    keyframe_interval_ms: status.keyframeIntervalMs,
    encoder: status.encoder,
    frames_dropped: status.framesDropped,
    latency_us: status.latencyUs,
    viewers: {
      rtsp_tcp: rtspTcp,
      rtsp_udp: rtspUdp,
      rtsp_multicast: rtspMulticast,
      rtsp_jpeg: rtspJpeg,
      webrtc,
      mjpeg,
      total: rtspTcp + rtspUdp + rtspMulticast + rtspJpeg + webrtc + mjpeg,
    },
    rtsp_viewers: status.rtspViewers.map((viewer) => describeRtspViewer(viewer, showsWho)),
    mjpeg_viewers: status.mjpegViewers.map((viewer) => describeViewer(viewer, showsWho)),
    webrtc_viewers: status.webrtcViewers.map((viewer) => describeWebRtcViewer(viewer, showsWho)),
  };
}

function describeViewer({ id, user, address, ageMs }: MjpegViewerStatus, showsWho: boolean) {
  return { ...(showsWho && { id, user, address }), age_s: Math.round(ageMs / 1000) };
}

function describeRtspViewer(viewer: RtspViewerStatus, showsWho: boolean): StreamDescription["rtsp_viewers"][number] {
  const { state, transport, isSecure, isTunnelled, isJpeg = false } = viewer;
  return {
    ...describeViewer(viewer, showsWho),
    state,
    transport,
    codec: isJpeg ? "JPEG" : "H.264",
    encrypted: isSecure,
    tunnelled: isTunnelled,
  };
}

function describeWebRtcViewer(
  viewer: WebRtcViewerStatus,
  showsWho: boolean,
): StreamDescription["webrtc_viewers"][number] {
  const { state, wants, transport, rttMs, lossRatio, queueDelayMs, receivedKbps } = viewer;
  return {
    ...describeViewer(viewer, showsWho),
    state,
    wants,
    transport,
    rtt_ms: rounded(rttMs, 1),
    loss: rounded(lossRatio, 3),
    queue_ms: rounded(queueDelayMs, 1),
    kbps: rounded(receivedKbps, 0),
  };
}

function rounded(value: number | undefined, digits: number): number | undefined {
  return value === undefined ? undefined : Number(value.toFixed(digits));
}
