import type { RunningServer, ServiceAddress } from "../cli/serve.ts";
import type { ServerConfig } from "../config/server-config.ts";
import type { Log } from "../core/log.ts";
import { createFoundation } from "./foundation.ts";
import { createHostControl } from "./host-control.ts";
import { startHttp } from "./http.ts";
import { createLiveVideo, STREAM_NAMES } from "./live-video.ts";
import { startRtsp } from "./rtsp.ts";

/** Builds every object once, in order, and serves. Throws AppError `unavailable` when a port cannot be had; nothing runs then. */
export async function start(config: ServerConfig, adminPassword: string, log: Log): Promise<RunningServer> {
  const foundations = new AsyncDisposableStack();
  const fronts: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    await Promise.all(fronts.map((front) => front.stop()));
    await foundations.disposeAsync();
  };
  try {
    const foundation = createFoundation(config, adminPassword, log);
    foundations.defer(() => foundation.database.close());
    const live = createLiveVideo(foundation);
    foundations.defer(() => live.close());
    const rtsp = await startRtsp(foundation, live);
    fronts.push(rtsp);
    const restart = Promise.withResolvers<void>();
    const http = await startHttp(foundation, live, rtsp, createHostControl(restart.resolve));
    fronts.push(http);
    return {
      addresses: [
        ...http.addresses.map((address) => serviceAddress("http", address, http.port, "/")),
        ...rtsp.addresses.map((address) => serviceAddress("rtsp", address, rtsp.port, `/${STREAM_NAMES.main}`)),
      ],
      restartRequested: restart.promise,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** An address as a URL; IPv6 in brackets. */
function serviceAddress(
  service: ServiceAddress["service"],
  address: string,
  port: number,
  path: string,
): ServiceAddress {
  const host = address.includes(":") ? `[${address}]` : address;
  return { service, url: `${service}://${host}:${port}${path}` };
}
