import { type Library, listVideoNodes } from "bun-ffi-v4l2";
import { createTestSource } from "./test-source.ts";
import { createV4l2Source, findFirstCamera, type TakenIds } from "./v4l2-source.ts";
import type { LocatedSource, VideoSource } from "./video-source.ts";

/**
 * The first camera of this machine, or the test picture for as long as there is none. A camera once taken is kept: unplugged, it is waited for.
 * `onUnusable` hears once of each camera that is there and cannot be used.
 */
export function createAutoSource(
  library: Library,
  onUnusable: (problem: string) => void,
  taken: TakenIds = new Set(),
): VideoSource {
  const tell = once(onUnusable);
  const find = () => findFirstCamera(library, tell, taken);
  const take = () => {
    const node = find();
    return node && createV4l2Source(library, node.path, node.id, taken);
  };
  let current: VideoSource = take() ?? createTestSource(true);
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
      if (current.substitute) current = take() ?? current;
      return current.locate();
    },
    hasBetter: () => current.substitute && find() !== undefined,
  };
}

/** Looks for a second camera beside the first. Devices are opened only when others are there than the time before, or some could not be used then. */
export function createSecondSearch(
  library: Library,
  onUnusable: (problem: string) => void,
  taken: TakenIds,
): (first: LocatedSource) => VideoSource | undefined {
  const tell = once(onUnusable);
  let seen = "";
  return (first) => {
    const there = [first.device, ...listVideoNodes().map(({ path, id }) => `${path} ${id}`)].join("\n");
    if (there === seen) return undefined;
    seen = there;
    const onProblem = (problem: string) => {
      seen = "";
      tell(problem);
    };
    const node = findFirstCamera(library, onProblem, taken, first);
    return node && createV4l2Source(library, node.path, node.id, taken);
  };
}

/** Tells each text the first time. */
function once(tell: (text: string) => void): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (told.has(text)) return;
    told.add(text);
    tell(text);
  };
}
