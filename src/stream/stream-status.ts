/** What the fronts may know about one video stream; a snapshot in time. */
export interface StreamStatus {
  /** `stream1` or `stream2`. */
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
  /** Frames between keyframes. */
  readonly gop: number;
  readonly viewers: {
    readonly rtspTcp: number;
    readonly rtspUdp: number;
    readonly rtspMulticast: number;
    readonly webrtc: number;
    readonly mjpeg: number;
  };
  readonly framesDropped: number;
  /** From capture until the kernel had the last viewer's last packet, the stream's own encoding left out (stream2 waits for stream1's, which goes first); undefined before the first viewer. */
  readonly latencyUs: { readonly median: number; readonly p99: number } | undefined;
  readonly encoder: "software" | "camera";
}
