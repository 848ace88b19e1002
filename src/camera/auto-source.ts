import type { Library } from "bun-ffi-v4l2";
import { createTestSource } from "./test-source.ts";
import { findFirstCamera } from "./v4l2-source.ts";
import type { VideoSource } from "./video-source.ts";

/**
 * The first camera of this machine, or the test picture for as long as there is none. A camera once taken is kept: unplugged, it is waited for.
 * `onUnusable` hears once of each camera that is there and cannot be used.
 */
export function createAutoSource(library: Library, onUnusable: (problem: string) => void): VideoSource {
  const told = new Set<string>();
  const find = () =>
    findFirstCamera(library, (problem) => {
      if (told.has(problem)) return;
      told.add(problem);
      onUnusable(problem);
    });
  let current: VideoSource = find() ?? createTestSource(true);
  return {
    get id() {
      return current.id;
    },
    get substitute() {
      return current.substitute;
    },
    locate() {
      if (current.substitute) current = find() ?? current;
      return current.locate();
    },
    hasBetter: () => current.substitute && find() !== undefined,
  };
}
