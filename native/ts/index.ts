export { type Destination, type DestinationStats, Egress, prepareUdpSocket } from "./egress.ts";
export { type EncodedFrame, STREAM_MAIN, STREAM_STILL, STREAM_SUB } from "./encoded-frame.ts";
export { Library } from "./library.ts";
export { checked, describeNativeError, NativeError } from "./native-error.ts";
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
