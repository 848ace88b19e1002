import { systemScheduler } from "../core/scheduler.ts";
import { DeviceNotifications } from "../modules/onvif/events/device-notifications.ts";
import { createRefuse } from "../modules/onvif/events/faults.ts";
import { createEventService } from "../modules/onvif/events/service.ts";
import { Subscriptions } from "../modules/onvif/events/subscriptions.ts";
import type { OnvifService } from "../modules/onvif/operation.ts";
import type { Foundation } from "./foundation.ts";
import type { LiveVideo } from "./live-video.ts";

/** The event service and what it holds. */
export interface OnvifEvents {
  readonly service: OnvifService;
  /** Ends every subscription; pulls that wait are answered. */
  stop(): void;
}

/** Builds it over the device's events and states. */
export function createOnvifEvents(
  { clock, crypto, events, authenticator }: Foundation,
  { camera }: Pick<LiveVideo, "camera">,
): OnvifEvents {
  const refuse = createRefuse(clock);
  const notifications = new DeviceNotifications({
    clock,
    events,
    isSignalLost: () => {
      const { state, substitute } = camera.status();
      return state === "offline" || state === "stalled" || substitute;
    },
    // the media services have nothing that changes yet
    onMediaChanged: () => () => undefined,
  });
  const scheduler = systemScheduler;
  const subscriptions = new Subscriptions({ clock, scheduler, crypto, authenticator, notifications, refuse });
  return {
    service: createEventService({ clock, refuse, subscriptions }),
    stop: () => {
      notifications.stop();
      subscriptions.stop();
    },
  };
}
