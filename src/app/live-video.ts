import { Egress, type Library, SecureEgress, type StreamConfig } from "bun-ffi-v4l2";
import { createAutoSource, createSecondSearch } from "../camera/auto-source.ts";
import type { CameraNumber } from "../camera/member.ts";
import { Programme, type ProgrammeParts } from "../camera/programme.ts";
import { createTestSource } from "../camera/test-source.ts";
import { createV4l2Source, type TakenIds } from "../camera/v4l2-source.ts";
import type { LocatedSource, VideoSource } from "../camera/video-source.ts";
import { AppError } from "../core/errors.ts";
import { systemScheduler } from "../core/scheduler.ts";
import type { PacketizerOptions } from "../rtp/packet-writer.ts";
import type { RtspTarget } from "../rtsp/protocol/url.ts";
import type { PublishedStream } from "../rtsp/services.ts";
import { VideoStream } from "../stream/video-stream.ts";
import type { Foundation } from "./foundation.ts";

/** What URLs call the cameras. */
const CAMERA_NUMBERS: Readonly<Record<string, CameraNumber>> = { cam1: 1, cam2: 2 };
/** What URLs call the streams. */
export const STREAM_NAMES = { main: "stream1", sub: "stream2" } as const;

/** What the secure egress calls them. */
const SECURE_STREAMS = { main: 0, sub: 1 } as const;

type Streams = Readonly<Record<"main" | "sub", VideoStream>>;

/** The programme and its two streams. */
export interface LiveVideo extends Streams {
  readonly camera: Programme;
  /** Through which both streams' WebRTC viewers are sent to. */
  readonly secureEgress: SecureEgress;
  /** The programme's stream of that name; with a camera's name that camera's own where there are two. */
  find(target: Pick<RtspTarget, "camera" | "segments">): PublishedStream | undefined;
  /** Every stream: the programme's first, then those of single cameras that somebody asked for, with the camera each is of. */
  all(): readonly (Streams & { readonly camera: Programme["cameras"][number] | Programme })[];
  close(): void;
}

/** Builds the programme, which is to be started, and its streams. */
export function createLiveVideo(foundation: Foundation): LiveVideo {
  const { library, clock, log } = foundation;
  const secure = SecureEgress.create(library);
  const opened: Egress[] = [];
  const make = (prefix: string, forceKeyframe: (which: "main" | "sub") => void): Streams => {
    const one = (which: "main" | "sub") => {
      const egress = Egress.create(library);
      opened.push(egress);
      const parts = { egress, secure, index: SECURE_STREAMS[which] };
      return createStream(foundation, `${prefix}${STREAM_NAMES[which]}`, parts, () => forceKeyframe(which));
    };
    return { main: one("main"), sub: one("sub") };
  };
  const streams = make("", (which) => camera.forceKeyframe(which));
  const camera: Programme = new Programme({
    ...{ library, clock, scheduler: systemScheduler, log: log.child("camera") },
    ...chooseSources(foundation),
    onMain: streams.main,
    onSub: streams.sub,
  });
  const own = new Map<CameraNumber, Streams>();
  const ownOf = (number: CameraNumber, name: string) => {
    const known = own.get(number);
    if (known !== undefined) return known;
    const made = make(`${name}/`, (which) => camera.want(number, which));
    own.set(number, made);
    camera.serve(number, made);
    return made;
  };
  return {
    ...streams,
    camera,
    secureEgress: secure,
    find({ camera: cameraName, segments }) {
      const which = streamCalled(segments);
      if (which === undefined) return undefined;
      if (cameraName === undefined) return published(streams[which], camera[which]);
      const number = CAMERA_NUMBERS[cameraName];
      const one = number === undefined ? undefined : camera.cameras[number - 1];
      if (number === undefined || one === undefined) return undefined;
      if (!camera.mayHaveSecond) return published(streams[which], one[which]);
      return published(ownOf(number, cameraName)[which], one[which]);
    },
    all: () => [
      { ...streams, camera },
      ...[...own].flatMap(([number, ones]) =>
        camera.cameras.slice(number - 1, number).map((one) => ({ ...ones, camera: one })),
      ),
    ],
    close() {
      camera.close();
      for (const egress of opened) egress.destroy();
      secure.destroy();
    },
  };
}

function streamCalled(segments: readonly string[]): "main" | "sub" | undefined {
  if (segments.length !== 1) return undefined;
  return (["main", "sub"] as const).find((which) => STREAM_NAMES[which] === segments[0]);
}

function published(stream: VideoStream, { fps, bitrateKbps }: StreamConfig): PublishedStream {
  return { stream, frameRate: fps, bitrateKbps };
}

/** One source or two, as configured; beside a camera that was found another is looked for. */
function chooseSources({
  config,
  library,
  log,
}: Foundation): Pick<ProgrammeParts, "source" | "secondSource" | "findSecond"> {
  const taken: TakenIds = new Set();
  const [first = "auto", second] = config.source.split(",");
  if (first !== "auto") {
    const secondSource = second === undefined ? undefined : namedSource(library, second, 1, taken);
    return { source: namedSource(library, first, 0, taken), secondSource };
  }
  const onUnusable = (problem: string) => log.warn(problem);
  const source = createAutoSource(library, onUnusable, taken);
  if (source.substitute)
    log.warn("no camera was found, so the test picture is shown until one is plugged in; rotordream doctor tells why");
  const findSecond = createSecondSearch(library, onUnusable, taken);
  return { source, secondSource: secondBeside(source, findSecond), findSecond };
}

/** One that is there at the start is known before settings are restored, some of which are for it. */
function secondBeside(
  first: VideoSource,
  find: (first: LocatedSource) => VideoSource | undefined,
): VideoSource | undefined {
  if (first.substitute) return undefined;
  try {
    return find(first.locate());
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function namedSource(library: Library, name: string, pattern: 0 | 1, taken: TakenIds): VideoSource {
  return name === "test" ? createTestSource(false, pattern) : createV4l2Source(library, name, undefined, taken);
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
