import { Egress } from "bun-ffi-v4l2";
import { systemScheduler } from "../core/scheduler.ts";
import type { PublishedProfile } from "../rtsp/services.ts";
import { feedJpegs } from "../stream/jpeg-feed.ts";
import { JpegStream } from "../stream/jpeg-stream.ts";
import { MetadataStream } from "../stream/metadata-stream.ts";
import type { Foundation } from "./foundation.ts";
import { type LiveVideo, rtpOrigins, STREAM_NAMES } from "./live-video.ts";

/** Pictures of the sub stream: recorders that want JPEG show many cameras at once. */
const JPEG = { source: "sub", fps: 10, quality: 60 } as const;

/** What ONVIF's stream URIs play. */
export interface Profiles {
  find(token: string): PublishedProfile | undefined;
  /** Each with the stream that it shows. */
  readonly jpegStreams: readonly { readonly stream: JpegStream; readonly source: "main" | "sub" }[];
  /** Of every profile. */
  readonly metadata: MetadataStream;
  close(): void;
}

/** Builds the fixed profiles: main stream, sub stream, JPEG. */
export function createProfiles(foundation: Foundation, live: LiveVideo): Profiles {
  const { library, clock, log } = foundation;
  const egress = { jpeg: Egress.create(library), metadata: Egress.create(library) };
  const metadata = new MetadataStream({
    name: "metadata",
    ...rtpOrigins(foundation),
    egress: egress.metadata,
    clock,
    scheduler: systemScheduler,
  });
  const { source, quality } = JPEG;
  const frameRate = () => Math.min(JPEG.fps, live.camera[source].fps);
  const jpeg = new JpegStream({
    name: "jpeg",
    ...rtpOrigins(foundation),
    egress: egress.jpeg,
    clock,
    log: log.child("stream"),
    feed: (sink) =>
      feedJpegs(
        { video: live[source], fps: frameRate, take: () => live.camera.takeTimed(STREAM_NAMES[source], quality) },
        sink,
      ),
  });
  const video = (which: "main" | "sub") => ({ kind: "h264", stream: live[which], ...rates(live, which) }) as const;
  return {
    jpegStreams: [{ stream: jpeg, source }],
    metadata,
    find(token) {
      if (token === "profile_1") return { video: video("main"), metadata };
      if (token === "profile_2") return { video: video("sub"), metadata };
      if (token === "profile_jpeg") return { video: { kind: "jpeg", stream: jpeg, frameRate: frameRate() }, metadata };
      return undefined;
    },
    close() {
      egress.jpeg.destroy();
      egress.metadata.destroy();
    },
  };
}

function rates({ camera }: LiveVideo, which: "main" | "sub") {
  return { frameRate: camera[which].fps, bitrateKbps: camera[which].bitrateKbps };
}
