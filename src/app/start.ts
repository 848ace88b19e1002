import type { ChooseAdminPassword, RunningServer, ServiceAddress } from "../cli/serve.ts";
import { DEMO_PASSWORD } from "../config/load.ts";
import type { RunningConfig } from "../config/running-config.ts";
import type { ServerConfig } from "../config/server-config.ts";
import type { Log } from "../core/log.ts";
import { reloadBySignal } from "./configuration.ts";
import { createDeviceSettings } from "./devices.ts";
import { createFeatures } from "./features.ts";
import { createFoundation } from "./foundation.ts";
import { createHostControl } from "./host-control.ts";
import { type RunningHttp, startHttp } from "./http.ts";
import { createLiveVideo, STREAM_NAMES } from "./live-video.ts";
import { createProfiles } from "./profiles.ts";
import { createRecordings } from "./recordings.ts";
import { type RunningRtsp, startRtsp } from "./rtsp.ts";
import { giveBackStartMemory } from "./start-memory.ts";
import { openTls } from "./tls.ts";
import { type RunningWebRtc, startWebRtc } from "./webrtc.ts";

/** Builds every object once, in order, and serves. Throws AppError `unavailable` when a port cannot be had; nothing runs then. */
export async function start(
  running: RunningConfig,
  chooseAdminPassword: ChooseAdminPassword,
  log: Log,
): Promise<RunningServer> {
  const config = running.view;
  const foundations = new AsyncDisposableStack();
  const fronts: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    const ends = await Promise.allSettled(fronts.map(async (front) => front.stop()));
    await foundations.disposeAsync();
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  };
  try {
    const foundation = createFoundation(running, log);
    foundations.defer(() => foundation.database.close());
    foundations.defer(() => foundation.identity.stop());
    // Hashing the first password takes as long as making the first certificate, and another core.
    const administrator = foundation.identity.ensureAdministrator(chooseAdminPassword);
    const settled = administrator.catch(() => {}).then(() => {});
    foundations.defer(() => settled);
    const tls = await openTls(foundation);
    foundations.defer(() => tls.close());
    const isFirst = await administrator;
    if (!isFirst && config.auth.adminPassword !== undefined && !hasDemoPassword(config))
      log.warn("the configured admin password is ignored: an administrator exists; rotordream user passwd changes it");
    const live = createLiveVideo(foundation);
    foundations.defer(() => live.close());
    const devices = createDeviceSettings(foundation, live.camera);
    foundations.defer(() => devices.close());
    const recordings = createRecordings(foundation, live, devices);
    const profiles = createProfiles(foundation, live);
    foundations.defer(() => profiles.close());
    const rtsp = await startRtsp(foundation, live, profiles, recordings, tls);
    fronts.push(rtsp);
    const webrtc = await startWebRtc(foundation, live, recordings.recorder);
    fronts.push(webrtc);
    const ports = { http: 0, https: 0, rtsp: rtsp.port, rtsps: rtsp.securePort };
    const restart = Promise.withResolvers<void>();
    const features = createFeatures({
      foundation,
      live,
      devices,
      recordings,
      rtsp,
      profiles,
      webrtc,
      tls,
      ports,
      machine: createHostControl(restart.resolve),
    });
    live.camera.start(); // with the settings that features have restored
    // before HTTP, which waits for its connections to end
    fronts.push({ stop: () => features.stop() });
    const http = await startHttp(foundation, tls, features, ports);
    fronts.push(http);
    foundations.defer(giveBackStartMemory());
    return {
      addresses: addressesOf(http, rtsp, webrtc),
      reload: () => reloadBySignal(foundation),
      restartRequested: restart.promise,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The demo brings its own, and nobody asked for it. */
function hasDemoPassword(config: ServerConfig): boolean {
  return config.demo && config.loopbackOnly && config.auth.adminPassword === DEMO_PASSWORD;
}

function addressesOf(http: RunningHttp, rtsp: RunningRtsp, webrtc: RunningWebRtc): readonly ServiceAddress[] {
  return [
    ...serviceAddresses("http", http.plain.addresses, http.plain.port, "/"),
    ...serviceAddresses("https", http.secure.addresses, http.secure.port, "/"),
    ...serviceAddresses("rtsp", rtsp.addresses, rtsp.port, `/${STREAM_NAMES.main}`),
    ...serviceAddresses("webrtc", webrtc.addresses, webrtc.port, ""),
    ...serviceAddresses("rtsps", rtsp.secureAddresses, rtsp.securePort, `/${STREAM_NAMES.main}`),
  ];
}

/** Addresses as URLs; IPv6 in brackets. */
function serviceAddresses(
  service: ServiceAddress["service"],
  addresses: readonly string[],
  port: number,
  path: string,
): readonly ServiceAddress[] {
  return addresses.map((address) => {
    const host = address.includes(":") ? `[${address}]` : address;
    return { service, url: `${service}://${host}:${port}${path}` };
  });
}
