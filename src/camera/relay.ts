import type { CameraUnit, StreamSink } from "./stream-sink.ts";

/** One stream of one camera, as it comes to the relay. */
export class Feed implements StreamSink {
  /** Those who watch this very camera, whichever is the programme. */
  own: StreamSink | undefined;
  readonly #relay: Relay;
  #canForceKeyframe = true;

  constructor(relay: Relay) {
    this.#relay = relay;
  }

  set canForceKeyframe(value: boolean) {
    this.#canForceKeyframe = value;
    if (this.own !== undefined) this.own.canForceKeyframe = value;
    this.#relay.noteForcing(this);
  }

  get canForceKeyframe(): boolean {
    return this.#canForceKeyframe;
  }

  /** Runs at frame rate. */
  publish(unit: CameraUnit): void {
    this.#relay.publish(this, unit);
    this.own?.publish(unit);
  }
}

/** Hands on the access units of one camera, and changes to another's at a keyframe of that: viewers see neither a gap nor a slate between them. */
export class Relay {
  readonly #sink: StreamSink;
  readonly #onChanged: () => void;
  #from: Feed | undefined;
  #next: Feed | undefined;
  #takesSlate = false;
  #lastUs = 0;

  /** `onChanged` is called when the first access unit of another camera was handed on. */
  constructor(sink: StreamSink, onChanged: () => void) {
    this.#sink = sink;
    this.#onChanged = onChanged;
  }

  /** Another camera's keyframe is waited for. */
  get isChanging(): boolean {
    return this.#next !== undefined;
  }

  /** Whether anything of `feed` is handed on, now or from its next keyframe on. */
  uses(feed: Feed): boolean {
    return feed === this.#from || feed === this.#next;
  }

  /** What is handed on now is of `feed`. */
  isFrom(feed: Feed): boolean {
    return feed === this.#from;
  }

  /** Nothing was handed on yet, or nothing is waited for: from the next access unit on. */
  begin(feed: Feed): void {
    this.#from = feed;
    this.#next = undefined;
    this.noteForcing(feed);
  }

  /** From its next keyframe on. */
  change(feed: Feed): void {
    this.#next = feed === this.#from ? undefined : feed;
    this.#takesSlate = false;
  }

  /** The camera that is waited for has no picture: its slate, which says so, will do. */
  takeSlate(): void {
    this.#takesSlate = true;
  }

  publish(feed: Feed, unit: CameraUnit): void {
    const isCut =
      feed === this.#next && unit.isKey && unit.captureTimeUs > this.#lastUs && (this.#takesSlate || !unit.isSlate);
    if (isCut) this.begin(feed);
    if (feed !== this.#from) return;
    this.#lastUs = unit.captureTimeUs;
    this.#sink.publish(unit);
    if (isCut) this.#onChanged();
  }

  noteForcing(feed: Feed): void {
    if (feed === this.#from) this.#sink.canForceKeyframe = feed.canForceKeyframe;
  }
}
