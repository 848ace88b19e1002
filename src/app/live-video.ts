import { Egress, SecureEgress } from "bun-ffi-v4l2";
import { createAutoSource } from "../camera/auto-source.ts";
import { Camera } from "../camera/camera.ts";
import { createTestSource } from "../camera/test-source.ts";
import { createV4l2Source } from "../camera/v4l2-source.ts";
import type { VideoSource } from "../camera/video-source.ts";
import { systemScheduler } from "../core/scheduler.ts";
import type { PacketizerOptions } from "../rtp/packet-writer.ts";
import type { RtspTarget } from "../rtsp/protocol/url.ts";
import type { PublishedStream } from "../rtsp/services.ts";
import { VideoStream } from "../stream/video-stream.ts";
import type { Foundation } from "./foundation.ts";

const CAMERA_ID = "cam1";
/** What URLs call the streams. */
export const STREAM_NAMES = { main: "stream1", sub: "stream2" } as const;

/** What the secure egress calls them. */
const SECURE_STREAMS = { main: 0, sub: 1 } as const;

/** The camera and its two streams. */
export interface LiveVideo {
  readonly camera: Camera;
  readonly main: VideoStream;
  readonly sub: VideoStream;
  /** Through which both streams' WebRTC viewers are sent to. */
  readonly secureEgress: SecureEgress;
  find(target: Pick<RtspTarget, "camera" | "segments">): PublishedStream | undefined;
  close(): void;
}

/** Builds the camera, which is to be started, and its streams. */
export function createLiveVideo(foundation: Foundation): LiveVideo {
  const { library, clock, log } = foundation;
  const egress = { main: Egress.create(library), sub: Egress.create(library), secure: SecureEgress.create(library) };
  const make = (which: "main" | "sub") =>
    createStream(
      foundation,
      STREAM_NAMES[which],
      { egress: egress[which], secure: egress.secure, index: SECURE_STREAMS[which] },
      () => camera.forceKeyframe(which),
    );
  const main = make("main");
  const sub = make("sub");
  const camera: Camera = new Camera({
    id: CAMERA_ID,
    library,
    source: chooseSource(foundation),
    clock,
    scheduler: systemScheduler,
    log: log.child("camera"),
    onMain: main,
    onSub: sub,
  });
  return {
    camera,
    main,
    sub,
    secureEgress: egress.secure,
    find({ camera: cameraName = CAMERA_ID, segments }) {
      if (cameraName !== CAMERA_ID || segments.length !== 1) return undefined;
      const [name] = segments;
      if (name === main.name) return { stream: main, frameRate: camera.main.fps, bitrateKbps: camera.main.bitrateKbps };
      if (name === sub.name) return { stream: sub, frameRate: camera.sub.fps, bitrateKbps: camera.sub.bitrateKbps };
      return undefined;
    },
    close() {
      camera.close();
      egress.main.destroy();
      egress.sub.destroy();
      egress.secure.destroy();
    },
  };
}

function chooseSource({ config, library, log }: Foundation): VideoSource {
  if (config.source === "test") return createTestSource(false);
  if (config.source !== "auto") return createV4l2Source(library, config.source, undefined);
  const source = createAutoSource(library, (problem) => log.warn(problem));
  if (source.substitute)
    log.warn("no camera was found, so the test picture is shown until one is plugged in; rotordream doctor tells why");
  return source;
}

/** A stream that a recording is played into; nobody watches it by WebRTC. */
export function createPlaybackStream(
  foundation: Foundation,
  secure: SecureEgress,
  name: string,
): { readonly stream: VideoStream; readonly close: () => void } {
  const egress = Egress.create(foundation.library);
  const stream = createStream(foundation, name, { egress, secure, index: SECURE_STREAMS.main }, () => {});
  return { stream, close: () => egress.destroy() };
}

function createStream(
  foundation: Foundation,
  name: string,
  { egress, secure, index }: { readonly egress: Egress; readonly secure: SecureEgress; readonly index: number },
  forceKeyframe: () => void,
): VideoStream {
  const { config, clock, log } = foundation;
  return new VideoStream({
    name,
    ...rtpOrigins(foundation),
    get fastStart() {
      return config.rtsp.fastStart;
    },
    forceKeyframe,
    egress,
    secure: { egress: secure, index },
    clock,
    scheduler: systemScheduler,
    log: log.child("stream"),
  });
}

/** Where an RTP stream begins, random (RFC 3550 §5.1), and the size of its packets. */
export function rtpOrigins({ config, crypto }: Foundation): PacketizerOptions & { readonly timestampOrigin: number } {
  const [ssrc = 0, timestampOrigin = 0, sequence = 0] = new Uint32Array(crypto.randomBytes(12).buffer);
  return { ssrc, timestampOrigin, firstSequence: sequence & 0xffff, payloadBytes: config.rtsp.payloadBytes };
}
