import type { VideoSource } from "./video-source.ts";

/** About what a small sensor shows indoors, in luma steps: without it rate control has nothing to do. */
const NOISE_STEPS = 3;

/** The built-in moving picture, a virtual camera that is always there. `substitute`: it stands in for a camera that was not found. */
export function createTestSource(substitute: boolean): VideoSource {
  return {
    id: "test",
    substitute,
    hasBetter: () => false,
    locate: () => ({
      device: "test",
      driver: "built-in",
      model: "Test picture",
      bus: "none",
      modes: [],
      openControls: () => undefined,
      configFor: (wanted) => ({ kind: "test", ...wanted, noise: NOISE_STEPS }),
    }),
  };
}
