import type { Text } from "../../text/en.ts";
import type { Formats } from "../../text/formats.ts";
import type { ShownPicture } from "./live-video.ts";
import type { Reception } from "./reception.ts";

/** What the page tells of its live video, part by part. */
export function readoutParts(
  { width, height, latency }: ShownPicture,
  fps: number,
  { kbps, lossRatio, bufferedMs, roundTripMs }: Reception,
  text: Text["live"]["readout"],
  formats: Formats,
): readonly string[] {
  return [
    text.webrtc,
    `${width}×${height}`,
    text.fps(Math.round(fps)),
    text.rate(formats.number(kbps / 1000, 1)),
    text.lost(formats.number(lossRatio * 100, 1)),
    ...(latency === undefined ? [] : [text.latency(Math.round(latency.ms), Math.ceil(latency.uncertaintyMs))]),
    ...(bufferedMs === undefined ? [] : [text.buffered(Math.round(bufferedMs))]),
    ...(roundTripMs === undefined ? [] : [text.roundTrip(Math.round(roundTripMs))]),
  ];
}
