import type { Clock } from "../../../core/clock.ts";
import { writeDocument } from "../../../soap/envelope.ts";
import { xml } from "../../../soap/xml-writer.ts";
import type { DeviceNotifications } from "./device-notifications.ts";
import type { Notification } from "./notification.ts";

/** Takes documents for the metadata track, each for all its viewers. */
export interface MetadataSink {
  /** A whole `tt:MetadataStream` document; `timeUs`: CLOCK_MONOTONIC microseconds, as capture times are. */
  publish(document: string, timeUs: number): void;
}

/** The device's events as metadata: a document for each, written once. */
export class MetadataFeed {
  readonly #notifications: DeviceNotifications;
  readonly #clock: Clock;
  readonly #sink: MetadataSink;
  /** Ends it. */
  readonly stop: () => void;

  constructor(notifications: DeviceNotifications, clock: Clock, sink: MetadataSink) {
    this.#notifications = notifications;
    this.#clock = clock;
    this.#sink = sink;
    this.stop = notifications.subscribe((notification) => this.#publish([notification]));
  }

  /** Tells the states there are, in one document: somebody joined, or asked for a synchronisation point. */
  synchronize(): void {
    this.#publish(this.#notifications.states());
  }

  #publish(notifications: readonly Notification[]): void {
    const events = xml(
      "tt:Event",
      notifications.map((notification) => notification.xml),
    );
    this.#sink.publish(writeDocument("tt:MetadataStream", events), this.#clock.monotonicUs());
  }
}
