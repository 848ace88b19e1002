import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { attempt } from "../config/proc.ts";
import { systemScheduler } from "../core/scheduler.ts";
import { DeviceNotifications } from "../modules/onvif/events/device-notifications.ts";
import { createRefuse } from "../modules/onvif/events/faults.ts";
import { MetadataFeed } from "../modules/onvif/events/metadata.ts";
import { postNotification, push } from "../modules/onvif/events/push.ts";
import { createEventService } from "../modules/onvif/events/service.ts";
import { Subscriptions } from "../modules/onvif/events/subscriptions.ts";
import type { OnvifService } from "../modules/onvif/operation.ts";
import { describeStatus } from "../modules/onvif/ptz/status.ts";
import type { FeatureParts } from "./features.ts";

/** The event service and what it holds. */
export interface OnvifEvents {
  readonly service: OnvifService;
  /** Tells the metadata track's viewers the states that hold. */
  synchronizeMetadata(): void;
  /** Ends every subscription; pulls that wait are answered. */
  stop(): void;
}

/** Builds it over the device's events and states, and feeds the profiles' metadata track with them. */
export function createOnvifEvents({
  foundation: { clock, crypto, events, authenticator, log },
  live: { camera },
  devices: { motion, movement },
  profiles: { media, metadata },
}: Pick<FeatureParts, "foundation" | "live" | "devices" | "profiles">): OnvifEvents {
  const refuse = createRefuse(clock);
  const notifications = new DeviceNotifications({
    clock,
    events,
    isSignalLost: () => {
      const { state, substitute } = camera.status();
      return state === "offline" || state === "stalled" || substitute;
    },
    camera: () => camera.status().id,
    onCameraSelected: (listener) => camera.onSelected(listener),
    isMoving: () => motion.isMoving,
    onMediaChanged: (listener) => media.changes.listen(listener),
  });
  const feed = new MetadataFeed({
    notifications,
    clock,
    sink: metadata,
    topics: () => media.values.metadata.topics,
    ptz: {
      describe() {
        const { ptzPosition, ptzStatus } = media.values.metadata;
        return describeStatus(movement, { position: ptzPosition, moveStatus: ptzStatus });
      },
      onChanged: (listener) => movement.onChanged(listener),
    },
  });
  metadata.onJoin(() => feed.synchronize());
  if (metadata.viewerCount > 0) feed.synchronize(); // they came before us
  const scheduler = systemScheduler;
  const subscriptions = new Subscriptions({ clock, scheduler, crypto, authenticator, notifications, refuse });
  const pushing = { scheduler, log: log.child("onvif"), post: postNotification };
  return {
    service: createEventService({
      clock,
      refuse,
      subscriptions,
      network: { ownNetworks, lookUp },
      startPush: (subscription, consumer) => void push(subscription, consumer, pushing),
    }),
    synchronizeMetadata: () => feed.synchronize(),
    stop: () => {
      feed.stop();
      notifications.stop();
      subscriptions.stop();
    },
  };
}

/** Of a name server that does not answer. */
const LOOK_UP_TIMEOUT_MS = 5000;

async function lookUp(name: string): Promise<readonly string[]> {
  const { promise: tooLong, reject } = Promise.withResolvers<never>();
  const cancel = systemScheduler.after(LOOK_UP_TIMEOUT_MS, () => reject(new Error("no answer")));
  try {
    return (await Promise.race([lookup(name, { all: true }), tooLong])).map(({ address }) => address);
  } finally {
    cancel();
  }
}

function ownNetworks(): readonly string[] {
  return Object.values(attempt(networkInterfaces, {})).flatMap((entries = []) =>
    entries.flatMap(({ cidr }) => cidr ?? []),
  );
}
