import { isIPv4 } from "node:net";
import { hostname } from "node:os";
import { bindAddresses } from "../config/bind-addresses.ts";
import { type OpenServer, ReplaceablePort, type ReplaceableServer } from "../config/replaceable-port.ts";
import type { ServerConfig } from "../config/server-config.ts";
import type { ServerTls } from "../config/server-tls.ts";
import { systemScheduler } from "../core/scheduler.ts";
import { createConnectionNonces } from "../identity/nonce-store.ts";
import { RtpTransport } from "../rtsp/rtp-transport.ts";
import { RtspServer } from "../rtsp/server.ts";
import { SessionTable } from "../rtsp/session-table.ts";
import { startStandingMulticast } from "../rtsp/standing-multicast.ts";
import type { MediaStream } from "../stream/media-stream.ts";
import { digestAlgorithms, type Foundation, PRODUCT } from "./foundation.ts";
import type { LiveVideo } from "./live-video.ts";
import type { Profiles } from "./profiles.ts";
import type { Recordings } from "./recordings.ts";
import type { Tls } from "./tls.ts";

/** A stream on its way to the configured group without a session. */
export interface StandingMulticast {
  /** The stream's RTP port. */
  readonly port: number;
  /** Returns how to end it. */
  start(): () => void;
}

/** RTSP as it listens. */
export interface RunningRtsp {
  readonly port: number;
  readonly addresses: readonly string[];
  readonly sessions: SessionTable;
  /** Undefined: this stream does not go to a group, or there is none. */
  multicast(stream: MediaStream): StandingMulticast | undefined;
  /** Serves RTSPS too, with the certificate that is open. Throws AppError `unavailable` when its port cannot be had. */
  listenSecure(tls: Tls): Promise<{ readonly port: number; readonly addresses: readonly string[] }>;
  stop(): Promise<void>;
}

/** Serves RTSP. Throws AppError `unavailable` when a port cannot be had. */
export async function startRtsp(
  foundation: Foundation,
  live: LiveVideo,
  profiles: Pick<Profiles, "find" | "jpeg" | "metadata">,
  recordings: Pick<Recordings, "findPlayable">,
): Promise<RunningRtsp> {
  const { config, library, clock, crypto, authenticator } = foundation;
  const log = foundation.log.child("rtsp");
  const sessions = new SessionTable(clock, () => config.limits.rtspSessions);
  const transport = await RtpTransport.open({
    library,
    log,
    addresses: config.server.listen,
    // on loopback there is nobody to reach, and the group would leave by the default route
    multicast: config.loopbackOnly ? undefined : { address: config.multicast.group, ttl: config.multicast.ttl },
    multicastStreams: [live.main, live.sub, profiles.jpeg.stream, profiles.metadata],
    onRtcp: (bytes, endpoint) => sessions.onRtcp(bytes, endpoint),
  });
  const server = new RtspServer(
    {
      clock,
      crypto,
      authenticator,
      transport,
      scheduler: systemScheduler,
      log,
      createNonceStore: () => createConnectionNonces(crypto),
      get digestAlgorithms() {
        return digestAlgorithms(config);
      },
      findStream: (target) => live.find(target),
      findProfile: (token) => profiles.find(token),
      findRecording: (target) => recordings.findPlayable(target),
      get closeOnResolutionChange() {
        return config.rtsp.closeOnResolutionChange;
      },
      get requireTls() {
        return config.server.requireTls;
      },
      cname: cname(),
    },
    sessions,
  );
  const stop = async () => {
    server.stop();
    transport.close();
  };
  try {
    const bound = await bindAddresses({
      service: "RTSP",
      addresses: config.server.listen,
      port: config.server.rtspPort,
      bind: (address, port) => ({ ...server.listen(address, port), address }),
    });
    return {
      port: bound[0]?.port ?? 0,
      addresses: bound.map(({ address }) => address),
      sessions,
      multicast: standingMulticast(transport, foundation, sessions),
      listenSecure: (tls) => listenSecure(server, config.server, tls),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function listenSecure(
  server: RtspServer,
  { listen, rtspsPort }: ServerConfig["server"],
  tls: Tls,
): Promise<ReplaceablePort<ReplaceableServer>> {
  const opening =
    (certified: ServerTls): OpenServer<ReplaceableServer> =>
    (address, port, reusePort) =>
      server.listenTls(address, port, reusePort, certified);
  const open = opening(tls.current());
  const secure = await ReplaceablePort.open({ service: "RTSPS", addresses: listen, port: rtspsPort, open });
  tls.follow({ replaceTls: (certified) => secure.replace(opening(certified)) });
  return secure;
}

function standingMulticast(
  transport: RtpTransport,
  { config, clock }: Foundation,
  sessions: SessionTable,
): RunningRtsp["multicast"] {
  const family = isIPv4(config.multicast.group) ? 4 : 6;
  const reports = { clock, scheduler: systemScheduler, cname: cname(), sessions };
  return (stream) => {
    const transmission = transport.multicast(stream, family);
    if (transmission === undefined) return undefined;
    return { port: transmission.rtpPort, start: () => startStandingMulticast(transmission, stream, reports) };
  };
}

function cname(): string {
  return `${PRODUCT.toLowerCase()}@${hostname()}`;
}
