import { fourccCode, type Mode } from "bun-ffi-v4l2";
import type { VideoSource } from "./video-source.ts";

/** About what a small sensor shows indoors, in luma steps: without it rate control has nothing to do. */
const NOISE_STEPS = 3;

/** As a good camera has them; the largest is what an encoder takes. */
const SIZES = [
  [320, 180],
  [640, 360],
  [640, 480],
  [1280, 720],
  [1920, 1080],
  [2560, 1440],
  [3840, 2160],
] as const;
const RATES = [5, 10, 15, 20, 25, 30, 50, 60];
const MODES: readonly Mode[] = SIZES.flatMap(([width, height]) =>
  RATES.map((fps) => ({ fourcc: fourccCode("YU12"), width, height, fps, readable: true })),
);

/** The built-in moving picture, a virtual camera that is always there. `substitute`: it stands in for a camera that was not found. `pattern` 1 is told from 0 at a glance. */
export function createTestSource(substitute: boolean, pattern: 0 | 1 = 0): VideoSource {
  return {
    id: pattern === 0 ? "test" : "test 2",
    substitute,
    hasScene: true,
    hasBetter: () => false,
    absence: () => undefined,
    locate: () => ({
      device: "test",
      driver: "built-in",
      model: "Test picture",
      bus: "none",
      modes: MODES,
      openControls: () => undefined,
      configFor: ({ width, height, fps }) => ({ kind: "test", width, height, fps, noise: NOISE_STEPS, pattern }),
    }),
  };
}
