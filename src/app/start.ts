import type { RunningServer, ServiceAddress } from "../cli/serve.ts";
import type { ServerConfig } from "../config/server-config.ts";
import type { Log } from "../core/log.ts";
import { createFoundation } from "./foundation.ts";
import { startHttp } from "./http.ts";
import { createLiveVideo, STREAM_NAMES } from "./live-video.ts";
import { startRtsp } from "./rtsp.ts";
import { openTls } from "./tls.ts";

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
    const tls = await openTls(foundation);
    foundations.defer(() => tls.close());
    const live = createLiveVideo(foundation);
    foundations.defer(() => live.close());
    const rtsp = await startRtsp(foundation, live, tls);
    fronts.push(rtsp);
    const http = await startHttp(foundation, live, rtsp, tls);
    fronts.push(http);
    return {
      addresses: [
        ...serviceAddresses("http", http.plain.addresses, http.plain.port, "/"),
        ...serviceAddresses("https", http.secure.addresses, http.secure.port, "/"),
        ...serviceAddresses("rtsp", rtsp.addresses, rtsp.port, `/${STREAM_NAMES.main}`),
        ...serviceAddresses("rtsps", rtsp.secureAddresses, rtsp.securePort, `/${STREAM_NAMES.main}`),
      ],
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
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
