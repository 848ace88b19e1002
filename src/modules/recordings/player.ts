import type { Clock } from "../../core/clock.ts";
import { sentenceOf } from "../../core/disk-failure.ts";
import type { Log } from "../../core/log.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import { annexBUnit } from "../../media/annexb-unit.ts";
import type { PlayOrder, RecordedMedia, RecordedPlayback } from "../../rtsp/recorded-media.ts";
import type { VideoStream } from "../../stream/video-stream.ts";
import type { RecordedFile, RecordedPicture } from "./recorded-file.ts";

/** Faster than this only keyframes are shown: more than a player can decode, and a path carry. */
const ALL_PICTURES_UP_TO = 2;

/** What a player is made of. */
export interface PlayerParts {
  readonly media: RecordedMedia;
  readonly openFile: () => Promise<RecordedFile>;
  /** Its own. */
  readonly stream: VideoStream;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly onClose: () => void;
}

/** Plays one recording into a stream, at its own pace. */
export class RecordingPlayer implements RecordedPlayback {
  readonly media: RecordedMedia;
  readonly stream: VideoStream;
  readonly #parts: PlayerParts;
  #file: Promise<RecordedFile> | undefined;
  #position = 0;
  /** Another one for each `play` and `pause`: what runs under an older one ends. */
  #turn = 0;
  #wake: (() => void) | undefined;

  constructor(parts: PlayerParts) {
    this.#parts = parts;
    this.media = parts.media;
    this.stream = parts.stream;
  }

  get position(): number {
    return this.#position;
  }

  play(order: PlayOrder, onEnd: () => void): void {
    this.pause();
    const turn = this.#turn;
    this.#run(turn, order)
      .catch((error: unknown) => {
        this.#parts.log.warn("a recording could not be played on", { reason: sentenceOf(error) });
      })
      .finally(() => {
        if (turn === this.#turn) onEnd();
      });
  }

  pause(): void {
    this.#turn += 1;
    this.#wake?.();
    this.stream.interrupt();
  }

  close(): void {
    this.pause();
    this.#file?.then((file) => file.close()).catch(() => {});
    this.#parts.onClose();
  }

  async #run(turn: number, { from, to = Number.POSITIVE_INFINITY, scale }: PlayOrder): Promise<void> {
    const { clock, openFile } = this.#parts;
    this.#file ??= openFile();
    const file = await this.#file;
    let picture = await file.keyframeAt(from);
    const beginUs = clock.monotonicUs();
    const beginSeconds = picture?.seconds ?? 0;
    const timeUs = (seconds: number) => Math.round(beginUs + ((seconds - beginSeconds) / scale) * 1e6);
    this.#position = beginSeconds;
    while (picture !== undefined && picture.seconds < to) {
      await this.#until(timeUs(picture.seconds));
      if (turn !== this.#turn) return;
      this.#position = picture.seconds;
      this.#publish(file, picture, timeUs(picture.seconds));
      const end = picture.seconds + picture.durationSeconds;
      picture = await (scale > ALL_PICTURES_UP_TO ? file.keyframeAfter(picture) : file.after(picture));
      if (turn !== this.#turn) return;
      if (picture === undefined) await this.#until(timeUs(end));
      if (picture === undefined && turn === this.#turn) this.#position = this.media.durationSeconds;
    }
  }

  #publish({ sps, pps, width, height }: RecordedFile, { isKey, sample }: RecordedPicture, captureTimeUs: number): void {
    const unit = annexBUnit(isKey ? [sps, pps] : [], sample, { isKey, captureTimeUs, width, height });
    if (unit !== undefined) this.stream.publish(unit);
  }

  async #until(timeUs: number): Promise<void> {
    const waitMs = (timeUs - this.#parts.clock.monotonicUs()) / 1000;
    if (waitMs <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#parts.scheduler.after(waitMs, resolve);
    this.#wake = () => {
      cancel();
      resolve();
    };
    await promise;
    this.#wake = undefined;
  }
}
