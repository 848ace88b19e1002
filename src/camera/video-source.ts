import type { Mode, SourceConfig } from "bun-ffi-v4l2";
import type { ControlDevice } from "./controls/camera-controls.ts";

/** Size and rate of a picture. */
export interface PictureFormat {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Frames a second. */
  readonly fps: number;
}

/** What a source is asked for. */
export interface CaptureFormat extends PictureFormat {
  /** The camera's own H.264 may be the main stream. */
  readonly allowPassthrough: boolean;
}

/** A source that is there now. */
export interface LocatedSource {
  /** `test` or the device node. */
  readonly device: string;
  readonly driver: string;
  readonly model: string;
  readonly bus: string;
  /** What it offers. */
  readonly modes: readonly Mode[];
  /** Opens its controls beside a running capture; undefined where it has none at all. Throws NativeError. */
  openControls(): ControlDevice | undefined;
  /** What the pipeline has to open for pictures like `wanted`. */
  configFor(wanted: CaptureFormat): SourceConfig;
}

/** Where pictures come from: a camera that may come and go, or the built-in test source. */
export interface VideoSource {
  /** The same from start to start. */
  readonly id: string;
  /** True for the test source that stands in because no camera was found. */
  readonly substitute: boolean;
  /** True for the test source, whose pictures show a light and a rotor. */
  readonly hasScene: boolean;
  /** Looks for it. Throws AppError `unavailable`, saying what to do, when it is not there or cannot be opened. */
  locate(): LocatedSource;
  /** Why it is not there now, saying what to do; undefined when it is. Disturbs nothing and opens nothing. */
  absence(): string | undefined;
  /** Whether `locate` would now find something to be preferred to what runs: a camera, while the test source stands in. */
  hasBetter(): boolean;
}
