import { type Pointer, toArrayBuffer } from "bun:ffi";
import { EncodedFrame } from "./encoded-frame.ts";
import type { Library } from "./library.ts";
import { type MotionWatch, packMotion } from "./motion-watch.ts";
import { checked } from "./native-error.ts";
import {
  CORNER_BITS,
  type OverlayPosition,
  type PictureStage,
  packScene,
  packStage,
  type TestScene,
} from "./picture-stage.ts";
import { type PipelineStatus, readStatus } from "./pipeline-status.ts";
import { PIPELINE_STATUS, SOURCE_CONFIG, STREAM_CONFIG, writeText } from "./structs.ts";

/** The "camera offline" slate; `text` (ASCII, at most 63 characters) stands on it instead of CAMERA OFFLINE. */
export interface NoSource {
  readonly kind: "none";
  readonly text?: string;
}

/** The built-in moving test picture with burnt-in clock and machine-readable strip. */
export interface TestSource {
  readonly kind: "test";
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** Sensor-like noise in luma steps, 0–16. */
  readonly noise?: number;
  /** Which of the two pictures; 0 without it. 1 has green to blue bars and a large 2. */
  readonly pattern?: 0 | 1;
}

/** A camera. Size and rate are wishes; the driver's nearest are taken and scaled to what the streams ask for. */
export interface V4l2Source {
  readonly kind: "v4l2";
  /** Device node. */
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** V4L2_PIX_FMT_*; without it the best for this size and rate. */
  readonly fourcc?: number;
  /** Take the camera's own H.264 for the main stream where it offers it at this size. */
  readonly allowPassthrough?: boolean;
  /** Silence after which the slate is shown; 800 without it. */
  readonly stallMs?: number;
  /** ASCII shown on the slate instead of CAMERA OFFLINE, at most 63 characters. */
  readonly slateText?: string;
}

/** Where pictures come from. */
export type SourceConfig = NoSource | TestSource | V4l2Source;

/** What one encoder makes. */
export interface StreamConfig {
  readonly enabled: boolean;
  /** Even, 64–4096. */
  readonly width: number;
  readonly height: number;
  /** 1–120; at most the source's rate is delivered, frames dropped evenly. */
  readonly fps: number;
  /** 50–100000. */
  readonly bitrateKbps: number;
  /** Frames between IDRs, 1–3000. */
  readonly gop: number;
}

/** What a pipeline starts with. */
export interface PipelineConfig {
  readonly source: SourceConfig;
  readonly main: StreamConfig;
  readonly sub: StreamConfig;
}

/** One camera's thread: source → pixels → two encoders → ring. Made by `create`, ended by `close`. */
export class Pipeline {
  /** The memory that all frames lie in; not to be touched after `close`. */
  readonly arena: Buffer;
  readonly #library: Library;
  readonly #frame: EncodedFrame;
  readonly #statusBytes = new Uint8Array(PIPELINE_STATUS.size);
  readonly #stopListening: () => void;
  #handle: Pointer | undefined;

  private constructor(library: Library, handle: Pointer, onReady: () => void) {
    const size = new Uint32Array(1);
    const address = library.symbols.bv_pipeline_arena(handle, size);
    if (address === null) throw new Error("the pipeline has no arena");
    this.#library = library;
    this.#handle = handle;
    this.arena = Buffer.from(toArrayBuffer(address, 0, size[0] ?? 0));
    this.#frame = new EncodedFrame(this.arena);
    this.#stopListening = library.onDoorbell(() => {
      if (this.#handle === undefined) return;
      library.symbols.bv_pipeline_acknowledge(this.#handle);
      onReady();
    });
  }

  /**
   * Starts the thread. `onReady` is called on the host's thread when frames or a changed status may be there (sometimes when
   * there is neither); it should call `next` until that returns undefined. Throws NativeError, RangeError for texts that are too long.
   */
  static create(library: Library, config: PipelineConfig, onReady: () => void): Pipeline {
    const streams = new Uint8Array(2 * STREAM_CONFIG.size);
    streams.set(packStream(config.main), 0);
    streams.set(packStream(config.sub), STREAM_CONFIG.size);
    const handle = new BigUint64Array(1);
    const result = library.symbols.bv_pipeline_create(packSource(config.source), streams, library.doorbell, handle);
    checked(result, "bv_pipeline_create");
    return new Pipeline(library, Number(handle[0]) as Pointer, onReady);
  }

  /** The oldest frame, in an object that the next call overwrites; its bytes stay until `release`. Undefined when there is none. */
  next(): EncodedFrame | undefined {
    const taken = this.#library.symbols.bv_pipeline_next(this.#open, this.#frame.struct);
    return taken === 1 ? this.#frame : undefined;
  }

  /** Gives a frame's memory back; in any order. */
  release(slot: number): void {
    this.#library.symbols.bv_pipeline_release(this.#open, slot);
  }

  /** Replaces the source without touching encoders or viewers. Returns the generation that `status()` will tell of. */
  setSource(source: SourceConfig): number {
    const result = this.#library.symbols.bv_pipeline_set_source(this.#open, packSource(source));
    return checked(result, "bv_pipeline_set_source");
  }

  /** Applied before the next picture: bitrate, rate and GOP live; a new size begins with an IDR. */
  configureStream(stream: 0 | 1, config: StreamConfig): void {
    const result = this.#library.symbols.bv_pipeline_configure_stream(this.#open, stream, packStream(config));
    checked(result, "bv_pipeline_configure_stream");
  }

  /**
   * Replaces what is made of pictures, from the next one on; new pipelines are neutral. Applies to both streams and to stills, not to the
   * slate. A camera's own H.264 is handed on only while the stage is neutral. Throws NativeError, RangeError for texts that are too long.
   */
  setStage(stage: PictureStage): void {
    checked(this.#library.symbols.bv_pipeline_set_stage(this.#open, packStage(stage)), "bv_pipeline_set_stage");
  }

  /**
   * Shows the newest picture of another pipeline, as it is encoded, small in a corner: from the next picture on, in both streams and stills, not on the slate;
   * what is over 3 s old is not shown. The other one needs no stream enabled; its `close` ends the inset, as undefined does. A camera's own H.264
   * is not handed on meanwhile. Throws NativeError: −1007 for the pipeline itself, −16 (EBUSY) while a third one shows the other.
   */
  setInset(other: Pipeline | undefined, corner: OverlayPosition = "top-left"): void {
    const handle = other === undefined ? null : other.#open;
    const result = this.#library.symbols.bv_pipeline_set_inset(this.#open, handle, CORNER_BITS[corner]);
    checked(result, "bv_pipeline_set_inset");
  }

  /** Replaces what the test source shows, be it open now or later; cameras have no scene. Throws NativeError. */
  setScene(scene: TestScene): void {
    checked(this.#library.symbols.bv_pipeline_set_scene(this.#open, packScene(scene)), "bv_pipeline_set_scene");
  }

  /** Replaces what is watched for, from the next picture on; `PipelineStatus.motionUs` tells. Throws NativeError. */
  setMotion(watch: MotionWatch | undefined): void {
    checked(this.#library.symbols.bv_pipeline_set_motion(this.#open, packMotion(watch)), "bv_pipeline_set_motion");
  }

  /** The next picture of the stream is an IDR (best effort under pass-through: see `PipelineStatus.canForceKeyframe`). */
  requestKeyframe(stream: 0 | 1): void {
    checked(this.#library.symbols.bv_pipeline_request_keyframe(this.#open, stream), "bv_pipeline_request_keyframe");
  }

  /**
   * Orders a JPEG (quality 1–100) of the newest picture at the stream's size; it comes through `next` with the ticket returned
   * here, with size 0 when it could not be made. Throws NativeError: −19 (ENODEV) while there is only the slate, −16 (EBUSY) over 8 waiting.
   */
  requestStill(stream: 0 | 1, quality: number): number {
    const result = this.#library.symbols.bv_pipeline_request_still(this.#open, stream, quality);
    return checked(result, "bv_pipeline_request_still");
  }

  /** A snapshot of counters and of the source's state. */
  status(): PipelineStatus {
    const result = this.#library.symbols.bv_pipeline_get_status(this.#open, this.#statusBytes);
    checked(result, "bv_pipeline_get_status");
    return readStatus(this.#statusBytes);
  }

  /** Stops the thread (up to a frame time and the driver's stream-off) and frees everything. Twice is once. */
  close(): void {
    if (this.#handle === undefined) return;
    this.#stopListening();
    this.#library.symbols.bv_pipeline_destroy(this.#handle);
    this.#handle = undefined;
  }

  get #open(): Pointer {
    if (this.#handle === undefined) throw new Error("the pipeline is closed");
    return this.#handle;
  }
}

const KIND = { none: 0, test: 1, v4l2: 2 } as const;

/** Writes a bv_source_config. */
export function packSource(source: SourceConfig): Uint8Array {
  const at = SOURCE_CONFIG.offset;
  const bytes = new Uint8Array(SOURCE_CONFIG.size);
  const view = new DataView(bytes.buffer);
  view.setUint32(at.kind, KIND[source.kind], true);
  if (source.kind === "none") {
    writeText(bytes, at.slate_text, 64, source.text ?? "");
    return bytes;
  }
  view.setUint32(at.width, source.width, true);
  view.setUint32(at.height, source.height, true);
  view.setUint32(at.fps, source.fps, true);
  if (source.kind === "test") {
    view.setUint32(at.noise, source.noise ?? 0, true);
    view.setUint32(at.pattern, source.pattern ?? 0, true);
    return bytes;
  }
  view.setUint32(at.fourcc, source.fourcc ?? 0, true);
  view.setUint32(at.allow_passthrough, source.allowPassthrough === true ? 1 : 0, true);
  view.setUint32(at.stall_ms, source.stallMs ?? 0, true);
  writeText(bytes, at.path, 256, source.path);
  writeText(bytes, at.slate_text, 64, source.slateText ?? "");
  return bytes;
}

/** Writes a bv_stream_config. */
export function packStream(config: StreamConfig): Uint8Array {
  const at = STREAM_CONFIG.offset;
  const bytes = new Uint8Array(STREAM_CONFIG.size);
  const view = new DataView(bytes.buffer);
  view.setUint32(at.enabled, config.enabled ? 1 : 0, true);
  view.setUint32(at.width, config.width, true);
  view.setUint32(at.height, config.height, true);
  view.setUint32(at.fps, config.fps, true);
  view.setUint32(at.bitrate_kbps, config.bitrateKbps, true);
  view.setUint32(at.gop, config.gop, true);
  return bytes;
}
