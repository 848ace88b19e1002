import type { Control } from "bun-ffi-v4l2";

/** What the fronts may know about a camera; a snapshot in time. */
export interface CameraStatus {
  readonly id: string;
  /** `online`: pictures come. `opening`, `stalled`, `offline`: viewers see the slate. `resting`: it is there, and nobody needs its pictures. */
  readonly state: "online" | "opening" | "stalled" | "offline" | "resting";
  /** Why it is not online and how to fix it, a sentence; undefined when online or resting. */
  readonly problem: string | undefined;
  /** `test` or the device node. */
  readonly device: string;
  readonly driver: string;
  readonly model: string;
  readonly bus: string;
  /** FourCC as text, such as `YUYV`; `I420` for the test source. */
  readonly pixelFormat: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly measuredFps: number;
  /** True when the built-in test source stands in because no camera was found. */
  readonly substitute: boolean;
}

/** What a camera can do. */
export interface CameraAbilities {
  /** As the driver names them, with their present values; empty while the camera is away. */
  readonly controls: readonly Control[];
  /** Each picture format and size with its rates, in the driver's order. */
  readonly modes: readonly {
    /** FourCC as text. */
    readonly pixelFormat: string;
    readonly width: number;
    readonly height: number;
    readonly fps: readonly number[];
  }[];
}

/** A JPEG and when its picture was captured: CLOCK_MONOTONIC, microseconds. */
export interface Still {
  readonly jpeg: Uint8Array;
  readonly captureTimeUs: number;
}

/** A JPEG of the newest picture. Throws AppError `unavailable` while the camera is offline. */
export interface Snapshots {
  take(stream: "stream1" | "stream2", quality: number): Promise<Uint8Array>;
}
