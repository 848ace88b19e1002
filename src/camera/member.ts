import type { Library } from "bun-ffi-v4l2";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { Camera } from "./camera.ts";
import { Feed, type Relay } from "./relay.ts";
import type { StreamSink } from "./stream-sink.ts";
import type { VideoSource } from "./video-source.ts";

/** Cameras are numbered as in `main-camera` and in URLs. */
export type CameraNumber = 1 | 2;

/** A stream of one camera, whichever is the programme. */
export interface OwnStream extends StreamSink {
  /** RTSP's. */
  readonly viewerCount: number;
  /** Nobody makes it any more. */
  forget(): void;
}

/** What cameras are made with. */
export interface CameraParts {
  readonly library: Library;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: Log;
}

/** Viewers come back: a camera goes on for this long after the last one, or after the first sign of one. */
const LINGER_US = 10_000_000;

/** One of the cameras that may be the programme, with its way there and to those who watch it by itself. */
export class Member {
  readonly number: CameraNumber;
  readonly camera: Camera;
  readonly main: Feed;
  readonly sub: Feed;
  readonly #clock: Clock;
  #own: { readonly main: OwnStream; readonly sub: OwnStream } | undefined;
  #wantedUntilUs = 0;

  constructor(
    parts: CameraParts,
    number: CameraNumber,
    source: VideoSource,
    relays: { readonly main: Relay; readonly sub: Relay },
  ) {
    this.number = number;
    this.#clock = parts.clock;
    this.main = new Feed(relays.main);
    this.sub = new Feed(relays.sub);
    this.camera = new Camera({ ...parts, id: `cam${number}`, source, onMain: this.main, onSub: this.sub });
  }

  /** These streams are the camera's own from now on. */
  serve(own: { readonly main: OwnStream; readonly sub: OwnStream }): void {
    this.#own = own;
    this.main.own = own.main;
    this.sub.own = own.sub;
  }

  /** Somebody is about to watch it. */
  noteWish(): void {
    this.#wantedUntilUs = this.#clock.monotonicUs() + LINGER_US;
  }

  /** By itself, now or a moment ago. */
  get isWatched(): boolean {
    const own = this.#own;
    if (own !== undefined && own.main.viewerCount + own.sub.viewerCount > 0) this.noteWish();
    return this.#clock.monotonicUs() < this.#wantedUntilUs;
  }

  /** Nobody is watching: who joins its own streams waits for what comes next. */
  rest(): void {
    this.#own?.main.forget();
    this.#own?.sub.forget();
    this.camera.work("rest");
  }
}
