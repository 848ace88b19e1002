import { type EncodedFrame, NativeError, type Pipeline, STREAM_MAIN, STREAM_SUB } from "bun-ffi-v4l2";
import { AppError } from "../core/errors.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Snapshots, Still } from "./camera-status.ts";

/** A still is made from the newest picture within milliseconds. */
const STILL_TIMEOUT_MS = 2000;
const NO_STILL: Still = { jpeg: new Uint8Array(), captureTimeUs: 0 };

/** Orders JPEGs from a pipeline and hands them to whoever waits. */
export class Stills implements Snapshots {
  readonly #pipeline: Pick<Pipeline, "requestStill">;
  readonly #scheduler: Scheduler;
  /** Why there is no picture. */
  readonly #problem: () => string | undefined;
  readonly #waiting = new Map<number, (still: Still) => void>();
  /** By stream and quality. */
  readonly #pending = new Map<string, Promise<Still>>();

  constructor(pipeline: Pick<Pipeline, "requestStill">, scheduler: Scheduler, problem: () => string | undefined) {
    this.#pipeline = pipeline;
    this.#scheduler = scheduler;
    this.#problem = problem;
  }

  async take(stream: "stream1" | "stream2", quality: number): Promise<Uint8Array> {
    return (await this.takeTimed(stream, quality)).jpeg;
  }

  /** Callers that come while the same picture is being made share it: making one costs the capture thread more than a frame. */
  takeTimed(stream: "stream1" | "stream2", quality: number): Promise<Still> {
    const key = `${stream} ${quality}`;
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending;
    const still = this.#make(stream, quality).finally(() => this.#pending.delete(key));
    this.#pending.set(key, still);
    return still;
  }

  /** A still came through the ring. */
  deliver(frame: EncodedFrame): void {
    const resolve = this.#waiting.get(frame.ticket);
    this.#waiting.delete(frame.ticket);
    const jpeg = new Uint8Array(frame.memory.subarray(frame.offset, frame.offset + frame.size));
    resolve?.({ jpeg, captureTimeUs: frame.captureTimeUs });
  }

  /** Nothing comes any more. */
  close(): void {
    for (const resolve of this.#waiting.values()) resolve(NO_STILL);
    this.#waiting.clear();
  }

  async #make(stream: "stream1" | "stream2", quality: number): Promise<Still> {
    const ticket = this.#request(stream === "stream1" ? STREAM_MAIN : STREAM_SUB, quality);
    const still = await new Promise<Still>((resolve) => {
      const cancel = this.#scheduler.after(STILL_TIMEOUT_MS, () => {
        this.#waiting.delete(ticket);
        resolve(NO_STILL);
      });
      this.#waiting.set(ticket, (made) => {
        cancel();
        resolve(made);
      });
    });
    if (still.jpeg.length === 0)
      throw new AppError("unavailable", "The picture could not be made; try again.", { errorCode: "CAMERA_OFFLINE" });
    return still;
  }

  #request(stream: 0 | 1, quality: number): number {
    try {
      return this.#pipeline.requestStill(stream, quality);
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      const problem = this.#problem();
      if (problem === undefined)
        throw new AppError("unavailable", "The camera is busy with other pictures; try again.");
      throw new AppError("unavailable", problem, { errorCode: "CAMERA_OFFLINE" });
    }
  }
}
