import { readMotionRule } from "../modules/onvif/analytics/motion-rule.ts";
import { createAnalyticsService } from "../modules/onvif/analytics/service.ts";
import { actorOf, type OnvifService } from "../modules/onvif/operation.ts";
import type { SettingsStore } from "../settings/settings-store.ts";

/** Builds the analytics service over the settings of motion detection. */
export function createOnvifAnalytics(store: SettingsStore): OnvifService {
  return createAnalyticsService({
    read: () => readMotionRule(store),
    change: async ({ isArmed, sensitivity, zones }, caller) => {
      const changes = { "motion-detection": isArmed, "motion-sensitivity": sensitivity, "motion-zones": zones };
      await store.update(changes, actorOf(caller));
    },
  });
}
