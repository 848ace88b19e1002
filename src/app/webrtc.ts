import { hostname } from "node:os";
import { followViewers } from "../camera/streams/bitrate-follower.ts";
import { systemScheduler } from "../core/scheduler.ts";
import type { Recorder } from "../modules/recordings/recorder.ts";
import { WebRtcEndpoint } from "../modules/webrtc/endpoint.ts";
import { WebRtcService } from "../modules/webrtc/service.ts";
import type { MainViewers } from "../stream/bitrate-choice.ts";
import { type Foundation, PRODUCT } from "./foundation.ts";
import type { LiveVideo } from "./live-video.ts";

/** WebRTC as it listens. */
export interface RunningWebRtc {
  readonly port: number;
  readonly addresses: readonly string[];
  readonly service: WebRtcService;
  stop(): Promise<void>;
}

/** Opens WebRTC's port. Throws AppError `unavailable` when it cannot be had. */
export async function startWebRtc(
  foundation: Foundation,
  live: LiveVideo,
  recorder: Pick<Recorder, "isRecording">,
): Promise<RunningWebRtc> {
  const { config, library, clock, crypto, authenticator } = foundation;
  const endpoint = await WebRtcEndpoint.open({
    library,
    egress: live.secureEgress,
    clock,
    crypto,
    scheduler: systemScheduler,
    log: foundation.log.child("webrtc"),
    addresses: config.server.listen,
    port: config.server.webrtcPort,
    cname: `${PRODUCT.toLowerCase()}@${hostname()}`,
    interfaces: config.webrtc.interfaces,
    natAddresses: config.webrtc.natAddresses,
    iceServers: config.webrtc.iceServers,
    turnSecret: config.webrtc.turnSecret,
  });
  const service = new WebRtcService({
    endpoint,
    streams: { stream1: live.main, stream2: live.sub },
    authenticator,
    clock,
    crypto,
    scheduler: systemScheduler,
    maxViewers: () => config.limits.webrtcViewers,
    servers: () => config.webrtc,
  });
  const stopFollowing = followViewers(
    live.camera,
    (askedKbps) => mainViewers(live, recorder, service, askedKbps),
    systemScheduler,
  );
  return {
    port: endpoint.port,
    addresses: endpoint.addresses,
    service,
    stop: async () => {
      stopFollowing();
      service.stop();
      endpoint.stop();
    },
  };
}

function mainViewers(
  { main }: LiveVideo,
  recorder: Pick<Recorder, "isRecording">,
  service: WebRtcService,
  askedKbps: number,
): MainViewers {
  const budgets = service.budgetsKbps(main, askedKbps);
  const budgetsKbps = budgets.filter((budget) => budget !== "unknown");
  return {
    budgetsKbps,
    hasOthers: main.viewerCount > 0 || budgetsKbps.length < budgets.length,
    isRecorded: recorder.isRecording(main),
  };
}
