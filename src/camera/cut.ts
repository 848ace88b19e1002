import type { Clock } from "../core/clock.ts";
import type { Member } from "./member.ts";
import { Relay } from "./relay.ts";
import type { StreamSink } from "./stream-sink.ts";

/** A camera that shows nothing for so long after it was chosen is shown as its slate. */
const LIMIT_US = 3_000_000;
const STREAMS = ["main", "sub"] as const;

/** The programme's two streams, and how they change from one camera to another: each at a keyframe. */
export class Cut {
  readonly relays: { readonly main: Relay; readonly sub: Relay };
  readonly #clock: Clock;
  #to: Member | undefined;
  #limitUs = 0;

  /** `onChanged` is called when a stream has changed. */
  constructor(clock: Clock, onMain: StreamSink, onSub: StreamSink, onChanged: () => void) {
    this.#clock = clock;
    this.relays = { main: new Relay(onMain, onChanged), sub: new Relay(onSub, onChanged) };
  }

  /** Some of `member`'s pictures are the programme, or are to be. */
  uses(member: Member): boolean {
    return STREAMS.some((which) => this.relays[which].uses(member[which]));
  }

  /** `member`'s pictures are what the stream shows now. */
  shows(member: Member, which: "main" | "sub"): boolean {
    return this.relays[which].isFrom(member[which]);
  }

  /** Before anything was shown. */
  begin(member: Member): void {
    for (const which of STREAMS) this.relays[which].begin(member[which]);
  }

  change(member: Member): void {
    this.#to = member;
    this.#limitUs = this.#clock.monotonicUs() + LIMIT_US;
    for (const which of STREAMS) this.relays[which].change(member[which]);
  }

  /** A few times a second, and when the camera that is waited for may have come. */
  follow(): void {
    const camera = this.#to?.camera;
    if (camera === undefined) return;
    const isHopeless = this.#clock.monotonicUs() > this.#limitUs || camera.status().state === "offline";
    const waiting = STREAMS.filter((which) => this.relays[which].isChanging);
    for (const which of waiting) {
      if (isHopeless) this.relays[which].takeSlate();
      camera.forceKeyframe(which);
    }
    if (waiting.length === 0) this.#to = undefined;
  }
}
