import type { AccessUnit } from "../media/access-unit.ts";

/** An access unit of a camera's stream. */
export interface CameraUnit extends AccessUnit {
  /** It shows the "camera offline" slate. */
  readonly isSlate: boolean;
}

/** Takes a stream's access units as they come. */
export interface StreamSink {
  publish(unit: CameraUnit): void;
  canForceKeyframe: boolean;
}
