import { Egress, Library, SecureEgress } from "bun-ffi-v4l2";
import { createLog } from "../../src/core/log.ts";
import { WebRtcEndpoint } from "../../src/modules/webrtc/endpoint.ts";
import { webrtcRoutes } from "../../src/modules/webrtc/index.ts";
import { WebRtcService } from "../../src/modules/webrtc/service.ts";
import { createCrypto } from "../../src/storage/crypto.ts";
import { VideoStream } from "../../src/stream/video-stream.ts";
import { accessUnit } from "./access-unit.ts";
import { type HttpFront, startHttpFront } from "./http-front.ts";

/** WebRTC behind the real HTTP front, in time that a test moves, over streams that a test feeds. Disposing it stops both. */
export interface WebRtcFront extends AsyncDisposable {
  readonly front: HttpFront;
  readonly endpoint: WebRtcEndpoint;
  readonly service: WebRtcService;
  readonly streams: { readonly stream1: VideoStream; readonly stream2: VideoStream };
  /** Publishes a small keyframe in both streams, captured now. */
  publish(): void;
}

const SPS = Uint8Array.of(0x67, 0x42, 0xc0, 0x1f);
const PPS = Uint8Array.of(0x68, 1);

export async function startWebRtcFront(): Promise<WebRtcFront> {
  const library = Library.open();
  const [egress, secureEgress] = [Egress.create(library), SecureEgress.create(library)];
  const crypto = createCrypto();
  const log = createLog({ level: "error", write: () => undefined }, "test");
  let made: Omit<WebRtcFront, "front" | "publish" | typeof Symbol.asyncDispose> | undefined;
  const front = await startHttpFront({
    anonymous: "viewer",
    moreRoutes: async ({ clock, scheduler, authenticator }) => {
      const createStream = (name: string, index: number) =>
        new VideoStream({
          name,
          ssrc: 1,
          firstSequence: 1,
          timestampOrigin: 1,
          payloadBytes: 1400,
          fastStart: false,
          forceKeyframe: () => undefined,
          egress,
          secure: { egress: secureEgress, index },
          clock,
          scheduler,
          log,
        });
      const streams = { stream1: createStream("stream1", 0), stream2: createStream("stream2", 1) };
      const endpoint = await WebRtcEndpoint.open({
        library,
        egress: secureEgress,
        clock,
        crypto,
        scheduler,
        log,
        addresses: ["127.0.0.1"],
        port: 0,
        cname: "test",
        interfaces: [],
        natAddresses: [],
        iceServers: [],
        turnSecret: undefined,
      });
      const service = new WebRtcService({
        endpoint,
        streams,
        authenticator,
        clock,
        crypto,
        scheduler,
        maxViewers: () => 0,
        servers: () => ({ iceServers: [], turnSecret: undefined }),
      });
      made = { endpoint, service, streams };
      return webrtcRoutes(service);
    },
  });
  if (made === undefined) throw new Error("the front asked for no routes");
  const { endpoint, service, streams } = made;
  const publish = () => {
    const nowUs = front.clock.monotonicUs();
    const slice = new Uint8Array(3000).fill(0x65);
    const times = { captureTimeUs: nowUs, encodeBeginUs: nowUs, readyTimeUs: nowUs };
    for (const stream of Object.values(streams)) stream.publish(accessUnit([SPS, PPS, slice], times));
  };
  publish();
  return {
    ...made,
    front,
    publish,
    [Symbol.asyncDispose]: async () => {
      service.stop();
      endpoint.stop();
      await front.listener.stop();
      egress.destroy();
      secureEgress.destroy();
    },
  };
}
