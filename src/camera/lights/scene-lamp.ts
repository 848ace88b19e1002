import type { Camera } from "../camera.ts";
import type { Lamp } from "./lamp.ts";

/** The light of a virtual camera, which shows in its picture. */
export function createSceneLamp(camera: Pick<Camera, "hasScene" | "scene">): Lamp {
  let percent = 0;
  return {
    get problem() {
      return camera.hasScene ? undefined : "no light is configured";
    },
    set(wanted) {
      percent = wanted;
      camera.scene.adjust({ lightPercent: wanted });
    },
    read: () => percent,
    close: () => undefined,
  };
}
