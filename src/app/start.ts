import type { Library } from "bun-ffi-v4l2";
import type { ChooseAdminPassword, RecentLines, RunningServer } from "../cli/serve.ts";
import type { ServiceAddress } from "../cli/welcome.ts";
import { DEMO_PASSWORD } from "../config/load.ts";
import type { RunningConfig } from "../config/running-config.ts";
import type { ServerConfig } from "../config/server-config.ts";
import type { Log } from "../core/log.ts";
import { reloadBySignal } from "./configuration.ts";
import { createDeviceSettings } from "./devices.ts";
import { createFeatures } from "./features.ts";
import { createFoundation } from "./foundation.ts";
import { createHostControl } from "./host-control.ts";
import { startHttp } from "./http.ts";
import { createLiveVideo, STREAM_NAMES } from "./live-video.ts";
import { createProfiles } from "./profiles.ts";
import { createRecordings } from "./recordings.ts";
import { startRtsp } from "./rtsp.ts";
import { giveBackStartMemory } from "./start-memory.ts";
import { createTls } from "./tls.ts";
import { startWebRtc } from "./webrtc.ts";

/** Builds every object once, in order, and serves. Throws AppError `unavailable` when a port cannot be had; nothing runs then. */
export async function start(
  library: Library,
  running: RunningConfig,
  chooseAdminPassword: ChooseAdminPassword,
  log: Log,
  recentLines: RecentLines,
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
    const foundation = createFoundation(library, running, log);
    foundations.defer(() => foundation.database.close());
    foundations.defer(() => foundation.identity.stop());
    const tls = createTls(foundation);
    foundations.defer(() => tls.close());
    const live = createLiveVideo(foundation);
    foundations.defer(() => live.close());
    const devices = createDeviceSettings(foundation, live.camera);
    foundations.defer(() => devices.close());
    const recordings = createRecordings(foundation, live, devices);
    const profiles = createProfiles(foundation, live);
    foundations.defer(() => profiles.close());
    const rtsp = await startRtsp(foundation, live, profiles, recordings);
    fronts.push(rtsp);
    const webrtc = await startWebRtc(foundation, live, recordings.recorder);
    fronts.push(webrtc);
    const { httpsPort, rtspsPort } = config.server;
    const ports = { http: 0, https: httpsPort, rtsp: rtsp.port, rtsps: rtspsPort };
    const restart = Promise.withResolvers<void>();
    const machine = createHostControl(restart.resolve);
    const parts = { foundation, live, devices, recordings, rtsp, profiles, webrtc, tls, ports, machine, recentLines };
    const features = createFeatures(parts);
    fronts.push(features); // before HTTP, which waits for its connections to end
    const http = await startHttp(foundation, tls, features, ports);
    fronts.push(http);
    // The first password's hash and the first certificate take longest, and what needs neither answers before.
    const administrator = foundation.identity.ensureAdministrator(chooseAdminPassword);
    const settled = administrator.catch(() => {}).then(() => {});
    foundations.defer(() => settled);
    await Bun.sleep(0); // who has come already is answered before the certificate takes the thread
    await tls.open();
    const https = await http.listenSecure();
    const rtsps = await rtsp.listenSecure(tls);
    ports.rtsps = rtsps.port;
    if (!(await administrator)) warnOfPassword(config, log);
    // With the settings that features have restored; last, because encoding leaves a single core no time for the rest.
    live.camera.start();
    features.begin();
    foundations.defer(giveBackStartMemory());
    return {
      addresses: addressesOf({ http: http.plain, https, rtsp, webrtc, rtsps }),
      reload: () => reloadBySignal(foundation),
      restartRequested: restart.promise,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** An administrator was there already; the demo's own password is one that nobody configured. */
function warnOfPassword({ auth, demo, loopbackOnly }: ServerConfig, log: Log): void {
  if (auth.adminPassword === undefined || (demo && loopbackOnly && auth.adminPassword === DEMO_PASSWORD)) return;
  log.warn("the configured admin password is ignored: an administrator exists; rotordream user passwd changes it");
}

interface Listening {
  readonly addresses: readonly string[];
  readonly port: number;
}

/** What each service's URLs end with. */
const PATHS = { http: "/", https: "/", rtsp: `/${STREAM_NAMES.main}`, webrtc: "", rtsps: `/${STREAM_NAMES.main}` };

/** Addresses as URLs; IPv6 in brackets. */
function addressesOf(services: Readonly<Record<ServiceAddress["service"], Listening>>): readonly ServiceAddress[] {
  return (["http", "https", "rtsp", "webrtc", "rtsps"] as const).flatMap((service) => {
    const { addresses, port } = services[service];
    return addresses.map((address) => {
      const host = address.includes(":") ? `[${address}]` : address;
      return { service, url: `${service}://${host}:${port}${PATHS[service]}` };
    });
  });
}
