import type { AccessUnit } from "../media/access-unit.ts";
import type { JpegSink, TimedJpeg } from "./jpeg-stream.ts";
import type { VideoStream } from "./video-stream.ts";

/** A picture that comes this much of a period too early is taken: capture times jitter. */
const TOLERANCE = 0.25;

/** Where JPEGs come from and how many. */
export interface JpegFeedOptions {
  /** The video whose rhythm the pictures follow. */
  readonly video: Pick<VideoStream, "read">;
  /** The most pictures a second; the video's rate where that is lower. Read for each picture. */
  readonly fps: () => number;
  /** Makes a JPEG of the newest picture; rejects where there is none. */
  readonly take: () => Promise<TimedJpeg>;
}

/**
 * Makes a JPEG of every n-th picture of a video, one after the other: while one is being made the pictures that come are passed over.
 * Nothing comes while the camera is away. Returns how to end that.
 */
export function feedJpegs({ video, fps, take }: JpegFeedOptions, sink: JpegSink): () => void {
  let isMaking = false;
  let isOver = false;
  let dueUs = Number.NEGATIVE_INFINITY;
  let newestUs = Number.NEGATIVE_INFINITY;
  const stopReading = video.read(({ captureTimeUs }: AccessUnit) => {
    const periodUs = 1e6 / fps();
    if (isMaking || captureTimeUs < dueUs - periodUs * TOLERANCE) return;
    // on from what was due, so that the rate is met on average; from now after a gap
    dueUs = captureTimeUs - dueUs > periodUs ? captureTimeUs + periodUs : dueUs + periodUs;
    isMaking = true;
    void take()
      .then(
        (picture) => {
          // the newest picture may be the one that was sent before, when the order comes late
          if (isOver || picture.captureTimeUs <= newestUs) return;
          newestUs = picture.captureTimeUs;
          sink(picture);
        },
        () => undefined, // the camera is away; its next picture is another try
      )
      .finally(() => {
        isMaking = false;
      });
  });
  return () => {
    isOver = true;
    stopReading();
  };
}
