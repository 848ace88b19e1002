export {
  CONTROL_ID,
  type Control,
  type ControlType,
  type MenuItem,
} from "./controls.ts";
export type { Destination } from "./destination.ts";
export { Device, type DeviceIdentity, type Mode } from "./device.ts";
export { type DestinationStats, Egress, outstandingTcpBytes, prepareTcpSocket, prepareUdpSocket } from "./egress.ts";
export { type EncodedFrame, STREAM_MAIN, STREAM_STILL, STREAM_SUB } from "./encoded-frame.ts";
export { fourccCode, fourccText } from "./fourcc.ts";
export { Library } from "./library.ts";
export type { MotionWatch, MotionZone } from "./motion-watch.ts";
export { checked, describeNativeError, NativeError, RESULT } from "./native-error.ts";
export {
  isNeutralStage,
  NEUTRAL_STAGE,
  type Overlay,
  type OverlayPosition,
  type PictureStage,
  type TestScene,
} from "./picture-stage.ts";
export {
  type NoSource,
  Pipeline,
  type PipelineConfig,
  type SourceConfig,
  type StreamConfig,
  type TestSource,
  type V4l2Source,
} from "./pipeline.ts";
export type { EncoderStatus, PipelineStatus, SourceState } from "./pipeline-status.ts";
export { SECURE_LIMITS, SecureEgress } from "./secure-egress.ts";
export {
  type HeaderExtensions,
  type SecureViewer,
  type SecureViewerStats,
  SRTP_PROFILE,
  type SrtpKeys,
  type SrtpProfile,
} from "./secure-viewer.ts";
export { listVideoNodes, type VideoNode } from "./video-nodes.ts";
