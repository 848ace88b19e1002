import type { MotionRule } from "../modules/onvif/analytics/motion-rule.ts";
import { createAnalyticsService } from "../modules/onvif/analytics/service.ts";
import type { OnvifService } from "../modules/onvif/operation.ts";
import type { SettingsStore } from "../settings/settings-store.ts";

/** Builds the analytics service over the settings of motion detection. */
export function createOnvifAnalytics(store: SettingsStore): OnvifService {
  return createAnalyticsService({
    read: () => ({
      isArmed: store.read("motion-detection") === true,
      sensitivity: Number(store.read("motion-sensitivity")),
      // checked by the declaration
      zones: store.read("motion-zones") as unknown as MotionRule["zones"],
    }),
    change: async ({ isArmed, sensitivity, zones }, { identity: { user, permissions }, address }) => {
      const changes = { "motion-detection": isArmed, "motion-sensitivity": sensitivity, "motion-zones": zones };
      await store.update(changes, { user, permissions, address, client: "onvif" });
    },
  });
}
