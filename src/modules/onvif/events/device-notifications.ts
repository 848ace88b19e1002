import type { Clock } from "../../../core/clock.ts";
import type { DeviceEvent, EventKind } from "../../../storage/event-log.ts";
import type { MediaChange } from "../media/media-changes.ts";
import { TOKENS } from "../profiles.ts";
import { createNotification, type Items, type Notification } from "./notification.ts";
import { TOPICS, type Topic } from "./topics.ts";

/** What notifications are made of. */
export interface DeviceNotificationsParts {
  readonly clock: Clock;
  readonly events: { subscribe(listener: (event: DeviceEvent) => void): () => void };
  /** Whether the camera that is the programme gives no picture, before any event told. */
  readonly isSignalLost: () => boolean;
  /** The id of that camera; what others do is nobody's business here. */
  readonly camera: () => string;
  /** Calls `listener` from now on when it is another one. */
  readonly onCameraSelected: (listener: () => void) => void;
  /** Likewise, whether something moves. */
  readonly isMoving: () => boolean;
  /** Calls `listener` with every change of the media configuration; returns how to stop that. */
  readonly onMediaChanged: (listener: (change: MediaChange) => void) => () => void;
}

type PropertyName = "motion" | "signalLoss" | "imageTooDark" | "storageFailure";

/** A property on one of its topics. */
interface Told {
  readonly topic: Topic;
  readonly source: Items;
  readonly data: (value: boolean) => Items;
}

const SOURCE = { Source: TOKENS.videoSource };
/** The name of the one rule. */
export const MOTION_RULE = "MotionDetector";
const RULE = {
  VideoSourceConfigurationToken: TOKENS.videoSourceConfiguration,
  VideoAnalyticsConfigurationToken: TOKENS.analyticsConfiguration,
  Rule: MOTION_RULE,
};

const PROPERTIES: Readonly<Record<PropertyName, readonly Told[]>> = {
  motion: [
    { topic: TOPICS.motionAlarm, source: SOURCE, data: (State) => ({ State }) },
    { topic: TOPICS.cellMotion, source: RULE, data: (IsMotion) => ({ IsMotion }) },
    { topic: TOPICS.regionMotion, source: RULE, data: (State) => ({ State }) },
  ],
  signalLoss: [{ topic: TOPICS.signalLoss, source: SOURCE, data: (State) => ({ State }) }],
  imageTooDark: [{ topic: TOPICS.imageTooDark, source: SOURCE, data: (State) => ({ State }) }],
  storageFailure: [{ topic: TOPICS.storageFailure, source: { Token: "Storage_1" }, data: (Failed) => ({ Failed }) }],
};

/** What the device's events make of properties. */
const CHANGES: Partial<Record<EventKind, readonly [PropertyName, (data: DeviceEvent["data"]) => boolean]>> = {
  "motion-start": ["motion", () => true],
  "motion-stop": ["motion", () => false],
  "camera-offline": ["signalLoss", () => true],
  "camera-online": ["signalLoss", () => false],
  tampering: ["imageTooDark", ({ active }) => active === true],
  "storage-low": ["storageFailure", () => true],
  "recording-started": ["storageFailure", () => false],
};

/** The device's events and states in ONVIF's words, for every subscriber and for the metadata stream. */
export class DeviceNotifications {
  readonly #parts: DeviceNotificationsParts;
  readonly #listeners = new Set<(notification: Notification) => void>();
  readonly #states = new Map<PropertyName, { readonly value: boolean; readonly sinceMs: number }>();
  readonly #stops: readonly (() => void)[];
  readonly #startMs: number;

  constructor(parts: DeviceNotificationsParts) {
    this.#parts = parts;
    this.#startMs = Math.trunc(parts.clock.wallMs());
    this.#stops = [
      parts.events.subscribe((event) => this.#follow(event)),
      parts.onMediaChanged((change) => this.#tellMedia(change)),
    ];
    parts.onCameraSelected(() => {
      const isLost = parts.isSignalLost();
      if (isLost || this.#states.has("signalLoss")) this.#set("signalLoss", isLost, Math.trunc(parts.clock.wallMs()));
    });
  }

  /** The state of every property as it is now, with the time since when. */
  states(): readonly Notification[] {
    return (Object.keys(PROPERTIES) as PropertyName[]).flatMap((name) => {
      const { value, sinceMs } = this.#states.get(name) ?? { value: this.#initially(name), sinceMs: this.#startMs };
      return PROPERTIES[name].map(({ topic, source, data }) =>
        createNotification({ topic, source, data: data(value), operation: "Initialized", timeMs: sinceMs }),
      );
    });
  }

  /** Calls `listener` with everything that happens, at once; returns how to stop that. */
  subscribe(listener: (notification: Notification) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  #initially(name: PropertyName): boolean {
    if (name === "signalLoss") return this.#parts.isSignalLost();
    return name === "motion" && this.#parts.isMoving();
  }

  #follow({ kind, timeMs, data: details }: DeviceEvent): void {
    const [name, readState] = CHANGES[kind] ?? [];
    if (name === undefined || readState === undefined) return;
    if (name === "signalLoss" && details.camera !== this.#parts.camera()) return;
    this.#set(name, readState(details), timeMs);
  }

  #set(name: PropertyName, value: boolean, timeMs: number): void {
    // these two may have begun before anybody listened
    const mayHaveBegun = name === "signalLoss" || name === "motion";
    const before = this.#states.get(name)?.value ?? (mayHaveBegun ? undefined : false);
    if (before === value) return;
    this.#states.set(name, { value, sinceMs: timeMs });
    for (const { topic, source, data } of PROPERTIES[name])
      this.#tell(createNotification({ topic, source, data: data(value), operation: "Changed", timeMs }));
  }

  #tellMedia(change: MediaChange): void {
    const { token } = change;
    const isProfile = change.kind === "profile";
    const topic = isProfile ? TOPICS.profileChanged : TOPICS.configurationChanged;
    const data = isProfile ? { Token: token } : { Token: token, Type: change.type };
    const timeMs = Math.trunc(this.#parts.clock.wallMs());
    this.#tell(createNotification({ topic, source: {}, data, operation: undefined, timeMs }));
  }

  #tell(notification: Notification): void {
    for (const listener of this.#listeners) listener(notification);
  }
}
