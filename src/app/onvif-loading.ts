import { defectText } from "../core/errors.ts";
import { once } from "../core/once.ts";
import { systemScheduler } from "../core/scheduler.ts";
import type { Route } from "../http/route.ts";
import type { MaintenanceService } from "../modules/maintenance/service.ts";
import { onvifRoutes } from "../modules/onvif/index.ts";
import type { SettingsStore } from "../settings/settings-store.ts";
import type { FeatureParts } from "./features.ts";

/** ONVIF before it is there. */
export interface LoadingOnvif {
  readonly routes: readonly Route[];
  /** To be called when HTTP listens: loads it soon and lets it be discovered. */
  begin(): void;
  stop(): Promise<void>;
}

/** Loading keeps the process busy for a while: the server answers first. */
const LOAD_AFTER_MS = 500;

/** Builds ONVIF's services soon after the start, or with the first request if that is earlier. */
export function loadOnvif(parts: FeatureParts, store: SettingsStore, maintenance: MaintenanceService): LoadingOnvif {
  let ending: Promise<void> | undefined;
  const stops: (() => Promise<void> | void)[] = [];
  const load = once(async () => {
    const { createOnvifServices } = await import("./onvif.ts");
    await parts.foundation.identity.ready(); // its logins cannot wait themselves
    const onvif = createOnvifServices(parts, store, maintenance);
    if (ending === undefined) stops.push(() => onvif.stop());
    else onvif.stop();
    return onvif;
  });
  const discover = async () => {
    const onvif = await load();
    if (ending !== undefined) return;
    const discovery = await onvif.startDiscovery();
    stops.push(() => discovery.stop());
  };
  let starting: Promise<void> | undefined;
  let cancel = () => {};
  return {
    routes: onvifRoutes(async () => (await load()).front),
    begin() {
      cancel = systemScheduler.after(LOAD_AFTER_MS, () => {
        starting = discover().catch((error: unknown) => {
          parts.foundation.log.error("ONVIF cannot start", { error: defectText(error) });
        });
      });
    },
    stop() {
      cancel();
      ending ??= (async () => {
        await starting;
        await Promise.all(stops.splice(0).map((stop) => stop()));
      })();
      return ending;
    },
  };
}
