import type { Clock } from "../../../core/clock.ts";
import { writeDocument } from "../../../soap/envelope.ts";
import { writeDateTime } from "../../../soap/request-values.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import type { DeviceNotifications } from "./device-notifications.ts";
import type { Notification } from "./notification.ts";
import { parseOwnTopics, type TopicTest } from "./topic-expression.ts";

/** Takes documents for the metadata track, each for all its viewers. */
export interface MetadataSink {
  /** A whole `tt:MetadataStream` document; `timeUs`: CLOCK_MONOTONIC microseconds, as capture times are. */
  publish(document: string, timeUs: number): void;
}

/** What metadata documents are made of. */
export interface MetadataFeedParts {
  readonly notifications: DeviceNotifications;
  readonly clock: Clock;
  readonly sink: MetadataSink;
  /** Which events the track carries, as the metadata configuration has it: null none, empty all, else an expression of dialect ConcreteSet. */
  readonly topics: () => string | null;
  readonly ptz: {
    /** Contents of `tt:PTZStatus` up to its time, as far as the metadata configuration wants them. */
    describe(): readonly Xml[];
    /** Calls `listener` when they may be others; returns how to stop that. */
    onChanged(listener: () => void): () => void;
  };
}

/** The device's events and its PTZ status as metadata: a document for each, written once. */
export class MetadataFeed {
  readonly #parts: MetadataFeedParts;
  readonly #stops: readonly (() => void)[];
  #chosen: { readonly topics: string | null; readonly test: TopicTest } | undefined;
  #toldStatus = "";

  constructor(parts: MetadataFeedParts) {
    this.#parts = parts;
    this.#stops = [
      parts.notifications.subscribe((notification) => this.#publish(this.#events([notification]))),
      parts.ptz.onChanged(() => this.#publish(this.#ptzNews())),
    ];
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  /** Tells the states there are, in one document: somebody joined, or asked for a synchronisation point. */
  synchronize(): void {
    this.#publish(this.#ptz(this.#parts.ptz.describe()), this.#events(this.#parts.notifications.states()));
  }

  #publish(...content: readonly (Xml | undefined)[]): void {
    if (content.every((each) => each === undefined)) return;
    const { sink, clock } = this.#parts;
    sink.publish(writeDocument("tt:MetadataStream", content), clock.monotonicUs());
  }

  #events(notifications: readonly Notification[]): Xml | undefined {
    const test = this.#topicTest();
    const chosen = notifications.filter(({ topic }) => test(topic.path));
    return chosen.length === 0 ? undefined : xml("tt:Event", ...chosen.map((notification) => notification.xml));
  }

  #ptz(status: readonly Xml[]): Xml | undefined {
    if (status.length === 0) return undefined;
    const time = xml("tt:UtcTime", writeDateTime(this.#parts.clock.wallMs()));
    return xml("tt:PTZ", xml("tt:PTZStatus", ...status, time));
  }

  /** Undefined: it is what was told before. */
  #ptzNews(): Xml | undefined {
    const status = this.#parts.ptz.describe();
    const text = status.map((each) => each.text).join("");
    if (text === this.#toldStatus) return undefined;
    this.#toldStatus = text;
    return this.#ptz(status);
  }

  /** Read anew only when the configuration has changed. */
  #topicTest(): TopicTest {
    const topics = this.#parts.topics();
    if (this.#chosen?.topics !== topics) this.#chosen = { topics, test: topicTest(topics) };
    return this.#chosen?.test ?? (() => true);
  }
}

function topicTest(topics: string | null): TopicTest {
  if (topics === null) return () => false;
  if (topics === "") return () => true;
  // a row of another version may hold anything
  return parseOwnTopics(topics) ?? (() => false);
}
