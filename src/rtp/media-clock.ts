/** Clock rate of video in RTP, ticks a second: RFC 6184 §8.2.1. */
export const VIDEO_CLOCK_RATE_HZ = 90_000;

const TICKS_MODULUS = 2 ** 32;

/**
 * RTP time of a CLOCK_MONOTONIC instant: 32 bits, wrapping, counted from a random origin (RFC 3550 §5.1).
 * Always derived from the full 53-bit time, so the wrap after 13 h 15 min needs no state.
 */
export function rtpTimestamp(origin: number, monotonicUs: number): number {
  return (origin + Math.floor((monotonicUs * 9) / 100)) % TICKS_MODULUS;
}
