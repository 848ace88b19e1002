import { type Library, listVideoNodes } from "bun-ffi-v4l2";
import { createTestSource } from "./test-source.ts";
import { findFirstCamera } from "./v4l2-source.ts";
import type { LocatedSource, VideoSource } from "./video-source.ts";

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
    get hasScene() {
      return current.hasScene;
    },
    absence: () => current.absence(),
    locate() {
      if (current.substitute) current = find() ?? current;
      return current.locate();
    },
    hasBetter: () => current.substitute && find() !== undefined,
  };
}

/** Looks for a second camera beside the first. Devices are opened only when others are there than the time before. */
export function createSecondSearch(library: Library): (first: LocatedSource) => VideoSource | undefined {
  let seen = "";
  return (first) => {
    const there = [first.device, ...listVideoNodes().map(({ path, id }) => `${path} ${id}`)].join("\n");
    if (there === seen) return undefined;
    seen = there;
    return findFirstCamera(library, () => undefined, first);
  };
}
