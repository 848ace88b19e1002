import type { ShownPicture } from "./live-video.ts";
import type { Reception } from "./reception.ts";

/** What the page tells of its live video, in one line. */
export function readoutText({ width, height, latency }: ShownPicture, fps: number, reception: Reception): string {
  const { kbps, lossRatio, bufferedMs, roundTripMs } = reception;
  const delay = latency && `${Math.round(latency.ms)} ms (±${Math.ceil(latency.uncertaintyMs)}) from capture to screen`;
  const buffered = bufferedMs !== undefined && `${Math.round(bufferedMs)} ms buffered`;
  const roundTrip = roundTripMs !== undefined && `round trip ${Math.round(roundTripMs)} ms`;
  return [
    "WebRTC",
    `${width}×${height}`,
    `${Math.round(fps)} fps`,
    `${(kbps / 1000).toFixed(1)} Mbit/s`,
    `${(lossRatio * 100).toFixed(1)} % lost`,
    delay,
    buffered,
    roundTrip,
  ]
    .filter((part) => part !== undefined && part !== false)
    .join(" · ");
}
