import { Egress } from "bun-ffi-v4l2";
import { systemScheduler } from "../core/scheduler.ts";
import { jpegSource } from "../modules/onvif/media/encoder-options.ts";
import { createMediaModel, type MediaModel } from "../modules/onvif/media/media-model.ts";
import type { PublishedProfile } from "../rtsp/services.ts";
import { OnvifMediaTable } from "../storage/onvif-media-table.ts";
import { feedJpegs } from "../stream/jpeg-feed.ts";
import { JpegStream } from "../stream/jpeg-stream.ts";
import { MetadataStream } from "../stream/metadata-stream.ts";
import type { Foundation } from "./foundation.ts";
import { type LiveVideo, rtpOrigins, STREAM_NAMES } from "./live-video.ts";

const TOKEN_BYTES = 8;

/** What ONVIF's stream URIs play. */
export interface Profiles {
  /** Which there are and what they consist of. */
  readonly media: MediaModel;
  find(token: string): PublishedProfile | undefined;
  /** And the stream whose pictures it shows now. */
  readonly jpeg: { readonly stream: JpegStream; readonly source: "main" | "sub" };
  /** Of every profile. */
  readonly metadata: MetadataStream;
  close(): void;
}

/** Builds the profiles from what was kept, and the streams that only they have. */
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
  const media = createMediaModel(
    new OnvifMediaTable(foundation.database),
    () => `profile_${foundation.crypto.randomBytes(TOKEN_BYTES).toHex()}`,
  );
  const source = () => jpegSource(live.camera, media.values.jpeg.stream);
  const frameRate = () => Math.min(media.values.jpeg.fps, live.camera[source()].fps);
  const jpeg = new JpegStream({
    name: "jpeg",
    ...rtpOrigins(foundation),
    egress: egress.jpeg,
    clock,
    log: log.child("stream"),
    feed: (sink) =>
      feedJpegs(
        {
          video: live[source()],
          fps: frameRate,
          take: () => live.camera.takeTimed(STREAM_NAMES[source()], media.values.jpeg.quality),
        },
        sink,
      ),
  });
  const video = (which: "main" | "sub" | "jpeg") =>
    which === "jpeg"
      ? ({ kind: "jpeg", stream: jpeg, frameRate: frameRate() } as const)
      : ({ kind: "h264", stream: live[which], ...rates(live, which) } as const);
  return {
    media,
    jpeg: {
      stream: jpeg,
      get source() {
        return source();
      },
    },
    metadata,
    find(token) {
      const played = media.profiles.streamOf(token);
      if (played === undefined) return undefined;
      return media.profiles.find(token)?.hasMetadata ? { video: video(played), metadata } : { video: video(played) };
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
