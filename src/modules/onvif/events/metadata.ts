import type { Clock } from "../../../core/clock.ts";
import { writeDocument } from "../../../soap/envelope.ts";
import { readXml } from "../../../soap/xml-reader.ts";
import { xml } from "../../../soap/xml-writer.ts";
import type { DeviceNotifications } from "./device-notifications.ts";
import type { Notification } from "./notification.ts";
import { parseTopicExpression, type TopicTest } from "./topic-expression.ts";

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
  readonly #topics: () => string | null;
  #chosen: { readonly topics: string | null; readonly test: TopicTest } | undefined;
  /** Ends it. */
  readonly stop: () => void;

  /** `topics`: which events the track carries, as the metadata configuration has it: null none, empty all, else an expression of dialect ConcreteSet. */
  constructor(
    notifications: DeviceNotifications,
    clock: Clock,
    sink: MetadataSink,
    topics: () => string | null = () => "",
  ) {
    this.#notifications = notifications;
    this.#clock = clock;
    this.#sink = sink;
    this.#topics = topics;
    this.stop = notifications.subscribe((notification) => this.#publish([notification]));
  }

  /** Tells the states there are, in one document: somebody joined, or asked for a synchronisation point. */
  synchronize(): void {
    this.#publish(this.#notifications.states());
  }

  #publish(notifications: readonly Notification[]): void {
    const test = this.#topicTest();
    const chosen = notifications.filter(({ topic }) => test(topic.path));
    if (chosen.length === 0) return;
    const events = xml(
      "tt:Event",
      chosen.map((notification) => notification.xml),
    );
    this.#sink.publish(writeDocument("tt:MetadataStream", events), this.#clock.monotonicUs());
  }

  /** Read anew only when the configuration has changed. */
  #topicTest(): TopicTest {
    const topics = this.#topics();
    if (this.#chosen?.topics !== topics) this.#chosen = { topics, test: topicTest(topics) };
    return this.#chosen?.test ?? (() => true);
  }
}

function topicTest(topics: string | null): TopicTest {
  if (topics === null) return () => false;
  if (topics === "") return () => true;
  const expression = readXml(writeDocument("wsnt:TopicExpression", topics));
  return parseTopicExpression(expression, true) ?? (() => true);
}
