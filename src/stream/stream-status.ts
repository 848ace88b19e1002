/** What the fronts may know about one video stream; a snapshot in time. */
export interface StreamStatus {
  /** `stream1`, `stream2`, or a camera's own such as `cam2/stream1`. */
  readonly name: string;
  readonly codec: "H.264";
  /** Such as "Constrained Baseline"; undefined before the first picture. */
  readonly profile: string | undefined;
  /** Six hex digits of the SPS; undefined before the first picture. */
  readonly profileLevelId: string | undefined;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly measuredFps: number;
  readonly bitrateKbps: number;
  readonly measuredBitrateKbps: number;
  /** Frames between keyframes, as configured. */
  readonly gop: number;
  /** Longest of the last distances between keyframes of a source that makes none on request; undefined where it does, and before the first. */
  readonly keyframeIntervalMs: number | undefined;
  readonly viewers: {
    readonly rtspTcp: number;
    readonly rtspUdp: number;
    readonly rtspMulticast: number;
    /** Of pictures made of this stream's, coded as JPEG; over any transport. */
    readonly rtspJpeg: number;
    readonly webrtc: number;
    readonly mjpeg: number;
  };
  /** The RTSP viewers among them one by one, those that pause included. */
  readonly rtspViewers: readonly RtspViewerStatus[];
  /** The same of MJPEG. */
  readonly mjpegViewers: readonly MjpegViewerStatus[];
  /** The WebRTC viewers among them one by one, those that connect or pause included. */
  readonly webrtcViewers: readonly WebRtcViewerStatus[];
  readonly framesDropped: number;
  /** From capture until the kernel had the last viewer's last packet, the stream's own encoding left out (stream2 waits for stream1's, which goes first); undefined before the first viewer. */
  readonly latencyUs: { readonly median: number; readonly p99: number } | undefined;
  readonly encoder: "software" | "camera";
}

/** One reader of MJPEG; a snapshot in time. */
export interface MjpegViewerStatus {
  readonly id: string;
  /** Undefined: anonymous. */
  readonly user: string | undefined;
  readonly address: string;
  readonly ageMs: number;
}

/** One RTSP viewer; a snapshot in time. */
export interface RtspViewerStatus extends MjpegViewerStatus {
  readonly state: "playing" | "paused";
  readonly transport: "tcp" | "udp" | "multicast";
  /** RTSPS. */
  readonly isSecure: boolean;
  /** Over HTTP. */
  readonly isTunnelled: boolean;
  /** Set where its pictures are not the stream's own, but made of them. */
  readonly isJpeg?: boolean;
}

/** Whose viewing somebody else has ended. */
export interface EndedViewer {
  /** Undefined: anonymous. */
  readonly user: string | undefined;
  readonly address: string;
  readonly protocol: "RTSP" | "MJPEG" | "WebRTC";
}

/** One WebRTC viewer; a snapshot in time. Members about its path are undefined before it plays. */
export interface WebRtcViewerStatus {
  readonly id: string;
  /** Undefined: anonymous. */
  readonly user: string | undefined;
  readonly address: string;
  readonly state: "connecting" | "securing" | "playing" | "paused";
  /** The stream that was agreed on: another than the one it is listed under where its path cannot carry that. */
  readonly wants: string;
  readonly transport: "udp" | "tcp" | undefined;
  readonly ageMs: number;
  readonly rttMs: number | undefined;
  /** 0–1, of the last second. */
  readonly lossRatio: number | undefined;
  readonly queueDelayMs: number | undefined;
  readonly receivedKbps: number | undefined;
}
